import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
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
