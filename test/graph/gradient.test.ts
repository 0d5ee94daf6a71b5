import { describe, expect, it } from 'vitest';
import { createBuilder } from '../../src/graph/builder.js';
import { gradients } from '../../src/graph/gradient.js';
import { printGraph } from '../../src/graph/print.js';
import { trainingGraph } from '../../src/methods/causalGraph.js';
import { direct } from '../../src/methods/method.js';
import { interpret } from '../support/float64.js';
import { tinyLlama, tinyModel } from '../support/tinyModels.js';

describe('the gradient walk', () => {
  it('computes no gradient of a frozen weight', () => {
    const build = createBuilder();
    const prompt = build.parameter('prompt', ['rows', 2]);
    const inner = build.gemm(prompt, build.weight('first', [2, 3]), { c: build.weight('bias', [3]) });
    const outer = build.gemm(build.tanh(inner), build.weight('second', [3, 4]));
    const [slope] = gradients(build, build.reduceSum(outer, [0, 1], false), [prompt]);
    expect(printGraph({ slope: slope! })).toMatchInlineSnapshot(`
      "parameter prompt: float[rows, 2]
      weight first: float[2, 3]
      weight bias: float[3]
      weight second: float[3, 4]
      %0: float[rows, 3] = Gemm(prompt, first, bias) {transA=false, transB=false}
      %1: float[rows, 3] = Tanh(%0)
      %2: float[1, 1] = Reshape((1)) {shape=[1,1]}
      %3: float[rows, 4] = Expand(%2) {shape=["rows",4]}
      %4: float[rows, 3] = Gemm(%3, second) {transA=false, transB=true}
      %5: float[rows, 3] = Mul(%1, %1)
      %6: float[rows, 3] = Sub((1), %5)
      %7: float[rows, 3] = Mul(%6, %4)
      %8: float[rows, 2] = Gemm(%7, first) {transA=false, transB=true}
      output slope = %8
      "
    `);
  });

  it('does not walk branches that no parameter reaches', () => {
    const build = createBuilder();
    const prompt = build.parameter('prompt', ['rows', 2]);
    const frozen = build.softmax(build.gemm(build.input('x', ['rows', 2], 'float'), build.weight('w', [2, 2])));
    const loss = build.reduceSum(build.mul(prompt, frozen), [0, 1], false);
    const before = build.nodes.length;
    const [slope] = gradients(build, loss, [prompt]);
    const added = build.nodes.slice(before).map((node) => node.op);
    expect(added).toEqual(['Reshape', 'Expand', 'Mul']);
    expect(slope!.shape).toEqual(['rows', 2]);
  });

  it('adds up what arrives over several ways', () => {
    const build = createBuilder();
    const x = build.parameter('x', [2]);
    const loss = build.reduceSum(build.add(build.mul(x, x), build.mul(x, 3)), [0], false);
    const [slope] = gradients(build, loss, [x]);
    const { data } = interpret({ slope: slope! }, { x: { data: Float64Array.of(5, -1), shape: [2] } }).slope;
    expect([...data]).toEqual([13, 1]);
  });

  it('gives zeros for a parameter that the loss does not depend on', () => {
    const build = createBuilder();
    const [used, unused] = [build.parameter('used', [2]), build.parameter('unused', [3])];
    const [, slope] = gradients(build, build.reduceSum(used, [0], false), [used, unused]);
    expect([...interpret({ slope: slope! }, {}).slope.data]).toEqual([0, 0, 0]);
  });

  it('refuses a loss that is not a scalar', () => {
    const build = createBuilder();
    const x = build.parameter('x', [2]);
    expect(() => gradients(build, x, [x])).toThrow('the loss must be a scalar');
  });
});

describe('the builder', () => {
  it('makes equal nodes once', () => {
    const build = createBuilder();
    const x = build.input('x', ['rows', 2], 'float');
    expect(build.exp(build.mul(x, 2))).toBe(build.exp(build.mul(x, 2)));
    expect(build.exp(build.mul(x, 3))).not.toBe(build.exp(build.mul(x, 2)));
    expect(build.transpose(x, [1, 0])).not.toBe(build.transpose(x, [0, 1]));
    expect(build.nodes.map((node) => node.op)).toEqual(['Mul', 'Exp', 'Mul', 'Exp', 'Transpose', 'Transpose']);
  });

  it('refuses two leaves of one name and different shapes', () => {
    const build = createBuilder();
    build.weight('w', [2, 3]);
    expect(build.weight('w', [2, 3])).toBe(build.weight('w', [2, 3]));
    expect(() => build.weight('w', [3, 2])).toThrow('of different shapes');
  });
});

describe('the training graph of a Llama with one layer', () => {
  const graph = trainingGraph(tinyModel(tinyLlama({ numLayers: 1 })), direct('front', 3, 16));

  it('has no product with a transposed input, which the gradient of a weight would be', () => {
    const products = printGraph(graph)
      .split('\n')
      .filter((line) => line.includes('= Gemm('));
    expect(products.length).toBeGreaterThan(10);
    expect(products.filter((line) => line.includes('transA=true'))).toEqual([]);
  });

  it('is as printed', async () => {
    await expect(printGraph(graph)).toMatchFileSnapshot('__snapshots__/llamaTraining.txt');
  });
});
