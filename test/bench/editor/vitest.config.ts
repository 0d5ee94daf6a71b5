import { mergeConfig } from 'vitest/config';
import e2e from '../../e2e/vitest.config.js';

export default mergeConfig(e2e, { test: { include: ['test/bench/editor/*.bench.ts'] } });
