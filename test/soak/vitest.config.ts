import e2e from '../e2e/vitest.config.js';

export default { test: { ...e2e.test, include: ['test/soak/*.soak.ts'] } };
