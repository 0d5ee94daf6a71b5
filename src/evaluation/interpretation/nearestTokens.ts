import type { NearestTokens } from '../../protocol/events.js';
import { dot, norm, rowsOf, unit } from './vectors.js';

/**
 * The k tokens whose embeddings have the highest cosine similarity with each virtual token (Lester et al. 2021 §7).
 * prompt [P, width] and table [vocabulary, width], row-major, the table in blocks of rows; tokens that `textOf` does not name are left out.
 */
export async function nearestTokens(
  prompt: Float32Array,
  table: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  width: number,
  k: number,
  textOf: (id: number) => string | undefined,
): Promise<NearestTokens[]> {
  const units = rowsOf(prompt, width).map(unit);
  const best = units.map((): { id: number; similarity: number }[] => []);
  let id = 0;
  for await (const block of table) {
    for (const row of rowsOf(block, width)) {
      const length = textOf(id) === undefined ? 0 : norm(row);
      if (length > 0)
        for (const [p, virtual] of units.entries())
          insert(best[p] as { id: number; similarity: number }[], { id, similarity: dot(virtual, row) / length }, k);
      id++;
    }
  }
  return best.map((nearest, position) => ({
    position,
    nearest: nearest.map(({ id, similarity }) => ({ id, token: textOf(id) ?? '', similarity })),
  }));
}

function insert(
  list: { id: number; similarity: number }[],
  entry: { id: number; similarity: number },
  k: number,
): void {
  if (list.length === k && entry.similarity <= (list[k - 1]?.similarity ?? -Infinity)) return;
  const at = list.findIndex((other) => other.similarity < entry.similarity);
  list.splice(at === -1 ? list.length : at, 0, entry);
  if (list.length > k) list.pop();
}
