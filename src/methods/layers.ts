import type { Random } from '../common/random.js';
import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { Lookup, Parameter } from './method.js';

/** The layers that PEFT's encoders are made of, with PyTorch's names, layouts and first values. */

const uniform =
  (bound: number): Parameter['draw'] =>
  (random: Random) =>
    bound * (2 * random.next() - 1);

const isLayer = true;

export const normal =
  (deviation: number): Parameter['draw'] =>
  (random: Random) =>
    deviation * random.normal();

/** `nn.Embedding`: N(0, 1). Its rows are all used at once, in order. */
export const embedding = (name: string, rows: number, width: number): Parameter => ({
  name: `${name}.weight`,
  shape: [rows, width],
  draw: normal(1),
});

/** `nn.Linear`: weight [out, in] and bias [out], both uniform in ±1/√in. */
export const linear = (name: string, inSize: number, outSize: number): Parameter[] => [
  { name: `${name}.weight`, shape: [outSize, inSize], draw: uniform(1 / Math.sqrt(inSize)), isLayer },
  { name: `${name}.bias`, shape: [outSize], draw: uniform(1 / Math.sqrt(inSize)), isLayer },
];

export const applyLinear = (build: Builder, parameters: Lookup, name: string, x: Value): Value =>
  build.gemm(x, parameters(`${name}.weight`), { transB: true, c: parameters(`${name}.bias`) });

const lstmLayers = 2;
const directions = { '': 'forward', _reverse: 'reverse' } as const;

/** `nn.LSTM`, bidirectional, two layers: everything uniform in ±1/√size; the second layer reads both directions of the first. */
export const lstm = (name: string, inSize: number, size: number): Parameter[] =>
  Array.from({ length: lstmLayers }, (_, layer) =>
    Object.keys(directions).flatMap((suffix): Parameter[] => {
      const end = `_l${layer}${suffix}`;
      const draw = uniform(1 / Math.sqrt(size));
      return [
        { name: `${name}.weight_ih${end}`, shape: [4 * size, layer === 0 ? inSize : 2 * size], draw, isLayer },
        { name: `${name}.weight_hh${end}`, shape: [4 * size, size], draw, isLayer },
        { name: `${name}.bias_ih${end}`, shape: [4 * size], draw, isLayer },
        { name: `${name}.bias_hh${end}`, shape: [4 * size], draw, isLayer },
      ];
    }),
  ).flat();

/** x [steps, in] → [steps, 2 · size]. */
export function applyLstm(build: Builder, parameters: Lookup, name: string, x: Value): Value {
  let rows = x;
  for (let layer = 0; layer < lstmLayers; layer++)
    rows = build.concat(
      Object.entries(directions).map(([suffix, direction]) => {
        const part = (what: string): Value => parameters(`${name}.${what}_l${layer}${suffix}`);
        const bias = build.add(part('bias_ih'), part('bias_hh'));
        return build.lstm(rows, { weightIh: part('weight_ih'), weightHh: part('weight_hh'), bias }, direction);
      }),
      1,
    );
  return rows;
}
