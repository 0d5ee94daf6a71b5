/** A dense matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: ArrayLike<number>;
}

/**
 * The X [n, m] of least norm with A·X = B, for A [p, n] of full row rank and B [p, m]: X = pinv(A)·B, in float64. With Aᵀ = Q·R, by
 * Gram-Schmidt done twice so that Q stays orthogonal, X = Q·(Rᵀ)⁻¹·B (Golub, Van Loan, Matrix Computations, §5.6.2). Gives Xᵀ [m, n];
 * undefined where rows of A depend on each other.
 */
export function minimumNormSolution(a: Matrix, b: Matrix): Float64Array | undefined {
  const { rows: p, columns: n } = a;
  const m = b.columns;
  const q: Float64Array[] = [];
  /** r[i][j] for j ≤ i: row i of A is Σ r[i][j] · q[j]. */
  const r: Float64Array[] = [];
  for (let i = 0; i < p; i++) {
    const v = Float64Array.from({ length: n }, (_, k) => a.data[i * n + k] as number);
    const length = norm(v);
    const coefficients = new Float64Array(i + 1);
    for (let pass = 0; pass < 2; pass++)
      q.forEach((unit, j) => {
        const part = dot(unit, v);
        coefficients[j] = (coefficients[j] as number) + part;
        addScaled(v, unit, -part);
      });
    const rest = norm(v);
    if (!(rest > rankTolerance * length)) return undefined;
    coefficients[i] = rest;
    q.push(v.map((x) => x / rest));
    r.push(coefficients);
  }
  const z: Float64Array[] = [];
  r.forEach((row, i) => {
    const solved = Float64Array.from({ length: m }, (_, k) => b.data[i * m + k] as number);
    z.forEach((earlier, j) => addScaled(solved, earlier, -(row[j] as number)));
    z.push(solved.map((x) => x / (row[i] as number)));
  });
  const transposed = new Float64Array(m * n);
  for (let k = 0; k < m; k++) {
    const row = transposed.subarray(k * n, (k + 1) * n);
    q.forEach((unit, i) => addScaled(row, unit, z[i]?.[k] as number));
  }
  return transposed;
}

/** Below it a row is no more than rounding away from the rows before it. */
const rankTolerance = 1e-6;

const norm = (v: Float64Array): number => Math.sqrt(dot(v, v));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(target: Float64Array, v: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (v[i] as number);
}
