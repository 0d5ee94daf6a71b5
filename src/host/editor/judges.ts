import * as l10n from '@vscode/l10n';
import type { Judge } from '../../protocol/evaluation.js';
import type { Stores } from '../services.js';
import { groupSetEntry } from '../views/groupSetEntries.js';
import { promptEntry } from '../views/promptEntries.js';
import { askedColumns, hasColumns } from './columns.js';
import { judgeKey } from './evaluationMemory.js';

/** A prompt, an ensemble or the prompts of groups that can judge files. */
export interface JudgeChoice {
  readonly name: string;
  readonly description: string;
  readonly judge: Judge;
  readonly store: string;
  /** The columns that it asks of a file. */
  readonly columns: readonly string[];
  /** Whether each row is judged by its own group's prompt. */
  readonly isOfGroups?: true;
}

export type JudgeSource = Pick<Stores, 'prompts' | 'ensembles' | 'groupSets'>;

/** Those of the stores that say how a row becomes tokens: a plain PEFT adapter does not. */
export function judgeChoices({ prompts, ensembles, groupSets }: JudgeSource, language: string): JudgeChoice[] {
  const single = prompts.flatMap((listed): JudgeChoice[] => {
    if (!('value' in listed) || !listed.value.details) return [];
    const { folder, store, value } = listed;
    const { label, description } = promptEntry(value, folder, language);
    return [
      {
        name: label,
        description,
        judge: { prompts: [folder] },
        store,
        columns: askedColumns(listed.value.details.task),
      },
    ];
  });
  const together = ensembles.flatMap((listed): JudgeChoice[] => {
    if (!('value' in listed) || !listed.value.members.every(({ isThere }) => isThere)) return [];
    const { name, members, vote } = listed.value;
    const folders = members.map(({ folder }) => folder);
    const first = single.find(({ judge }) => judge.prompts[0] === folders[0]);
    return first
      ? [
          {
            name,
            description: l10n.t('ensemble of {count}', { count: folders.length }),
            judge: { prompts: folders, vote },
            store: listed.store,
            columns: first.columns,
          },
        ]
      : [];
  });
  const ofGroups = groupSets.flatMap((listed): JudgeChoice[] => {
    if (!('value' in listed)) return [];
    const { folder, store, value } = listed;
    const { label, description } = groupSetEntry(value, folder, language);
    const columns = [...new Set([...askedColumns(value.details.task), value.column])];
    return [{ name: label, description, judge: { prompts: [folder] }, store, columns, isOfGroups: true }];
  });
  return [...single, ...together, ...ofGroups];
}

/** Those whose columns a file has come first, those that ask for most of them before others; before all, the one that judged it last. */
export function byFit(
  choices: readonly JudgeChoice[],
  columns: readonly string[] | undefined,
  remembered: string | undefined,
): { readonly fitting: readonly JudgeChoice[]; readonly others: readonly JudgeChoice[] } {
  const fits = (choice: JudgeChoice): boolean =>
    judgeKey(choice.judge) === remembered || (columns !== undefined && hasColumns(choice.columns, columns));
  const isLast = (choice: JudgeChoice): number => (judgeKey(choice.judge) === remembered ? 0 : 1);
  return {
    fitting: choices.filter(fits).sort((a, b) => isLast(a) - isLast(b) || b.columns.length - a.columns.length),
    others: choices.filter((choice) => !fits(choice)),
  };
}
