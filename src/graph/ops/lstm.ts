import { assert } from '../../common/assert.js';
import type { Builder } from '../builder.js';
import { dOutput, input, type Operator } from '../operator.js';
import { printShape, sameShape, type Dim, type Shape } from '../shape.js';
import type { Value } from '../value.js';

/**
 * One direction of one layer of an LSTM without batch, in PyTorch's layout (Hochreiter, Schmidhuber 1997, with forget gates: Gers et al.
 * 2000): x [steps, in], weightIh [4·size, in], weightHh [4·size, size], bias [4·size] → y [steps, size]; the gates stand in the order
 * input, forget, cell, output. From h₀ = c₀ = 0, forwards or backwards in time:
 *
 *   (i, f, g, o)ₜ = (σ, σ, tanh, σ)(xₜ·Wᵢₕᵀ + hₜ₋₁·Wₕₕᵀ + b),  cₜ = fₜ·cₜ₋₁ + iₜ·gₜ,  yₜ = hₜ = oₜ·tanh(cₜ)
 *
 * The gradient goes through time once (Werbos 1990). With da the gradient of the sums inside the gates' functions:
 *
 *   dhₜ = dyₜ + daₜ₊₁·Wₕₕ,  dcₜ = dhₜ·oₜ·(1 − tanh²cₜ) + dcₜ₊₁·fₜ₊₁
 *   daₜ = (dcₜ·gₜ·i(1−i), dcₜ·cₜ₋₁·f(1−f), dcₜ·iₜ·(1−g²), dhₜ·tanh(cₜ)·o(1−o))
 *
 * Only dh, dc and da need one step after the other. The slopes are computed for all steps at once, and so are the weights' gradients:
 * dx = da·Wᵢₕ, dWᵢₕ = daᵀ·x, dWₕₕ = daᵀ·hₜ₋₁, db = Σ da.
 */
