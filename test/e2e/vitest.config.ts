import { defineConfig } from 'vitest/config';
import { missingPrerequisite } from './support/prerequisites.js';

const missing = missingPrerequisite();
if (missing !== undefined) {
  if (process.env['SOFTPROMPT_E2E'] === 'required') throw new Error(`The end-to-end tests cannot run: ${missing}`);
  console.warn(`The end-to-end tests are skipped: ${missing}`);
}

export default defineConfig({
  test: {
    include: missing === undefined ? ['test/e2e/**/*.e2e.ts'] : [],
    passWithNoTests: missing !== undefined,
    globalSetup: 'test/e2e/support/globalSetup.ts',
    setupFiles: 'test/e2e/support/afterFile.ts',
    // Each file has editors and a browser of its own, which is enough for a machine at a time.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
