import { assert } from '../common/assert.js';
import type { FloatTensor } from './safetensors.js';

/**
 * Keys and values of an encoder-decoder's decoder as PEFT 0.21.2 reads them, [P, 2 · N · width]: block l takes the pair number 2l modulo N. Of the
 * model's own count of blocks L as N, it reaches all pairs where L is odd, and half of them, each for two blocks, where L is even. With N = 2L
 * every block has a pair of its own, beside as many that nothing reads.
 */
export const peftLayerOf = (block: number, layers: number): number => (2 * block) % layers;

/** How many pairs PEFT needs for L blocks that share none. */
export const unsharedLayers = (blocks: number): number => (blocks % 2 === 1 ? blocks : 2 * blocks);

/** Whether a prefix of N pairs is one for L blocks. */
export const fitsBlocks = (layers: number, blocks: number): boolean =>
  layers === blocks || layers === unsharedLayers(blocks);

/** A block's pair after another, [P, 2 · L · width], as PEFT's N pairs. */
export function toPeftLayers(own: FloatTensor, blocks: number): FloatTensor {
  const layers = unsharedLayers(blocks);
  return moved(own, blocks, layers, (block) => [block, peftLayerOf(block, layers)]);
}

/** PEFT's N pairs as each block reads them, [P, 2 · L · width]. */
export function fromPeftLayers(matrix: FloatTensor, layers: number, blocks: number): FloatTensor {
  return moved(matrix, layers, blocks, (block) => [peftLayerOf(block, layers), block], blocks);
}

/** Copies pairs from one count of them to another. */
function moved(
  { shape: [rows = 0, width = 0], data }: FloatTensor,
  from: number,
  to: number,
  placesOf: (block: number) => readonly [from: number, to: number],
  blocks = from,
): FloatTensor {
  const pair = width / from;
  assert(Number.isInteger(pair), 'pairs of keys and values');
  const result = new Float32Array(rows * to * pair);
  for (let row = 0; row < rows; row++)
    for (let block = 0; block < blocks; block++) {
      const [source, target] = placesOf(block);
      const start = row * width + source * pair;
      result.set(data.subarray(start, start + pair), (row * to + target) * pair);
    }
  return { shape: [rows, to * pair], data: result };
}
