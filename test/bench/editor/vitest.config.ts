import e2e from '../../e2e/vitest.config.js';

export default { test: { ...e2e.test, include: ['test/bench/editor/*.bench.ts'] } };
