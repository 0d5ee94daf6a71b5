import { seededRandom } from '../../src/common/random.js';
import { createBuilder, type Builder } from '../../src/graph/builder.js';
import { gradients } from '../../src/graph/gradient.js';
import { addDims, evaluateDim, multiplyDims, type Shape } from '../../src/graph/shape.js';
import type { OpName, Value } from '../../src/graph/value.js';
import type { Feeds, GraphOutputs, Tensor } from '../../src/runtime/executor.js';
import { randomTensor } from './numbers.js';

/** One use of an operator: its inputs, and the graph on them. */
export interface OperatorCase {
  readonly name: string;
  /** Float inputs that a gradient is asked for, drawn at random. */
  readonly trained: Readonly<Record<string, Shape>>;
  /** Float inputs without a gradient, drawn at random. */
  readonly frozen?: Readonly<Record<string, Shape>>;
  readonly integers?: Readonly<Record<string, { readonly shape: Shape; readonly data: readonly number[] }>>;
  /** How far the random numbers spread; 1 unless told. */
  readonly scale?: number;
  build(build: Builder, inputs: Readonly<Record<string, Value>>): Value | readonly Value[];
}

/** Every symbol that the cases use. */
const sizes = new Map([
  ['rows', 5],
  ['batch', 2],
  ['length', 3],
  ['tokens', 4],
  ['labels', 2],
]);
const concrete = (shape: Shape): number[] => shape.map((d) => evaluateDim(d, sizes));

export interface CaseGraph {
  /** `out0`, `out1`, …; `loss` = Σ outputs ∘ random cotangents; `gradient.x` for every trained input x. */
  readonly outputs: GraphOutputs;
  readonly trained: readonly string[];
  readonly feeds: Feeds;
}

export function caseGraph({ name, trained, frozen = {}, integers = {}, scale = 1, ...rest }: OperatorCase): CaseGraph {
  const build = createBuilder();
  const random = seededRandom(name);
  const feeds: Record<string, Tensor> = {};
  const parameters = Object.entries(trained).map(([x, shape]) => {
    feeds[x] = randomTensor(random, concrete(shape), scale);
    return [x, build.parameter(x, shape)] as const;
  });
  const others = Object.entries(frozen).map(([x, shape]) => {
    feeds[x] = randomTensor(random, concrete(shape), scale);
    return [x, build.input(x, shape, 'float')] as const;
  });
  const indices = Object.entries(integers).map(([x, { shape, data }]) => {
    feeds[x] = { data: Int32Array.from(data), shape: concrete(shape) };
    return [x, build.input(x, shape)] as const;
  });
  const results = [rest.build(build, Object.fromEntries([...parameters, ...others, ...indices]))].flat() as Value[];
  const outputs: Record<string, Value> = {};
  const terms = results.map((y, i) => {
    outputs[`out${i}`] = y;
    feeds[`cotangent${i}`] = randomTensor(random, concrete(y.shape));
    const weighted = build.mul(y, build.input(`cotangent${i}`, y.shape, 'float'));
    return build.reduceSum(weighted, [...y.shape.keys()], false);
  });
  const loss = terms.reduce((a, b) => build.add(a, b));
  const slopes = gradients(
    build,
    loss,
    parameters.map(([, value]) => value),
  );
  parameters.forEach(([x], i) => (outputs[`gradient.${x}`] = slopes[i] as Value));
  return { outputs: { ...outputs, loss }, trained: Object.keys(trained), feeds };
}

type Inputs = Readonly<Record<string, Value>>;
const get = (inputs: Inputs, name: string): Value => {
  const value = inputs[name];
  if (!value) throw new Error(`the case has no input ${name}`);
  return value;
};

/** Cases of an operator with one input. */
const ofOne = (
  name: string,
  shapes: readonly Shape[],
  build: (build: Builder, x: Value) => Value | readonly Value[],
  scale = 1,
): OperatorCase[] =>
  shapes.map((shape) => ({
    name: `${name} of [${shape}]`,
    trained: { x: shape },
    scale,
    build: (b, inputs) => build(b, get(inputs, 'x')),
  }));

