import * as vscode from 'vscode';
import type { Preview } from '../../protocol/inspectMessages.js';
import { askText, pick, type Choice } from './ask.js';
import { askColumns } from './columnsStep.js';
import { asOneLine, fromOneLine } from './columnTemplate.js';
import { forDataset, recipeOf, type ChosenTask, type Dataset, type Draft, type TrainServices } from './draft.js';
import { dataLines, rowLine } from './previewLines.js';
import { workspaceRoots } from './workspaceRoots.js';
import type { Answer, Place, Step } from './walk.js';
import { templateProblem } from './templateProblem.js';

type Action = 'go on' | 'template' | 'columns';

/** The first rows as the model will see them, with a way to change what it sees. */
export function previewStep(services: TrainServices, title: string): Step<Draft> {
  return forDataset(async (draft, place) => {
    let current = draft;
    for (;;) {
      const shown = current;
      let { task } = shown;
      const action = await pick<Action, Action>({
        place,
        title,
        placeholder: vscode.l10n.t('Rows as the model will see them; Enter goes on'),
        choices: [],
        allChoices: async () => {
          const preview = await services.inspector.preview(recipeOf(shown, services, workspaceRoots()));
          task = preview.task;
          return previewChoices(preview);
        },
        buttons: [
          {
            iconPath: new vscode.ThemeIcon('edit'),
            tooltip: vscode.l10n.t('Edit template'),
            value: 'template',
          },
          {
            iconPath: new vscode.ThemeIcon('list-selection'),
            tooltip: vscode.l10n.t('Choose columns'),
            value: 'columns',
          },
        ],
        accept: (value) => value,
      });
      if (action === undefined || action === 'back') return action;
      if (action.value === 'go on') return { value: { ...current, ...(task && { task }) } };
      const changed =
        action.value === 'columns'
          ? await askColumns(shown.dataset, place, title)
          : await askTemplate(task ?? { template: '', target: '' }, shown.dataset, place, title);
      if (changed === undefined) return undefined;
      if (changed !== 'back') current = { ...current, task: changed.value };
    }
  });
}

function previewChoices(preview: Preview): Choice<Action>[] {
  const lines = [...preview.rows.map(rowLine), ...dataLines(preview.events)];
  return lines.map((line) => ({ ...line, value: 'go on' }));
}

async function askTemplate(
  task: ChosenTask,
  { summary }: Dataset,
  place: Place,
  title: string,
): Promise<Answer<ChosenTask>> {
  const answer = await askText({
    place,
    title,
    prompt: vscode.l10n.t(
      'The text before the target; {columns} stand for cells, \\n for a line break, {slot} for three virtual tokens there',
      { columns: summary.columns.map((column) => `{${column}}`).join(', '), slot: '[P×3]' },
    ),
    value: asOneLine(task.template),
    problem: (line) => templateProblem(fromOneLine(line), summary.columns),
  });
  return answer === undefined || answer === 'back'
    ? answer
    : { value: { ...task, template: fromOneLine(answer.value) } };
}
