import { createMessageConnection } from 'vscode-jsonrpc/node';
import { modelsFolder } from '../common/productFolder.js';
import { inferTask } from '../data/columns.js';
import { presetReading } from '../data/presets/presets.js';
import { recognisePreset } from '../data/presets/recognisePreset.js';
import { readTable } from '../data/readTable.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { diagnose } from '../evaluation/doctor.js';
import { modelOf } from '../models/architectures.js';
import { findModels, type FoundModel } from '../models/findModels.js';
import { clearConvertedModels, listConvertedModels } from '../models/weightsCache.js';
import {
  cacheRequest,
  datasetRequest,
  doctorRequest,
  modelsRequest,
  previewRequest,
  validateRequest,
  type DatasetSummary,
  type ModelChoice,
  type RecipeText,
} from '../protocol/inspectMessages.js';
import { parseRecipe } from '../protocol/parseRecipe.js';
import { cacheFolder } from '../store/storeLocation.js';
import { previewRecipe } from '../training/previewRecipe.js';
import type { RecipeRequest } from '../training/runContext.js';
import { validateRecipe } from '../training/validateRecipe.js';
import { told } from './told.js';

/** Answers the extension's questions on the standard streams until they close. */
export function inspect(): void {
  const connection = createMessageConnection(process.stdin, process.stdout);
  connection.onRequest(
    modelsRequest,
    told(async ({ folders }) => (await findModels([modelsFolder(), ...folders])).map(asChoice)),
  );
  connection.onRequest(
    datasetRequest,
    told(({ path }) => summariseDataset(path)),
  );
  connection.onRequest(
    previewRequest,
    told(async (recipe) => previewRecipe(parsed(recipe))),
  );
  connection.onRequest(
    validateRequest,
    told(async (recipe) => validateRecipe(parsed(recipe))),
  );
  connection.onRequest(
    doctorRequest,
    told(({ folders }) => diagnose({ cacheFolder: cacheFolder(), folders })),
  );
  connection.onRequest(
    cacheRequest,
    told(async ({ clear }) => {
      await clearConvertedModels(cacheFolder(), clear);
      return listConvertedModels(cacheFolder());
    }),
  );
  connection.onClose(() => process.exit());
  connection.listen();
}

const parsed = ({ text, recipeFile }: RecipeText): RecipeRequest => ({
  recipe: parseRecipe(text, recipeFile),
  recipeFile,
});

async function summariseDataset(path: string): Promise<DatasetSummary> {
  const table = await readTable(path, { path });
  const preset = recognisePreset(table, path);
  const { columns } = preset ? presetReading(table, preset) : table;
  const { rows } = table;
  try {
    return { columns, rows: rows.length, task: inferTask(table, { preset }) };
  } catch (error) {
    if (!(error instanceof SoftpromptError)) throw error;
    return { columns, rows: rows.length, task: { error: error.toMessage() } };
  }
}

function asChoice(model: FoundModel): ModelChoice {
  const { name, path } = model;
  if (!model.usable) return { usable: false, name, path, error: model.error.toMessage() };
  const { config, parameters } = model;
  const modelType = 'modelType' in config ? config.modelType : config.architecture;
  return { usable: true, name, path, modelType, parameters, kind: modelOf(config).kind };
}