/** Cases of an operator with two inputs. */
const ofTwo = (
  name: string,
  shapes: readonly (readonly [Shape, Shape])[],
  build: (build: Builder, a: Value, b: Value) => Value,
): OperatorCase[] =>
  shapes.map(([a, b]) => ({
    name: `${name} of [${a}] and [${b}]`,
    trained: { a, b },
    build: (builder, inputs) => build(builder, get(inputs, 'a'), get(inputs, 'b')),
  }));

const broadcasts: readonly (readonly [Shape, Shape])[] = [
  [
    ['rows', 3],
    ['rows', 3],
  ],
  [['rows', 3], [3]],
  [[3], ['rows', 3]],
  [
    ['rows', 3],
    ['rows', 1],
  ],
  [['rows', 3], []],
  [
    ['batch', 1, 3],
    ['length', 1],
  ],
];
const elementwise: readonly Shape[] = [['rows', 7], [], ['batch', 'length', 3]];

const gemmCases = [undefined, [4], ['rows', 4]].flatMap((c) =>
  [false, true].flatMap((transA) =>
    [false, true].map((transB): OperatorCase => ({
      name: `Gemm with transA ${transA}, transB ${transB} and ${c ? `C [${c}]` : 'no C'}`,
      trained: { a: transA ? [3, 'rows'] : ['rows', 3], b: transB ? [4, 3] : [3, 4], ...(c && { c }) },
      build: (b, inputs) => b.gemm(get(inputs, 'a'), get(inputs, 'b'), { transA, transB, c: inputs.c }),
    })),
  ),
);

const matMulCases = [[], [2], [2, 'batch']].flatMap((lead) =>
  [false, true].flatMap((transA) =>
    [false, true].map((transB): OperatorCase => ({
      name: `MatMul under [${lead}] with transA ${transA}, transB ${transB}`,
      trained: {
        a: transA ? [...lead, 4, 'length'] : [...lead, 'length', 4],
        b: transB ? [...lead, 5, 4] : [...lead, 4, 5],
      },
      build: (b, inputs) => b.matMul(get(inputs, 'a'), get(inputs, 'b'), { transA, transB }),
    })),
  ),
);

/**
 * Five rows in blocks: two shared ones in front, in reverse order, then sequences of two rows and of one, padded to length 2.
 * A padding index reads row 0 or, as 5, zeros.
 */
const blocks = {
  front: { shape: [2], data: [1, 0] },
  index: { shape: [2, 2], data: [2, 3, 4, 0] },
  zeroIndex: { shape: ['batch', 2], data: [2, 3, 4, 5] },
  inverse: { shape: ['rows'], data: [1, 0, 2, 3, 4] },
} as const;

const unpackCases: OperatorCase[] = [
  {
    name: 'Unpack to a front block and a padded block whose padding reads row 0 and gets no gradient',
    trained: { x: ['rows', 3] },
    integers: { front: blocks.front, index: blocks.index, inverse: blocks.inverse },
    build: (b, inputs) => {
      const indices = [get(inputs, 'front'), get(inputs, 'index')];
      const [front, block] = b.unpack(get(inputs, 'x'), indices, get(inputs, 'inverse'), {
        zeros: false,
        partial: false,
      });
      return [front as Value, b.mul(block as Value, b.constant([1, 1, 1, 0], [2, 2, 1]))];
    },
  },
  {
    name: 'Unpack to a front block and a padded block whose padding reads zeros',
    trained: { x: ['rows', 3] },
    integers: { front: blocks.front, zeroIndex: blocks.zeroIndex, inverse: blocks.inverse },
    build: (b, inputs) =>
      b.unpack(get(inputs, 'x'), [get(inputs, 'front'), get(inputs, 'zeroIndex')], get(inputs, 'inverse'), {
        zeros: true,
        partial: false,
      }),
  },
  {
    name: 'Unpack of which one block is not used',
    trained: { x: ['rows', 3] },
    integers: { front: blocks.front, zeroIndex: blocks.zeroIndex, inverse: blocks.inverse },
    build: (b, inputs) => {
      const indices = [get(inputs, 'front'), get(inputs, 'zeroIndex')];
      return b.unpack(get(inputs, 'x'), indices, get(inputs, 'inverse'), { zeros: true, partial: false })[1] as Value;
    },
  },
  {
    name: 'Unpack of some rows',
    trained: { x: ['rows', 3] },
    integers: { index: { shape: ['labels'], data: [4, 1] }, inverse: { shape: ['rows'], data: [2, 1, 2, 2, 0] } },
    build: (b, inputs) =>
      b.unpack(get(inputs, 'x'), [get(inputs, 'index')], get(inputs, 'inverse'), { zeros: false, partial: true }),
  },
  {
    name: 'Unpack of some rows and zeros',
    trained: { x: ['rows', 3] },
    integers: { index: { shape: ['length'], data: [3, 5, 1] }, inverse: { shape: ['rows'], data: [3, 2, 3, 0, 3] } },
    build: (b, inputs) =>
      b.unpack(get(inputs, 'x'), [get(inputs, 'index')], get(inputs, 'inverse'), { zeros: true, partial: true }),
  },
];

