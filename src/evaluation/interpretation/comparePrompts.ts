import { defined } from '../../common/assert.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { NearestTokens } from '../../protocol/events.js';
import type { PromptComparison } from '../../protocol/interpretation.js';
import { nearestToPrompt } from './nearestToPrompt.js';
import type { PromptRequest } from '../openPrompt.js';
import { bestAssignment } from './assignment.js';
import { withInterpreted, type Interpreted } from './openInterpreted.js';
import { cosine, mean } from './vectors.js';

export interface CompareRequest extends Omit<PromptRequest, 'promptFolder'> {
  readonly first: string;
  readonly second: string;
  /** Neighbours of each virtual token. */
  readonly top: number;
}

/**
 * Two prompts side by side: each virtual token of the shorter one with a token of the longer, so that the sum of cosines is the greatest.
 * Throws `store.differentModels`, `store.differentKinds`, and what `openPrompt` throws.
 */
export async function comparePrompts({ first, second, top, ...request }: CompareRequest): Promise<PromptComparison> {
  const a = await lookAt(first, top, request);
  const b = await lookAt(second, top, request);
  refuseDifferent(a, b);
  const cosines = a.vectors.map((one) => b.vectors.map((other) => cosine(one, other)));
  const pairs = aligned(cosines).map(([i, j]) => ({
    first: defined(a.nearest[i], 'a virtual token'),
    second: defined(b.nearest[j], 'a virtual token'),
    cosine: defined(cosines[i]?.[j], 'a cosine'),
  }));
  const alone = (side: 'first' | 'second', nearest: readonly NearestTokens[]): readonly NearestTokens[] =>
    nearest.filter((token) => !pairs.some((pair) => pair[side] === token));
  return {
    first: { name: a.name, method: a.method, alone: alone('first', a.nearest) },
    second: { name: b.name, method: b.method, alone: alone('second', b.nearest) },
    model: a.model,
    compared: a.compared,
    pairs,
    meanCosine: mean(pairs.map((pair) => pair.cosine)),
  };
}

/** Pairs of row and column with the greatest sum, by row. */
export function aligned(cosines: readonly (readonly number[])[]): (readonly [number, number])[] {
  const [rows, columns] = [cosines.length, cosines[0]?.length ?? 0];
  if (rows <= columns) return bestAssignment(cosines).map((column, row) => [row, column]);
  const turned = Array.from({ length: columns }, (_, j) => cosines.map((row) => row[j] ?? 0));
  return bestAssignment(turned)
    .map((row, column) => [row, column] as const)
    .sort(([a], [b]) => a - b);
}

type Look = Awaited<ReturnType<typeof lookAt>>;

const lookAt = (promptFolder: string, top: number, request: Omit<PromptRequest, 'promptFolder'>) =>
  withInterpreted({ ...request, promptFolder }, async (interpreted: Interpreted) => {
    const { name, prompt, base, space, embeddings } = interpreted;
    return {
      name,
      method: prompt.config.peft_type,
      model: base.name,
      checksum: base.checksum,
      compared: space.compared,
      vectors: space.virtual(embeddings.data),
      nearest: await nearestToPrompt(embeddings, interpreted, top),
    };
  });

function refuseDifferent(a: Look, b: Look): void {
  const [first, second] = [a.name, b.name];
  if (a.checksum !== b.checksum) {
    const named = ({ model, checksum }: Look): string => `${model} (${checksum.slice(0, 12)}…)`;
    throw new SoftpromptError('store.differentModels', {
      first,
      firstModel: named(a),
      second,
      secondModel: named(b),
    });
  }
  if (a.compared !== b.compared) {
    const [prefix, vectors] = a.compared === 'firstKeys' ? [first, second] : [second, first];
    throw new SoftpromptError('store.differentKinds', { prefix, vectors });
  }
}
