import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** What holds native code or is the user's own to install stays a package beside the bundle, found in node_modules when it is needed. */
const besideTheBundle = ['onnxruntime-node', '@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-node-gpu'];

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  // jsonc-parser's CommonJS form requires its parts in a way that no bundler sees.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};

/** The editor's extension host loads CommonJS and brings `vscode` itself. */
const host = {
  ...common,
  entryPoints: { extension: 'src/host/extension.ts' },
  minify: true,
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  target: 'node20',
  external: ['vscode', ...besideTheBundle],
};

/** The programs, in chunks, so that each command loads only what it runs. */
const programs = {
  ...common,
  entryPoints: {
    softprompt: 'src/cli/main.ts',
    trainer: 'src/trainer/main.ts',
    checkProviderProcess: 'src/runtime/onnx/checkProviderProcess.ts',
    ...(existsSync('test') && { bench: 'test/bench/main.ts', soak: 'test/soak/main.ts' }),
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  splitting: true,
  target: 'node20',
  external: besideTheBundle,
  // Packages in CommonJS call `require` for Node's own modules, which an ES module does not have.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
  },
};

/** The page of the training panel, with all that it shows: nothing is fetched from elsewhere. */
const webview = {
  bundle: true,
  platform: 'browser',
  entryPoints: [
    { in: 'webview/training/main.ts', out: 'training' },
    { in: 'webview/training/training.css', out: 'training' },
    { in: '@vscode/codicons/dist/codicon.css', out: 'codicon' },
  ],
  outdir: 'dist/webview',
  assetNames: '[name]',
  loader: { '.ttf': 'file' },
  format: 'esm',
  target: 'chrome120',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

await rm('dist', { recursive: true, force: true });
await Promise.all([build(host), build(programs), build(webview)]);