const packCases: OperatorCase[] = [
  {
    name: 'Pack of a front block and a padded block whose padding is left out',
    trained: { front: [2, 3], block: ['batch', 2, 3] },
    integers: {
      index: blocks.inverse,
      frontInverse: blocks.front,
      blockInverse: blocks.zeroIndex,
    },
    build: (b, inputs) =>
      b.pack(
        [get(inputs, 'front'), get(inputs, 'block')],
        get(inputs, 'index'),
        [get(inputs, 'frontInverse'), get(inputs, 'blockInverse')],
        { zeros: false, partial: true },
      ),
  },
  {
    name: 'Pack of all rows of one block',
    trained: { x: ['batch', 2, 3] },
    integers: {
      index: { shape: ['tokens'], data: [2, 0, 3, 1] },
      inverse: { shape: ['batch', 2], data: [1, 3, 0, 2] },
    },
    build: (b, inputs) =>
      b.pack([get(inputs, 'x')], get(inputs, 'index'), [get(inputs, 'inverse')], { zeros: false, partial: false }),
  },
  {
    name: 'Pack of all rows and zeros',
    trained: { x: ['labels', 3] },
    integers: { index: { shape: ['tokens'], data: [1, 2, 0, 2] }, inverse: { shape: ['labels'], data: [2, 0] } },
    build: (b, inputs) =>
      b.pack([get(inputs, 'x')], get(inputs, 'index'), [get(inputs, 'inverse')], { zeros: true, partial: false }),
  },
  {
    name: 'Pack of some rows and zeros',
    trained: { x: ['length', 3] },
    integers: { index: { shape: ['tokens'], data: [2, 3, 0, 3] }, inverse: { shape: ['length'], data: [2, 4, 0] } },
    build: (b, inputs) =>
      b.pack([get(inputs, 'x')], get(inputs, 'index'), [get(inputs, 'inverse')], { zeros: true, partial: true }),
  },
];