export const lstm: Operator<'LSTM'> = {
  outputs: (inputs) => {
    const [x, weightIh, weightHh, bias] = [0, 1, 2, 3].map((i) => input(inputs, i).shape);
    const [steps, size] = [x?.[0], weightHh?.[1]];
    assert(typeof steps === 'number' && typeof size === 'number' && x?.length === 2, 'LSTM of known steps and size');
    const expected: Shape[] = [[4 * size, x[1] as Dim], [4 * size, size], [4 * size]];
    [weightIh, weightHh, bias].forEach((found = [], i) =>
      assert(sameShape(found, expected[i] ?? []), `LSTM's weights: ${printShape(found)}`),
    );
    return [{ shape: [steps, size], dtype: 'float' }];
  },
  gradient: ({ build, params: { direction }, inputs, outputs, dOutputs, wants }) => {
    const [x, weightIh, weightHh, bias] = [0, 1, 2, 3].map((i) => input(inputs, i)) as [Value, Value, Value, Value];
    const y = input(outputs, 0);
    const [steps, size] = y.shape as [number, number];
    const times = [...Array(steps).keys()];
    if (direction === 'reverse') times.reverse();

    const previousY = earlier(build, y, direction);
    const sums = build.add(
      build.gemm(x, weightIh, { transB: true, c: bias }),
      build.gemm(previousY, weightHh, { transB: true }),
    );
    const [sumI, sumF, sumG, sumO] = build.split(sums, [size, size, size, size], 1) as [Value, Value, Value, Value];
    const [i, f, g, o] = [build.sigmoid(sumI), build.sigmoid(sumF), build.tanh(sumG), build.sigmoid(sumO)];

    const [forget, added] = [rows(build, f), rows(build, build.mul(i, g))];
    const cells: Value[] = [];
    let cell: Value | undefined;
    for (const t of times) {
      const [kept, more] = [at(forget, t), at(added, t)];
      cell = cells[t] = cell ? build.add(build.mul(kept, cell), more) : more;
    }
    const c = build.concat(cells, 0);
    const tanhC = build.tanh(c);
    const rest = (v: Value): Value => build.sub(build.scalar(1), v);
    const slope = (v: Value): Value => build.mul(v, rest(v));
    const slopes = {
      cell: rows(build, build.mul(o, rest(build.mul(tanhC, tanhC)))),
      inner: rows(
        build,
        build.concat(
          [
            build.mul(g, slope(i)),
            build.mul(earlier(build, c, direction), slope(f)),
            build.mul(i, rest(build.mul(g, g))),
          ],
          1,
        ),
      ),
      output: rows(build, build.mul(tanhC, slope(o))),
    };

    const dy = rows(build, dOutput(dOutputs));
    const dSums: Value[] = [];
    let later: { dSum: Value; dCell: Value } | undefined;
    for (const t of [...times].reverse()) {
      const fromLater = later && build.gemm(later.dSum, weightHh);
      const dHidden = fromLater ? build.add(at(dy, t), fromLater) : at(dy, t);
      const own = build.mul(dHidden, at(slopes.cell, t));
      const dc: Value = later ? build.add(own, later.dCell) : own;
      const inner = build.mul(build.concat([dc, dc, dc], 1), at(slopes.inner, t));
      const dSum = build.concat([inner, build.mul(dHidden, at(slopes.output, t))], 1);
      dSums[t] = dSum;
      later = { dSum, dCell: build.mul(dc, at(forget, t)) };
    }
    const dSum = build.concat(dSums, 0);
    return [
      wants(0) ? build.gemm(dSum, weightIh) : undefined,
      wants(1) ? build.gemm(dSum, x, { transA: true }) : undefined,
      wants(2) ? build.gemm(dSum, previousY, { transA: true }) : undefined,
      wants(3) ? build.sumTo(dSum, bias.shape) : undefined,
    ];
  },
  lower: ({ emit, params: { direction }, inputs, outputs }) => {
    const [x, weightIh, weightHh, bias] = [0, 1, 2, 3].map((i) => input(inputs, i)) as [Value, Value, Value, Value];
    const [steps, size] = input(outputs, 0).shape as [number, number];
    const inSize = x.shape[1] as number;
    const float = (shape: number[]) => ({ shape, dtype: 'float' }) as const;
    const reshape = (name: string, shape: number[]): string =>
      emit.node('Reshape', [name, emit.int64(shape)], {}, float(shape));
    /** ONNX's gates stand in the order input, output, forget, cell. */
    const reordered = (v: Value, width: number[]): string => {
      const sizes = emit.int64([size, size, size, size]);
      const gates = emit.nodes('Split', [emit.name(v), sizes], { axis: 0 }, Array(4).fill(float([size, ...width])));
      const joined = [0, 3, 1, 2].map((gate) => gates[gate] as string);
      return emit.node('Concat', joined, { axis: 0 }, float([4 * size, ...width]));
    };
    const zeros = emit.float(Array<number>(4 * size).fill(0), [4 * size]);
    const biases = emit.node('Concat', [reordered(bias, []), zeros], { axis: 0 }, float([8 * size]));
    const y = emit.node(
      'LSTM',
      [
        reshape(emit.name(x), [steps, 1, inSize]),
        reshape(reordered(weightIh, [inSize]), [1, 4 * size, inSize]),
        reshape(reordered(weightHh, [size]), [1, 4 * size, size]),
        reshape(biases, [1, 8 * size]),
      ],
      { hidden_size: size, direction: { string: direction } },
      float([steps, 1, 1, size]),
    );
    return [emit.node('Reshape', [y, emit.int64([steps, size])])];
  },
};

/** What stood there one step earlier: v [steps, size] moved by one row, zeros at the beginning of time. */
function earlier(build: Builder, v: Value, direction: 'forward' | 'reverse'): Value {
  const [steps, size] = v.shape as [number, number];
  const start = build.zeros([1, size]);
  if (steps === 1) return start;
  const sizes = direction === 'forward' ? [steps - 1, 1] : [1, steps - 1];
  const parts = build.split(v, sizes, 0);
  return direction === 'forward' ? build.concat([start, at(parts, 0)], 0) : build.concat([at(parts, 1), start], 0);
}

/** The rows of v [steps, width], each [1, width]. */
const rows = (build: Builder, v: Value): readonly Value[] => {
  const steps = v.shape[0] as number;
  return steps === 1 ? [v] : build.split(v, Array<number>(steps).fill(1), 0);
};

const at = (values: readonly Value[], i: number): Value => input(values, i);
