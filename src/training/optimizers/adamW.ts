import type { Optimizer } from './optimizerTypes.js';

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/**
 * AdamW (Loshchilov, Hutter 2019, algorithm 2) with PyTorch's defaults and its order: decay first, then the step
 * p ← p − lr · m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 */
export function adamW(shape: readonly number[], { weightDecay }: { weightDecay: number }): Optimizer {
  const count = shape.reduce((a, b) => a * b, 1);
  const [m, v] = [new Float32Array(count), new Float32Array(count)];
  return {
    state: { exp_avg: m, exp_avg_sq: v },
    step({ data }, gradient, { step, learningRate }) {
      const rate = learningRate / (1 - beta1 ** step);
      const correction = 1 / Math.sqrt(1 - beta2 ** step);
      const decay = 1 - learningRate * weightDecay;
      for (let i = 0; i < count; i++) {
        const g = gradient[i] as number;
        const mi = beta1 * (m[i] as number) + (1 - beta1) * g;
        const vi = beta2 * (v[i] as number) + (1 - beta2) * g * g;
        m[i] = mi;
        v[i] = vi;
        data[i] = decay * (data[i] as number) - rate * (mi / (Math.sqrt(vi) * correction + epsilon));
      }
    },
  };
}
