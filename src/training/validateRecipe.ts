import { dirname, resolve } from 'node:path';
import { defined } from '../common/assert.js';
import type { ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { readSource } from '../data/readSource.js';
import type { ErrorCode } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { refuseOtherMetric } from '../evaluation/promptTests.js';
import { inspectModel } from '../models/openModel.js';
import { resolveModelPath } from '../models/modelPath.js';
import type { RecipeFault } from '../protocol/inspectMessages.js';
import type { DataConfig, RecipeTest } from '../protocol/recipe.js';
import { planRun, type RecipeRequest } from './runContext.js';
import { prepareData, type PreparedData } from './prepareData.js';

/** What a recipe's schema cannot see: the data and the model that it names, each tried apart, then together. */
export async function validateRecipe(request: RecipeRequest): Promise<RecipeFault[]> {
  const { recipe, recipeFile } = request;
  const folder = dirname(resolve(recipeFile));
  const faults = async (part: RecipeFault['path'], attempt: () => Promise<unknown>): Promise<RecipeFault[]> => {
    try {
      await attempt();
      return [];
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      const code: ErrorCode = error.code;
      const args: Readonly<Record<string, unknown>> = { ...Object(error.args) };
      const isGroup = recipe.groupBy !== undefined && args.column === recipe.groupBy;
      const inData = isGroup ? ['groupBy'] : (fieldAtFault(recipe.data, args) ?? part);
      const inMethod = code === 'run.notEncoderDecoder' ? ['method', String(args.field)] : fieldsAtFault[code];
      const path = inMethod ?? (part[0] === 'data' ? inData : part);
      return [{ path, error: { code, args } }];
    }
  };
  let data: PreparedData | undefined;
  const apart = [
    ...(await faults(['data'], async () => {
      data = await prepareData(recipe.data, folder, recipe.training.seed, recipe);
    })),
    ...(await faults(['model'], () => inspectModel(resolveModelPath(recipe.model, folder)))),
  ];
  if (data) {
    for (const [i, test] of (recipe.tests ?? []).entries()) apart.push(...(await testFaults(test, i, data.task)));
  }
  return apart.length > 0 ? apart : faults(['data'], () => planRun(request));

  async function testFaults(test: RecipeTest, i: number, task: ResolvedTask): Promise<RecipeFault[]> {
    return [
      ...(await faults(['tests', i, 'metric'], async () => refuseOtherMetric(defined(test.metric, 'a metric'), task))),
      ...(await faults(['tests', i, 'file'], async () =>
        makeExamples(await readSource(test.file, folder, task.preset), task),
      )),
    ];
  }
}

/** Where what data and model do not have in common is mended. */
const fieldsAtFault: Partial<Record<ErrorCode, RecipeFault['path']>> = {
  'run.noEntry': ['method', 'peft_type'],
  'run.noSentinel': ['data', 'sentinel'],
  'run.noAnswerPlace': ['data', 'template'],
  'run.answerPlace': ['data', 'template'],
  'run.maskedText': ['data', 'task'],
  'run.maskedEnd': ['data', 'addEos'],
  'run.sameTokens': ['data', 'labels'],
  'run.noMaskToken': ['model'],
};

/** The template that names the column, or the split that names the file, that an error is about. */
function fieldAtFault(data: DataConfig, { column, file }: Readonly<Record<string, unknown>>): string[] | undefined {
  const template = (['template', 'target'] as const).find(
    (field) => typeof column === 'string' && data[field]?.includes(`{${column}}`),
  );
  if (template) return ['data', template];
  const split = (['train', 'dev', 'test'] as const).find((name) => {
    const source = data[name];
    return file !== undefined && (typeof source === 'string' ? source : source?.path) === file;
  });
  return split && ['data', split];
}
