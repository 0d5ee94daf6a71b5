import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { screenshots } from './screenshots.js';
import { installExtension, setUpServer, versions, type Version } from './server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the packaged extension, installed once for each version; every editor of the run reads it. */
    extensions: Record<Version, string>;
  }
}

/** Packages the extension as users get it, and installs it in both editors. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await rm(screenshots, { recursive: true, force: true });
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-e2e-'));
  const vsix = join(folder, 'softprompt.vsix');
  const packaged = promisify(execFile)(process.execPath, ['.ci/package.mjs', '--out', vsix]);
  await Promise.all([packaged, ...versions.map(setUpServer)]);
  const installed = versions.map(async (version) => {
    const extensions = join(folder, version);
    await installExtension(version, vsix, extensions);
    return [version, extensions] as const;
  });
  project.provide('extensions', Object.fromEntries(await Promise.all(installed)) as Record<Version, string>);
  return () => rm(folder, { recursive: true, force: true });
}
