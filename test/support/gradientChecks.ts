import { expect } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { gradientName } from '../../src/methods/causalGraph.js';
import type { Method } from '../../src/methods/method.js';
import type { Feeds, GraphOutputs, Tensor, WeightLocations } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { interpret, type Operand } from './float64.js';
import { centralDifferences, relativeError } from './numbers.js';
import { tensorflowGradients } from './tensorflow.js';

/** A method's parameters as it draws them itself. */
export function drawnParameters({ parameters }: Method, seed: string): Record<string, Tensor> {
  const random = seededRandom(seed);
  return Object.fromEntries(
    parameters.map(({ name, shape, draw }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: Float32Array.from({ length }, () => draw(random)) }];
    }),
  );
}

/**
 * The gradients of a training graph by the parameters `values`: in float64 against finite differences of its loss, in which a number is moved by
 * `step`, and against these onnxruntime's and TensorFlow's own.
 */
export async function expectGradients(
  graph: GraphOutputs,
  values: Readonly<Record<string, Tensor>>,
  feeds: Feeds,
  { weights, written }: { weights: Readonly<Record<string, Operand>>; written: WeightLocations },
  step: number,
): Promise<void> {
  const loss = defined(graph.loss, 'a loss');
  const exact = interpret(graph, feeds, weights);
  const session = await openOnnxSession(graph, written, { provider: 'cpu', threads: 1 });
  const found = await session.run(feeds);
  await session.dispose();
  const theirs = await tensorflowGradients(loss, feeds, written);
  for (const [name, value] of Object.entries(values)) {
    const slope = defined(exact[gradientName(name)], name).data;
    const lossAt = (x: Operand): number =>
      defined(interpret({ loss }, { ...feeds, [name]: x }, weights).loss.data[0], 'a loss');
    const differences = centralDifferences(lossAt, value, step);
    expect(relativeError(slope, differences), `finite differences, ${name}`).toBeLessThan(1e-6);
    const computed = defined(found[gradientName(name)], name).data;
    expect(relativeError(computed, slope), `onnxruntime, ${name}`).toBeLessThan(1e-5);
    expect(relativeError(defined(theirs.gradients[name], name), slope), `TensorFlow, ${name}`).toBeLessThan(1e-4);
  }
}
