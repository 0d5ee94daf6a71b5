import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { createBuilder } from '../../src/graph/builder.js';
import { openTensorflow } from '../../src/runtime/tensorflow/executor.js';
import type { Tensorflow } from '../../src/runtime/tensorflow/kernels.js';
import { loadTensorflow } from '../../src/runtime/tensorflow/loadTensorflow.js';
import { interpret } from '../support/float64.js';
import { relativeError } from '../support/numbers.js';
import { caseGraph, operatorCases } from '../support/operatorCases.js';
import { tensorflowCpu, tensorflowGradients } from '../support/tensorflow.js';
import { writeWeights } from '../support/tinyModels.js';

const noWeights = { folder: tmpdir(), tensors: new Map<string, never>() };
let tf: Tensorflow;
beforeAll(async () => {
  tf = await tensorflowCpu();
});

describe.each(Object.entries(operatorCases))('TensorFlow.js runs %s', (_, cases) => {
  it.each(cases)('forward and backward as float64 does: $name', async (operatorCase) => {
    const { outputs, feeds } = caseGraph(operatorCase);
    const expected = interpret(outputs, feeds);
    const executor = await openTensorflow(outputs, noWeights, tf);
    const found = await executor.run(feeds);
    await executor.dispose();
    for (const name of Object.keys(outputs)) {
      const [result, exact] = [defined(found[name], name), defined(expected[name], name)];
      expect(result.shape, name).toEqual(exact.shape);
      expect(relativeError(result.data, exact.data), name).toBeLessThan(1e-5);
    }
  });

  it.each(cases)('and differentiates it as our rule does: $name', async (operatorCase) => {
    const { outputs, trained, feeds } = caseGraph(operatorCase);
    const expected = interpret(outputs, feeds);
    if (trained.length === 0) return;
    const { gradients } = await tensorflowGradients(defined(outputs.loss, 'a loss'), feeds, noWeights);
    for (const name of trained)
      expect(
        relativeError(defined(gradients[name], name), defined(expected[`gradient.${name}`], name).data),
        name,
      ).toBeLessThan(1e-5);
  });
});

describe('a graph on TensorFlow.js', () => {
  const build = createBuilder();
  const x = build.input('x', ['rows', 2], 'float');
  const y = build.add(build.gemm(x, build.weight('w', [2, 2])), build.constant([10, 20], [2]));
  const outputs = { y, again: y, x };
  const feeds = { x: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] } };

  it('reads weights from where they lie, and keeps nothing after it is disposed', async () => {
    const weights = await writeWeights({
      other: { data: Float32Array.of(7), shape: [1] },
      w: { data: Float32Array.of(1, 0, 5, -1), shape: [2, 2] },
    });
    const before = tf.memory().numTensors;
    const executor = await openTensorflow(outputs, weights, tf);
    const opened = tf.memory().numTensors;
    for (let run = 0; run < 2; run++) {
      const found = await executor.run(feeds);
      expect([...found.y!.data]).toEqual([21, 18, 33, 16]);
      expect([...found.again!.data]).toEqual([21, 18, 33, 16]);
      expect([...found.x!.data]).toEqual([1, 2, 3, 4]);
      expect(tf.memory().numTensors).toBe(opened);
    }
    await executor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the weight file that is missing', async () => {
    const location = { file: 'gone.safetensors', offset: 0, byteLength: 16, shape: [2, 2] };
    const before = tf.memory().numTensors;
    await expect(
      openTensorflow(outputs, { folder: tmpdir(), tensors: new Map([['w', location]]) }, tf),
    ).rejects.toMatchObject({ code: 'store.fileMissing' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses feeds of another shape', async () => {
    const weights = await writeWeights({ w: { data: Float32Array.of(1, 0, 5, -1), shape: [2, 2] } });
    const executor = await openTensorflow(outputs, weights, tf);
    const wrong = { x: { data: Float32Array.of(1, 2, 3), shape: [1, 3] } };
    await expect(executor.run(wrong)).rejects.toThrow('x is [1, 3]; expected [rows, 2] = [1, 2]');
    await executor.dispose();
  });
});

describe('loading TensorFlow', () => {
  it('says how to install it where it is missing', async () => {
    await expect(loadTensorflow('@tensorflow/tfjs-node-nowhere')).rejects.toMatchObject({
      code: 'run.tensorflowMissing',
      args: { packageName: '@tensorflow/tfjs-node-nowhere' },
    });
  });

  it('takes the module that the package exports', async () => {
    const loaded = await loadTensorflow('@tensorflow/tfjs');
    expect(loaded.add).toBe(tf.add);
  });
});
