import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { createBuilder } from '../../src/graph/builder.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { interpret } from '../support/float64.js';
import { relativeError } from '../support/numbers.js';
import { caseGraph, operatorCases } from '../support/operatorCases.js';

const noWeights = { folder: tmpdir(), tensors: new Map<string, never>() };

describe.each(Object.entries(operatorCases))('onnxruntime runs %s', (_, cases) => {
  it.each(cases)('forward and backward as float64 does: $name', async (operatorCase) => {
    const { outputs, feeds } = caseGraph(operatorCase);
    const expected = interpret(outputs, feeds);
    const session = await openOnnxSession(outputs, noWeights, { provider: 'cpu', threads: 1 });
    const found = await session.run(feeds);
    await session.dispose();
    for (const name of Object.keys(outputs)) {
      const [result, exact] = [defined(found[name], name), defined(expected[name], name)];
      expect(result.shape, name).toEqual(exact.shape);
      // The loss is a sum whose terms may cancel: its relative error says less than the tensors'.
      expect(relativeError(result.data, exact.data), name).toBeLessThan(name === 'loss' ? 1e-4 : 1e-5);
    }
  });
});

describe('onnxruntime runs ReduceLogSumExp', () => {
  it('without losing small terms of a large vocabulary', async () => {
    const width = 50_000;
    const data = Float32Array.from({ length: width }, (_, i) => Math.sin(i) * 3);
    const exact = Math.log(data.reduce((sum, x) => sum + Math.exp(x), 0));
    const build = createBuilder();
    const graph = { y: build.reduceLogSumExp(build.input('x', [1, width], 'float')) };
    const session = await openOnnxSession(graph, noWeights, { provider: 'cpu', threads: 1 });
    const { y } = await session.run({ x: { shape: [1, width], data } });
    await session.dispose();
    expect(Math.abs(defined(y?.data[0], 'y') / exact - 1)).toBeLessThan(1e-6);
  });
});
