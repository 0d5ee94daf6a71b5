import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { interpret, type Operand } from '../support/float64.js';
import { centralDifferences, relativeError } from '../support/numbers.js';
import { caseGraph, operatorCases } from '../support/operatorCases.js';

describe.each(Object.entries(operatorCases))('the gradient rule of %s', (_, cases) => {
  it.each(cases)('agrees with finite differences: $name', (operatorCase) => {
    const { outputs, trained, feeds } = caseGraph(operatorCase);
    const found = interpret(outputs, feeds);
    for (const name of trained) {
      const lossAt = (x: Operand): number =>
        defined(interpret({ loss: defined(outputs.loss, 'a loss') }, { ...feeds, [name]: x }).loss.data[0], 'a loss');
      const expected = centralDifferences(lossAt, defined(feeds[name], name));
      expect(relativeError(defined(found[`gradient.${name}`], name).data, expected), name).toBeLessThan(1e-6);
    }
  });
});
