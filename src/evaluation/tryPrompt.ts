import { defined } from '../common/assert.js';
import type { ResolvedTask } from '../data/columns.js';
import { inputWithSlots } from '../data/examples.js';
import { parseTemplate, renderTemplate } from '../data/template.js';
import { tokenizeExample } from '../data/tokenize.js';
import { noMethod } from '../methods/method.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { Example } from '../protocol/dataset.js';
import type { TryAnswer, TryRequest } from '../protocol/evaluationMessages.js';
import { unknownTask } from '../protocol/playgroundMessages.js';
import { exampleCandidates } from './evaluateExamples.js';
import { candidateProbabilities } from './metrics.js';
import type { ModelCache } from './modelCache.js';

/**
 * Tries one input with a prompt, or with its bare model: the labels' probabilities, or a text, of which `onText` is told each piece as it is
 * certain. An abort is heard between two tokens and rejects with the signal's reason.
 * Throws what opening the prompt throws, and `data.*` where a column is missing.
 */
export async function tryPrompt(
  models: ModelCache,
  { prompt: folder, bare, values, sampling }: Omit<TryRequest, 'id'>,
  onText: (piece: string) => void,
  signal: AbortSignal,
): Promise<TryAnswer> {
  const began = performance.now();
  const loaded = await models.open(folder);
  const { prompt, base, method } = loaded.opened;
  const task: ResolvedTask = prompt.details?.task ?? unknownTask;
  // The target is not written yet, so nothing ends it.
  const tokens = { ...prompt.details?.task, ...(task.labels === undefined && { addEos: false }) };
  const tokenize = tokenizeOptions(tokens, task, base, method.virtualTokens);
  const example = exampleOf(values, task);
  const input = inputWithSlots(example);
  const member = bare ? { method: noMethod } : loaded.opened;
  signal.throwIfAborted();

  if (task.labels) {
    const { candidates } = exampleCandidates({ ...example, label: 0 }, { task, tokenize }, member);
    const [[scores] = []] = bare
      ? await models.scoreBare(folder, [candidates], [])
      : await models.score([folder], [candidates], []);
    const shares = candidateProbabilities(defined(scores, 'scores'));
    const probabilities = Object.keys(task.labels)
      .map((label, i) => ({ label, probability: defined(shares[i], 'a probability') }))
      .sort((a, b) => b.probability - a.probability);
    return { input, text: '', tokens: 0, seconds: secondsSince(began), ended: 'eos', probabilities };
  }

  const { inputIds } = tokenizeExample(example, tokenize);
  const told = withoutFront(tokenize.targetPrefix, onText);
  return models.write(folder, bare ? 'bare' : 'prompt', async (generator) => {
    const writing = performance.now();
    const { ids, text, ended } = await generator.generate(inputIds, sampling, { onText: told, signal });
    const written = text.startsWith(tokenize.targetPrefix) ? text.slice(tokenize.targetPrefix.length) : text;
    return { input, text: written, tokens: ids.length, seconds: secondsSince(writing), ended };
  });
}

function exampleOf(values: TryRequest['values'], task: ResolvedTask): Example {
  const place = { file: '', line: 1 };
  const { text, slots } = renderTemplate(parseTemplate(task.template), { ...place, values, start: 0, end: 0 }, '');
  return { input: text, ...(slots.length > 0 && { slots }), target: '', ...place };
}

/** What joins input and target, such as a space, is no part of the answer. */
function withoutFront(front: string, onText: (piece: string) => void): (piece: string) => void {
  let isFirst = true;
  return (piece) => {
    const rest = isFirst && piece.startsWith(front) ? piece.slice(front.length) : piece;
    isFirst = false;
    if (rest !== '') onText(rest);
  };
}

const secondsSince = (ms: number): number => (performance.now() - ms) / 1000;
