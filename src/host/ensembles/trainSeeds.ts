import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { parseRecipe, recipeName } from '../../protocol/parseRecipe.js';
import { recipeSchema, type Recipe } from '../../protocol/recipe.js';
import { seedName, seedRecipes, seedsName, usualSeeds } from '../../protocol/seedRecipes.js';
import { badPrompt } from '../../store/adapterConfig.js';
import { isSameName } from '../../store/catalogue.js';
import { saveEnsemble } from '../../store/ensembleFolder.js';
import { freeEnsembleName } from '../../store/ensembles.js';
import { promptRecipeFile } from '../../store/promptFolder.js';
import { readJson } from '../../store/readJson.js';
import { homeStore, promptsFolder } from '../../store/storeLocation.js';
import { recipeEnding } from '../recipeEnding.js';
import type { Stores } from '../services.js';
import { storeOf } from '../train/dataFiles.js';
import { withDefaults } from '../train/recipeText.js';
import { recipeDocument } from '../train/startRun.js';
import { promptItem, wholePrompts, type WholePrompt } from '../views/wholePrompts.js';
import type { EnsembleActionDependencies } from './registerEnsembles.js';

/** What is trained with several seeds, with the file that the recipe's paths are relative to. */
interface Origin {
  readonly name: string;
  readonly recipe: Recipe;
  readonly recipeFile: string;
  readonly store: string;
}

/**
 * Trains a recipe with five seeds, and makes their ensemble at once: its members come one after the other. `from`: a recipe's Uri, a
 * prompt's row, or nothing, which asks.
 */
export async function trainSeeds(from: unknown, dependencies: EnsembleActionDependencies): Promise<void> {
  const { stores, runControl, tree } = dependencies;
  await stores.ready();
  const origin = await originOf(from, dependencies);
  if (!origin) return;
  const { store, recipe, recipeFile } = origin;
  const name = freeSeedName(origin, stores);
  const runs = seedRecipes(recipe, name, usualSeeds);
  const folder = await saveEnsemble(store, await freeEnsembleName(store, seedsName(name)), {
    prompts: runs.map((run) => join(promptsFolder(store), run.name)),
    vote: 'majority',
  });
  // One after the other, so that they wait for their turns in the order of their seeds.
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Starting the trainings…') },
    async () => {
      for (const run of runs) await runControl.start({ recipe: run.recipe, recipeFile, store });
    },
  );
  await stores.refresh();
  await tree.show(folder);
}

/** The name itself, or with the first number behind it for which no seed has a prompt: training would replace that. */
function freeSeedName({ name, store }: Origin, { prompts, runs }: Stores): string {
  const taken = [...prompts, ...runs].flatMap((listed) =>
    listed.store === store && 'value' in listed
      ? ['status' in listed.value ? listed.value.status.name : listed.value.name]
      : [],
  );
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}-${i}`;
    const names = usualSeeds.map((seed) => seedName(candidate, seed));
    if (!taken.some((other) => names.some((seeded) => isSameName(other, seeded)))) return candidate;
  }
}

async function originOf(from: unknown, dependencies: EnsembleActionDependencies): Promise<Origin | undefined> {
  const { stores } = dependencies;
  if (from instanceof vscode.Uri) return ofRecipe(from, dependencies);
  if (typeof from === 'object' && from !== null && 'listed' in from) {
    const { folder } = from.listed as { readonly folder: string };
    const prompt = trained(stores).find((listed) => listed.folder === folder);
    return prompt && ofPrompt(prompt, stores);
  }
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active?.fsPath.endsWith(recipeEnding)) return ofRecipe(active, dependencies);
  return pickOrigin(dependencies);
}

const trained = (stores: Stores): WholePrompt[] =>
  wholePrompts(stores).filter(({ value }) => value.details !== undefined);

async function pickOrigin(dependencies: EnsembleActionDependencies): Promise<Origin | undefined> {
  const { stores } = dependencies;
  const uris = await vscode.workspace.findFiles(`**/*${recipeEnding}`, '**/{node_modules,.softprompt}/**');
  const recipes = uris.map((uri) => ({
    label: `$(go-to-file) ${vscode.workspace.asRelativePath(uri)}`,
    origin: () => ofRecipe(uri, dependencies),
  }));
  const prompts = trained(stores).map((prompt) => {
    const { label, description } = promptItem(prompt);
    return {
      label: `$(symbol-string) ${label}`,
      ...(description && { description }),
      origin: () => ofPrompt(prompt, stores),
    };
  });
  if (recipes.length + prompts.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is neither a recipe nor a trained prompt yet: Train Prompt makes one.'),
    );
    return undefined;
  }
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, origin: () => undefined });
  const answer = await vscode.window.showQuickPick(
    [
      ...(recipes.length > 0 ? [separator(vscode.l10n.t('Recipes')), ...recipes] : []),
      ...(prompts.length > 0 ? [separator(vscode.l10n.t('Saved prompts')), ...prompts] : []),
    ],
    {
      title: vscode.l10n.t('Train Five Seeds for an Ensemble'),
      placeHolder: vscode.l10n.t('What is trained with the seeds {seeds}, one after the other?', {
        seeds: usualSeeds.join(', '),
      }),
    },
  );
  return answer?.origin();
}

async function ofRecipe(uri: vscode.Uri, { stores, trainingDefaults }: EnsembleActionDependencies): Promise<Origin> {
  const recipeFile = uri.fsPath;
  const document = await recipeDocument(recipeFile);
  if (document.isDirty) await document.save();
  const text = withDefaults(document.getText(), trainingDefaults());
  const recipe = parseRecipe(text, vscode.workspace.asRelativePath(recipeFile));
  const store = storeOf(recipeFile, stores.folders) ?? homeStore();
  return { name: recipeName(recipe, recipeFile), recipe, recipeFile, store };
}

/** By the recipe that lies with it; its paths are relative to the recipe that it was trained from. */
async function ofPrompt({ folder, store, value }: WholePrompt, { runs }: Stores): Promise<Origin> {
  const recipe = await readJson(join(folder, promptRecipeFile), recipeSchema, badPrompt);
  const run = runs.find((listed) => 'value' in listed && listed.value.status.promptFolder === folder);
  const recipeFile =
    run && 'value' in run ? run.value.status.recipeFile : join(dirname(store), `${value.name}${recipeEnding}`);
  return { name: value.name, recipe, recipeFile, store };
}
