import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { allCases } from '../support/operatorCases.js';
import type { CaseResult, TrainingResult } from '../support/webgpuWorker.js';

/** SwiftShader, a Vulkan driver without a GPU, is part of Chromium. */
const driver = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/chromium.org/chromium']
  .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
  .find(existsSync);
if (!driver) console.log('Skipped, as Chromium’s SwiftShader is missing: operators and training on WebGPU');
const stories = join(import.meta.dirname, '../../../shared/data/models/stories260K/hf');
if (!existsSync(stories))
  console.log('Skipped, as ../shared/data/models/stories260K/hf is missing: training on WebGPU');

const timeoutMs = 300_000;

/** Bundles the worker beside the packages that it imports, and runs it with SwiftShader as the only driver. */
async function runWorker(args: readonly string[]): Promise<unknown> {
  const icd = defined(driver, 'SwiftShader');
  const outfile = join(import.meta.dirname, `../../node_modules/.cache/softprompt/webgpuWorker-${args[0]}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, '../support/webgpuWorker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const env = {
    ...process.env,
    XDG_RUNTIME_DIR: await mkdtemp(join(tmpdir(), 'softprompt-runtime-')),
    VK_ICD_FILENAMES: icd,
    // Chromium brings Vulkan's loader along, too.
    LD_LIBRARY_PATH: [dirname(icd), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, ...args], {
    env,
    timeout: timeoutMs,
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout);
}

describe.skipIf(!driver)('on WebGPU', () => {
  let results: ReadonlyMap<string, CaseResult>;
  beforeAll(async () => {
    const found = (await runWorker(['cases'])) as CaseResult[];
    results = new Map(found.map((result) => [result.name, result]));
  }, timeoutMs);

  it.each(allCases)('an operator gives what it gives on the CPU, forward and backward: $name', ({ name }) => {
    const { errors, failure } = defined(results.get(name), name);
    expect(failure).toBeUndefined();
    for (const [output, error] of Object.entries(errors ?? {})) {
      // JSON has no NaN: a broken result comes as null.
      expect(error, output).not.toBeNull();
      expect(error, output).toBeLessThan(1e-4);
    }
  });
});

describe.skipIf(!driver || !existsSync(stories))('on WebGPU', () => {
  it('five steps of training have the losses that they have on the CPU', { timeout: timeoutMs }, async () => {
    const { webgpu, cpu } = (await runWorker(['training', stories])) as TrainingResult;
    expect(webgpu).toHaveLength(5);
    webgpu.forEach((loss, step) => expect(Math.abs(loss / defined(cpu[step], 'a loss') - 1)).toBeLessThan(1e-3));
    expect(defined(cpu[4], 'a loss')).toBeLessThan(0.9 * defined(cpu[0], 'a loss'));
  });
});
