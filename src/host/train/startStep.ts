import { rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { RecipeText } from '../../protocol/inspectMessages.js';
import { asWriteError } from '../../store/fileErrors.js';
import { pick, type Choice } from './ask.js';
import { recipeOf, type Draft, type TrainServices } from './draft.js';
import { estimateText } from './previewLines.js';
import { recipeDocument, startRun } from './startRun.js';
import type { Step } from './walk.js';
import { workspaceRoots } from './workspaceRoots.js';

type Action = 'start' | 'edit';

/** What comes of the answers: a run, or a recipe in the editor. */
export interface Finished extends Draft {
  readonly started?: string;
  readonly toEdit?: string;
}

/** The last step writes the recipe, and starts it if that is wanted; before it nothing is written. */
export function startStep(services: TrainServices, title: string): Step<Finished> {
  return {
    ask: (draft, place) => {
      const choices = (cost?: string): Choice<Action>[] => [
        { label: vscode.l10n.t('$(play) Start'), value: 'start', ...(cost !== undefined && { detail: cost }) },
        {
          label: vscode.l10n.t('$(edit) Edit recipe'),
          detail: vscode.l10n.t('opens it in the editor; Train stands above it there'),
          value: 'edit',
        },
      ];
      return pick<Action, Finished>({
        place,
        title,
        placeholder: vscode.l10n.t('Everything is set'),
        choices: choices(),
        allChoices: async () => {
          const preview = await services.inspector.preview(await recipeText(draft, services));
          return choices(estimateText(preview));
        },
        accept: async (action) => {
          const recipeFile = draft.recipe ?? (await write(await recipeText(draft, services)));
          if (action === 'edit') return { ...draft, toEdit: recipeFile };
          try {
            return { ...draft, started: await startRun(recipeFile, services) };
          } catch (error) {
            // So that the name is free when another try is made.
            if (draft.recipe === undefined) await rm(recipeFile);
            throw error;
          }
        },
      });
    },
  };
}

async function recipeText(draft: Draft, services: TrainServices): Promise<RecipeText> {
  const { dataset, recipe = '' } = draft;
  if (dataset) return recipeOf({ ...draft, dataset }, services, workspaceRoots());
  return { text: (await recipeDocument(recipe)).getText(), recipeFile: recipe };
}

/** Fails where such a file has come to be since its name was chosen. */
async function write({ text, recipeFile }: RecipeText): Promise<string> {
  try {
    await writeFile(recipeFile, text, { flag: 'wx' });
    return recipeFile;
  } catch (error) {
    throw asWriteError(error, recipeFile);
  }
}
