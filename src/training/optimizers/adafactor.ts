import type { Optimizer } from './optimizerTypes.js';

/** ε₁ keeps squares positive, d clips the update's root mean square, β₂ₜ = 1 − tᶜ with c = −0.8. */
const [epsilon1, clipThreshold, decayExponent] = [1e-30, 1, -0.8];

/**
 * Adafactor (Shazeer, Stern 2018, algorithm 4) as Lester et al. 2021 §3.2 use it: no momentum, no parameter scaling, the learning rate
 * from outside. For matrices the squares' moving average is factored into rows and columns: v ≈ R Cᵀ / mean(R); vectors keep it whole.
 * The update is clipped to a root mean square of 1; weight decay is taken from the parameter, scaled by the learning rate.
 */
export function adafactor(shape: readonly number[], { weightDecay }: { weightDecay: number }): Optimizer {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const factored = shape.length >= 2;
  const rowSquares = new Float32Array(factored ? rows : 0);
  const columnSquares = new Float32Array(factored ? columns : 0);
  const squares = new Float32Array(factored ? 0 : columns);
  const update = new Float32Array(rows * columns);

  const factoredUpdate = (gradient: Float32Array, beta2: number): void => {
    const columnSums = new Float64Array(columns);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        const square = (gradient[r * columns + c] as number) ** 2 + epsilon1;
        sum += square;
        columnSums[c] = (columnSums[c] as number) + square;
      }
      rowSquares[r] = beta2 * (rowSquares[r] as number) + ((1 - beta2) * sum) / columns;
    }
    for (let c = 0; c < columns; c++)
      columnSquares[c] = beta2 * (columnSquares[c] as number) + ((1 - beta2) * (columnSums[c] as number)) / rows;
    const rowMean = rowSquares.reduce((a, b) => a + b, 0) / rows;
    for (let r = 0; r < rows; r++) {
      const rowFactor = 1 / Math.sqrt((rowSquares[r] as number) / rowMean);
      for (let c = 0; c < columns; c++)
        update[r * columns + c] =
          ((gradient[r * columns + c] as number) * rowFactor) / Math.sqrt(columnSquares[c] as number);
    }
  };
  const wholeUpdate = (gradient: Float32Array, beta2: number): void => {
    for (let i = 0; i < columns; i++) {
      const g = gradient[i] as number;
      const square = (squares[i] = beta2 * (squares[i] as number) + (1 - beta2) * (g * g + epsilon1));
      update[i] = g / Math.sqrt(square);
    }
  };

  return {
    state: factored ? { exp_avg_sq_row: rowSquares, exp_avg_sq_col: columnSquares } : { exp_avg_sq: squares },
    step({ data }, gradient, { step, learningRate }) {
      const beta2 = 1 - step ** decayExponent;
      if (factored) factoredUpdate(gradient, beta2);
      else wholeUpdate(gradient, beta2);
      const rms = Math.sqrt(update.reduce((sum, u) => sum + u * u, 0) / update.length);
      const scale = learningRate / Math.max(1, rms / clipThreshold);
      for (let i = 0; i < data.length; i++)
        data[i] = (data[i] as number) * (1 - weightDecay * learningRate) - scale * (update[i] as number);
    },
  };
}
