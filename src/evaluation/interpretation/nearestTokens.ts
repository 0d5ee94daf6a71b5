import type { NearestTokens } from '../../protocol/events.js';

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
  const positions = prompt.length / width;
  const unit = normalised(prompt, width);
  const best = Array.from({ length: positions }, (): { id: number; similarity: number }[] => []);
  let id = 0;
  for await (const block of table) {
    for (let start = 0; start < block.length; start += width, id++) {
      if (textOf(id) === undefined) continue;
      let square = 0;
      for (let i = 0; i < width; i++) square += (block[start + i] as number) ** 2;
      if (square === 0) continue;
      const scale = 1 / Math.sqrt(square);
      for (let p = 0; p < positions; p++) {
        let dot = 0;
        for (let i = 0; i < width; i++) dot += (unit[p * width + i] as number) * (block[start + i] as number);
        insert(best[p] as { id: number; similarity: number }[], { id, similarity: dot * scale }, k);
      }
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

function normalised(rows: Float32Array, width: number): Float32Array {
  const unit = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    for (let i = 0; i < width; i++) unit[start + i] = norm === 0 ? 0 : (row[i] as number) / norm;
  }
  return unit;
}
