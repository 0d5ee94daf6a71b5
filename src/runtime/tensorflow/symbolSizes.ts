import { assert, defined } from '../../common/assert.js';
import { evaluateDim, monomials, printShape, type Shape } from '../../graph/shape.js';

/** A declared shape and the sizes that were fed for it. */
export interface FedShape {
  readonly name: string;
  readonly declared: Shape;
  readonly found: readonly number[];
}

/** The sizes of symbols, from dimensions that are one symbol or a multiple of one; then every shape must be as declared. */
export function symbolSizes(shapes: readonly FedShape[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { declared, found } of shapes)
    declared.forEach((dim, axis) => {
      const [term, ...others] = monomials(dim);
      const [symbol, ...factors] = term?.symbols ?? [];
      if (term && symbol !== undefined && factors.length === 0 && others.length === 0)
        sizes.set(symbol, defined(found[axis], 'an axis') / term.coefficient);
    });
  for (const { name, declared, found } of shapes) {
    const expected = declared.map((dim) => evaluateDim(dim, sizes));
    assert(
      expected.join() === found.join(),
      `${name} is ${printShape(found)}; expected ${printShape(declared)} = ${printShape(expected)}`,
    );
  }
  return sizes;
}
