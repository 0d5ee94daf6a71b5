import { createBuilder } from '../../graph/builder.js';
import { gradients } from '../../graph/gradient.js';
import { seededRandom } from '../../common/random.js';
import type { Feeds, GraphOutputs, WeightLocations } from '../executor.js';
import { openOnnxSession } from './session.js';

const [rows, width] = [256, 256];
const noWeights: WeightLocations = { folder: '.', tensors: new Map() };
/** Relative L2; providers differ by rounding alone, a wrong operator by far more. */
const tolerance = 1e-3;

/** A small network with the operators that training lives on; its gradient goes through all of them. */
function checkGraph(): GraphOutputs {
  const build = createBuilder();
  const x = build.parameter('x', [rows, width]);
  const w = build.input('w', [width, width], 'float');
  const normed = build.rmsNorm(x, build.input('scale', [width], 'float'), 1e-5);
  const heads = build.reshape(build.gemm(normed, w, { transB: true }), [rows, 4, width / 4]);
  const half = [rows, width / 8];
  const turned = build.rotaryEmbedding(heads, build.input('cos', half, 'float'), build.input('sin', half, 'float'));
  const perHead = build.transpose(turned, [1, 0, 2]);
  const attended = build.matMul(build.softmax(build.matMul(perHead, perHead, { transB: true })), perHead);
  const joined = build.reshape(build.transpose(attended, [1, 0, 2]), [rows, width]);
  const logits = build.gemm(build.swiGlu(joined, normed), w);
  const loss = build.reduceSum(build.reduceLogSumExp(logits), [0, 1], false);
  return { loss, gradient: gradients(build, loss, [x])[0] ?? loss };
}

function checkFeeds(): Feeds {
  const random = seededRandom('self-check');
  const draw = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * 0.2),
  });
  return {
    x: draw(rows, width),
    w: draw(width, width),
    scale: draw(width),
    cos: draw(rows, width / 8),
    sin: draw(rows, width / 8),
  };
}

export interface CheckResult {
  /** Relative L2 distance of the gradient from the CPU's. */
  readonly distance: number;
  readonly agrees: boolean;
  /** Faster than the CPU on the same graph, so that a software adapter is never chosen by itself. */
  readonly faster: boolean;
}

/** Runs a gradient on a provider and on the CPU. Rejects with onnxruntime's error where the provider cannot run at all. */
export async function checkProvider(provider: string, threads: number): Promise<CheckResult> {
  const [graph, feeds] = [checkGraph(), checkFeeds()];
  const measure = async (name: string): Promise<{ gradient: Float32Array; ms: number }> => {
    const session = await openOnnxSession(graph, noWeights, { provider: name, threads });
    try {
      await session.run(feeds);
      const start = performance.now();
      const { gradient } = await session.run(feeds);
      return { gradient: gradient?.data ?? new Float32Array(), ms: performance.now() - start };
    } finally {
      await session.dispose();
    }
  };
  const tried = await measure(provider);
  const cpu = await measure('cpu');
  const norm = Math.hypot(...cpu.gradient);
  const distance = Math.hypot(...cpu.gradient.map((g, i) => g - (tried.gradient[i] ?? NaN))) / norm;
  return { distance, agrees: distance <= tolerance, faster: tried.ms < cpu.ms };
}
