import { SoftpromptError } from '../errors/softpromptError.js';
import { virtualSlots } from '../protocol/virtualSlots.js';
import type { ResolvedTask } from './columns.js';
import { parseTemplate } from './template.js';

/**
 * The task of a data set for a prompt that was trained on another: the set's own words around its columns, and for answers the words that the
 * prompt has learned, each standing for the set's label of the same word, else of the same value (1: `duplicate` for 1: `equivalent`). So
 * Lester et al. 2021, section 5, evaluate QQP's prompt on MRPC (google-research/prompt-tuning, `data/glue_transfer.py`).
 *
 * Throws `data.otherKind`, `data.otherLabels` and `data.otherSlots`.
 */
export function transferredTask(trained: ResolvedTask, own: ResolvedTask, file: string): ResolvedTask {
  if (own.task !== trained.task)
    throw new SoftpromptError('data.otherKind', { file, found: own.task, expected: trained.task });
  const [found, expected] = [virtualSlots(own.template), virtualSlots(trained.template)];
  if (sum(found) !== sum(expected)) {
    throw new SoftpromptError('data.otherSlots', { file, template: own.template, trained: trained.template });
  }
  if (!own.labels || !trained.labels) return own;
  return { ...own, labels: learnedWords(own.labels, trained.labels, file) };
}

type Labels = Readonly<Record<string, string>>;

/** The set's values, each with the word that the prompt has for it. */
function learnedWords(own: Labels, trained: Labels, file: string): Labels {
  const words = new Map(Object.values(trained).map((word) => [plain(word), word]));
  const byWord = Object.entries(own).map(([value, word]) => [value, words.get(plain(word))] as const);
  if (byWord.every(([, word]) => word !== undefined)) return Object.fromEntries(byWord) as Labels;
  if (Object.keys(own).every((value) => Object.hasOwn(trained, value)))
    return Object.fromEntries(Object.keys(own).map((value) => [value, trained[value] ?? '']));
  throw new SoftpromptError('data.otherLabels', { file, found: listed(own), expected: listed(trained) });
}

const plain = (word: string): string => word.trim().toLowerCase();
const listed = (labels: Labels): string =>
  Object.entries(labels)
    .map(([value, word]) => (value === word ? value : `${value}: ${word}`))
    .join(', ');
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Whether a file has the columns that a task names, under these names. */
export function hasColumns({ template, target }: ResolvedTask, columns: readonly string[]): boolean {
  const named = [...parseTemplate(template).columns, ...parseTemplate(target).columns];
  return named.every((column) => columns.includes(column));
}
