import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { recipeEnding } from '../recipeEnding.js';
import { nameFromFile } from '../../protocol/parseRecipe.js';
import { askText } from './ask.js';
import { forDataset, type Draft } from './draft.js';
import { nameProblem } from './recipeText.js';
import type { Step } from './walk.js';

/** The prompt's name, which is its recipe's file name too; one that is free. */
export function nameStep(title: string): Step<Draft> {
  return forDataset(async (draft, place) => {
    const { dataset } = draft;
    const isTaken = (name: string): boolean => existsSync(join(dataset.folder, `${name}${recipeEnding}`));
    const answer = await askText({
      place,
      title,
      prompt: vscode.l10n.t('The prompt’s name; its recipe will be {folder}', {
        folder: vscode.workspace.asRelativePath(join(dataset.folder, `NAME${recipeEnding}`)),
      }),
      value: draft.name ?? freeName(nameFromFile(dataset.file), isTaken),
      problem: (name) =>
        nameProblem(name) ??
        (isTaken(name)
          ? vscode.l10n.t('There is a recipe {file} already; choose another name.', {
              file: `${name}${recipeEnding}`,
            })
          : undefined),
    });
    return answer === undefined || answer === 'back' ? answer : { value: { ...draft, name: answer.value } };
  });
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let number = 2; ; number++) if (!isTaken(`${name}-${number}`)) return `${name}-${number}`;
}