/** Cases of every operator: one without does not compile. */
export const operatorCases: { readonly [Op in OpName]: readonly OperatorCase[] } = {
  After: ofTwo(
    'After',
    [
      [
        ['rows', 3],
        ['rows', 3],
      ],
    ],
    (b, x, awaited) => b.after(b.mul(x, x), awaited),
  ),
  Add: [
    ...ofTwo('Add', broadcasts, (b, x, y) => b.add(x, y)),
    ...ofOne('Add twice the same', [['rows', 3]], (b, x) => b.add(x, x)),
  ],
  Sub: ofTwo('Sub', broadcasts, (b, x, y) => b.sub(x, y)),
  Mul: [
    ...ofTwo('Mul', broadcasts, (b, x, y) => b.mul(x, y)),
    ...ofOne('Mul by itself', [['rows', 3]], (b, x) => b.mul(x, x)),
    ...ofOne('Mul by a number', [['rows', 3]], (b, x) => b.mul(x, -0.25)),
  ],
  Gemm: gemmCases,
  MatMul: matMulCases,
  Transpose: [
    ...ofOne('Transpose by 1, 0', [['rows', 3]], (b, x) => b.transpose(x, [1, 0])),
    ...ofOne('Transpose by 2, 0, 1', [['batch', 'length', 4]], (b, x) => b.transpose(x, [2, 0, 1])),
    ...ofOne('Transpose by 0, 2, 1, 3', [['batch', 'length', 2, 4]], (b, x) => b.transpose(x, [0, 2, 1, 3])),
  ],
  Reshape: [
    ...ofOne('Reshape to one symbol', [['rows', 6]], (b, x) => b.reshape(x, ['rows', 2, 3])),
    ...ofOne('Reshape to a product', [['batch', 'length', 6]], (b, x) =>
      b.reshape(x, [multiplyDims(2, 'batch', 'length'), 3]),
    ),
    ...ofOne('Reshape to two symbols', [['batch', 'length', 6]], (b, x) =>
      b.reshape(x, ['batch', multiplyDims(3, 'length'), 2]),
    ),
    ...ofOne('Reshape to numbers', [[4, 6]], (b, x) => b.reshape(x, [3, 8])),
  ],
  Expand: [
    ...ofOne('Expand to [rows, 3]', [[], [3], [1, 3], ['rows', 1]], (b, x) => b.expand(x, ['rows', 3])).map((c) => ({
      ...c,
      frozen: { bound: ['rows'] },
      build: (b: Builder, inputs: Inputs) => [c.build(b, inputs), get(inputs, 'bound')].flat(),
    })),
    ...ofOne('Expand to [2, 4, 3]', [[], [4, 1], [2, 1, 3]], (b, x) => b.expand(x, [2, 4, 3])),
  ],
  Concat: [
    ...ofTwo(
      'Concat along 0',
      [
        [
          ['rows', 3],
          ['tokens', 3],
        ],
        [
          [2, 3],
          ['rows', 3],
        ],
      ],
      (b, x, y) => b.concat([x, y], 0),
    ),
    ...ofTwo(
      'Concat along -1',
      [
        [
          ['rows', 3],
          ['rows', 2],
        ],
      ],
      (b, x, y) => b.concat([x, y, x], -1),
    ),
  ],
  Split: [
    ...ofOne('Split along 1', [['rows', 6]], (b, x) => b.split(x, [1, 3, 2], 1)),
    ...ofOne('Split along -2', [['batch', addDims(2, 'length'), 3]], (b, x) => b.split(x, [2, 'length'], -2)).map(
      (c) => ({
        ...c,
        frozen: { bound: ['length'] },
        build: (b: Builder, inputs: Inputs) => [c.build(b, inputs), get(inputs, 'bound')].flat(),
      }),
    ),
    ...ofOne('Split with a piece that is not used', [['rows', 6]], (b, x) => {
      const [first, , third] = b.split(x, [1, 3, 2], 1);
      return [first as Value, third as Value];
    }),
  ],
  Gather: [
    {
      name: 'Gather of rows for a matrix of indices',
      trained: { table: [4, 3] },
      integers: { index: { shape: ['batch', 2], data: [3, 0, 3, 1] } },
      build: (b, inputs) => b.gather(get(inputs, 'table'), get(inputs, 'index')),
    },
    {
      name: 'Gather of numbers for more indices than there are numbers',
      trained: { table: [4] },
      integers: { index: { shape: ['rows'], data: [3, 0, 3, 1, 3] } },
      build: (b, inputs) => b.gather(get(inputs, 'table'), get(inputs, 'index')),
    },
  ],
  ScatterRows: [
    {
      name: 'ScatterRows of more rows than there are sums',
      trained: { x: ['rows', 3] },
      integers: { index: { shape: ['rows'], data: [1, 0, 1, 1, 3] } },
      build: (b, inputs) => b.scatterRows(get(inputs, 'x'), get(inputs, 'index'), 4),
    },
    {
      name: 'ScatterRows of matrices for a matrix of indices',
      trained: { x: ['batch', 2, 3, 2] },
      integers: { index: { shape: ['batch', 2], data: [5, 0, 5, 2] } },
      build: (b, inputs) => b.scatterRows(get(inputs, 'x'), get(inputs, 'index'), 6),
    },
  ],
  Pack: packCases,
  Unpack: unpackCases,
  ReduceSum: [
    ...ofOne('ReduceSum over 0 and 2, kept', [['batch', 'length', 4]], (b, x) => b.reduceSum(x, [0, 2], true)),
    ...ofOne('ReduceSum over 0 and 2, dropped', [['batch', 'length', 4]], (b, x) => b.reduceSum(x, [0, 2], false)),
    ...ofOne('ReduceSum over 1, kept', [['rows', 4]], (b, x) => b.reduceSum(x, [1], true)),
    ...ofOne('ReduceSum over everything', [['rows', 4]], (b, x) => b.reduceSum(x, [0, 1], false)),
  ],
  ReduceMean: [
    ...ofOne('ReduceMean over 1', [['rows', 5]], (b, x) => b.reduceMean(x, [1])),
    ...ofOne('ReduceMean over 1 and 2', [['batch', 3, 4]], (b, x) => b.reduceMean(x, [1, 2])),
  ],
  ReduceLogSumExp: [
    ...ofOne(
      'ReduceLogSumExp',
      [
        ['rows', 7],
        ['batch', 'length', 4],
      ],
      (b, x) => b.reduceLogSumExp(x),
    ),
    ...ofOne('ReduceLogSumExp of large numbers', [['rows', 7]], (b, x) => b.reduceLogSumExp(x), 50),
    ...ofOne('ReduceLogSumExp of numbers near -150', [['rows', 7]], (b, x) =>
      b.reduceLogSumExp(b.sub(x, b.scalar(150))),
    ),
  ],
  RMSNormalization: ofTwo(
    'RMSNormalization',
    [
      [['rows', 8], [8]],
      [['batch', 'length', 8], [8]],
    ],
    (b, x, w) => b.rmsNorm(x, w, 1e-5),
  ),
  InverseRms: [
    ...ofOne(
      'InverseRms',
      [
        ['rows', 8],
        ['batch', 'length', 8],
      ],
      (b, x) => b.inverseRms(x, 1e-5),
    ),
    ...ofOne('InverseRms with a large epsilon', [['rows', 8]], (b, x) => b.inverseRms(x, 0.5)),
  ],
  Softmax: [
    ...ofOne(
      'Softmax',
      [
        ['rows', 7],
        [2, 'batch', 'length', 4],
      ],
      (b, x) => b.softmax(x),
    ),
    ...ofOne('Softmax with hidden keys', [['rows', 4]], (b, x) =>
      b.softmax(b.add(x, b.constant([0, -1e9, 0, -1e9], [1, 4]))),
    ),
  ],
  Exp: ofOne('Exp', elementwise, (b, x) => b.exp(x)),
  Erf: ofOne('Erf', elementwise, (b, x) => b.erf(x)),
  Relu: ofOne('Relu', elementwise, (b, x) => b.relu(x)),
  Sign: ofOne('Sign', elementwise, (b, x) => b.sign(x)),
  Sigmoid: ofOne('Sigmoid', elementwise, (b, x) => b.sigmoid(x), 2),
  Silu: ofOne('Silu', elementwise, (b, x) => b.silu(x), 2),
  SwiGlu: ofTwo(
    'SwiGlu',
    [
      [
        ['rows', 7],
        ['rows', 7],
      ],
    ],
    (b, gate, up) => b.swiGlu(gate, up),
  ),
  Tanh: ofOne('Tanh', elementwise, (b, x) => b.tanh(x)),
  Gelu: [
    ...ofOne('Gelu, exact,', elementwise, (b, x) => b.gelu(x, 'none'), 2),
    ...ofOne('Gelu, tanh,', elementwise, (b, x) => b.gelu(x, 'tanh'), 2),
  ],
  LSTM: (['forward', 'reverse'] as const).flatMap((direction) =>
    [1, 4].map((steps): OperatorCase => ({
      name: `LSTM over ${steps} steps, ${direction}`,
      trained: { x: [steps, 3], weightIh: [8, 3], weightHh: [8, 2], bias: [8] },
      build: (b, inputs) => {
        const [weightIh, weightHh, bias] = ['weightIh', 'weightHh', 'bias'].map((name) => get(inputs, name));
        return b.lstm(
          get(inputs, 'x'),
          { weightIh: weightIh as Value, weightHh: weightHh as Value, bias: bias as Value },
          direction,
        );
      },
    })),
  ),
  RotaryEmbedding: [
    [1, 8],
    [3, 4],
    [2, 64],
  ].map(([heads, size]) => ({
    name: `RotaryEmbedding of ${heads} heads of ${size}`,
    trained: { x: ['rows', heads as number, size as number] },
    frozen: { cos: ['rows', (size as number) / 2], sin: ['rows', (size as number) / 2] },
    build: (b, inputs) => b.rotaryEmbedding(get(inputs, 'x'), get(inputs, 'cos'), get(inputs, 'sin')),
  })),
};

export const allCases: readonly OperatorCase[] = Object.values(operatorCases).flat();
