import { existsSync } from 'node:fs';

export const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the end-to-end tests cannot run on this machine; undefined where they can. */
export function missingPrerequisite(): string | undefined {
  const machine = `${process.platform}-${process.arch}`;
  if (machine !== 'linux-x64') return `they need linux-x64 (this is ${machine}).`;
  if (!existsSync(chromiumPath))
    return `no Chromium at ${chromiumPath} (Debian: apt-get install chromium; elsewhere name it in $CHROMIUM).`;
  return undefined;
}
