import * as vscode from 'vscode';
import { describeMessage } from '../../errors/catalogue.js';
import { pick, pickMany } from './ask.js';
import { canBeNamed, columnTemplate } from './columnTemplate.js';
import { forDataset, type ChosenTask, type Dataset, type Draft } from './draft.js';
import type { Answer, Place, Step } from './walk.js';

/** Which column is the target and which are the text, where that could not be inferred. */
export function columnsStep(title: string): Step<Draft> {
  return forDataset(
    async (draft, place) => {
      const answer = await askColumns(draft.dataset, place, title);
      return answer === undefined || answer === 'back' ? answer : { value: { ...draft, task: answer.value } };
    },
    ({ summary }) => 'error' in summary.task,
  );
}

export async function askColumns({ summary }: Dataset, place: Place, title: string): Promise<Answer<ChosenTask>> {
  const columns = summary.columns.filter(canBeNamed);
  for (;;) {
    const target = await pick<string, string>({
      place,
      title,
      placeholder: vscode.l10n.t('The target: the column that the model is to predict'),
      choices: [
        ...('error' in summary.task ? [{ label: `$(info) ${describeMessage(summary.task.error).message}` }] : []),
        ...columns.map((column) => ({ label: column, value: column })),
      ],
      accept: (column) => column,
    });
    if (target === undefined || target === 'back') return target;
    const others = columns.filter((column) => column !== target.value);
    const texts =
      others.length === 1
        ? { value: others }
        : await pickMany({
            place,
            title,
            placeholder: vscode.l10n.t('The text: the columns that the model reads'),
            choices: others.map((column) => ({ label: column, value: column, picked: true })),
          });
    if (texts === undefined) return undefined;
    if (texts === 'back') continue;
    return { value: { template: columnTemplate(texts.value, target.value), target: `{${target.value}}` } };
  }
}
