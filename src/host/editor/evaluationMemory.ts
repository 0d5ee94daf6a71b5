import type { Judge } from '../../protocol/evaluation.js';

/** What the editor keeps for a workspace. */
interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What a person answered, so that it is asked once: which prompt judges a file, and which columns stand for the prompt's. */
export interface EvaluationMemory {
  judgeOf(file: string): string | undefined;
  keepJudge(file: string, judge: Judge): void;
  /** The prompt's column → the file's. */
  mappingOf(judge: Judge, columns: readonly string[]): Readonly<Record<string, string>> | undefined;
  keepMapping(judge: Judge, columns: readonly string[], mapping: Readonly<Record<string, string>>): void;
}

const judgesKey = 'softprompt.evaluation.judges';
const mappingsKey = 'softprompt.evaluation.columns';
/** More than a person works with. */
const most = 200;

export function evaluationMemory(memento: Memento): EvaluationMemory {
  const read = <T>(key: string): Record<string, T> => ({ ...(memento.get(key) as Record<string, T> | undefined) });
  /** The newest last; the oldest is forgotten first. */
  const keep = (key: string, name: string, value: unknown): void => {
    const others = Object.entries(read(key)).filter(([known]) => known !== name);
    const entries = [...others, [name, value] as const].slice(-most);
    void memento.update(key, Object.fromEntries(entries));
  };
  return {
    judgeOf: (file) => read<string>(judgesKey)[file],
    keepJudge: (file, judge) => keep(judgesKey, file, judgeKey(judge)),
    mappingOf: (judge, columns) => read<Record<string, string>>(mappingsKey)[mappingKey(judge, columns)],
    keepMapping: (judge, columns, mapping) => keep(mappingsKey, mappingKey(judge, columns), mapping),
  };
}

/** What tells judges apart; the vote is another matter. */
export const judgeKey = ({ prompts }: Judge): string => prompts.join('\n');

/** The order of columns does not matter. */
const mappingKey = (judge: Judge, columns: readonly string[]): string =>
  JSON.stringify([judgeKey(judge), [...columns].sort()]);
