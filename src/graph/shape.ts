/**
 * Shapes with symbolic dimensions. A dimension is a number, or a polynomial in named symbols in one canonical spelling ("3*length",
 * "20+tokens"), so that equal spelling means equal size: ONNX's memory planner reuses buffers by these names.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];

type Polynomial = ReadonlyMap<string, number>;
const parsed = new Map<string, Polynomial>();

function terms(dim: Dim): Polynomial {
  if (typeof dim === 'number') return new Map([['', dim]]);
  return parsed.get(dim) ?? new Map([[dim, 1]]);
}

function canonical(polynomial: Map<string, number>): Dim {
  const entries = [...polynomial].filter(([, c]) => c !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return 0;
  if (entries.length === 1 && entries[0]?.[0] === '') return entries[0][1];
  const text = entries.map(([m, c]) => (m === '' ? `${c}` : c === 1 ? m : `${c}*${m}`)).join('+');
  parsed.set(text, new Map(entries));
  return text;
}

export function addDims(...dims: Dim[]): Dim {
  const sum = new Map<string, number>();
  for (const dim of dims) for (const [m, c] of terms(dim)) sum.set(m, (sum.get(m) ?? 0) + c);
  return canonical(sum);
}

export function multiplyDims(...dims: Dim[]): Dim {
  let product: Polynomial = new Map([['', 1]]);
  for (const dim of dims) {
    const next = new Map<string, number>();
    for (const [m1, c1] of product)
      for (const [m2, c2] of terms(dim)) {
        const m = [...m1.split('*'), ...m2.split('*')].filter(Boolean).sort().join('*');
        next.set(m, (next.get(m) ?? 0) + c1 * c2);
      }
    product = next;
  }
  return canonical(new Map(product));
}

/** The monomials of a dimension: its value is the sum of `coefficient · Π symbols`. */
export function monomials(dim: Dim): { coefficient: number; symbols: string[] }[] {
  return [...terms(dim)].map(([m, coefficient]) => ({ coefficient, symbols: m === '' ? [] : m.split('*') }));
}

export function evaluateDim(dim: Dim, sizes: ReadonlyMap<string, number>): number {
  return monomials(dim).reduce((sum, { coefficient, symbols }) => {
    const factors = symbols.map((s) => {
      const size = sizes.get(s);
      if (size === undefined) throw new Error(`Internal error: the size of dimension "${s}" is unknown`);
      return size;
    });
    return sum + factors.reduce((a, b) => a * b, coefficient);
  }, 0);
}

export const elementCount = (shape: Shape): Dim => multiplyDims(...shape);
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);
export const printShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** NumPy's broadcasting rule. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new Error(`Internal error: shapes ${printShape(a)} and ${printShape(b)} do not broadcast`);
  });
}

/** The axis counted from the front. */
export const normalAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** A shape with one axis changed. */
export const withAxis = (shape: Shape, axis: number, dim: Dim): Shape =>
  shape.map((d, i) => (i === normalAxis(axis, shape.length) ? dim : d));
