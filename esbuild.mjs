import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

/** `node esbuild.mjs [--target linux-x64]`: everything into `dist`, for this machine or for another, as the editor names them. */
const { target } = parseArgs({
  options: { target: { type: 'string', default: `${process.platform}-${process.arch}` } },
}).values;

/** onnxruntime's native part: a binding for Node and the libraries that it finds beside itself. */
const nativeParts = join('node_modules/onnxruntime-node/bin/napi-v6', ...target.split('-'));
if (!existsSync(nativeParts)) {
  console.error(
    `onnxruntime-node has nothing native for ${target}. Softprompt can be built for linux-x64, linux-arm64, darwin-arm64, win32-x64 ` +
      'and win32-arm64; not for Macs with Intel processors (darwin-x64), nor for Alpine Linux (alpine-x64, alpine-arm64).',
  );
  process.exit(1);
}

/** onnxruntime-node computes the path of its binding, from its own folder: in a bundle it stands in `dist/native`. */
const nativeBinding = {
  name: 'native-binding',
  setup({ onLoad }) {
    onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const computed = 'require(`../bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`)';
      const source = await readFile(path, 'utf8');
      if (!source.includes(computed)) throw new Error(`${path} has changed: it no longer says ${computed}`);
      const productFolder = JSON.stringify(resolve('src/common/productFolder.ts'));
      return {
        contents: source.replace(
          computed,
          () => `require(require(${productFolder}).programPath('native/onnxruntime_binding.node'))`,
        ),
      };
    });
  },
};

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
  external: ['vscode'],
};

/** The programs, in chunks, so that each command loads only what it runs. */
const programs = {
  ...common,
  entryPoints: {
    softprompt: 'src/cli/main.ts',
    trainer: 'src/trainer/main.ts',
    checkProviderProcess: 'src/runtime/onnx/checkProviderProcess.ts',
    ...(existsSync('test') && { bench: 'test/bench/main.ts' }),
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  splitting: true,
  target: 'node20',
  plugins: [nativeBinding],
  // Packages in CommonJS call `require` for Node's own modules, which an ES module does not have.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
  },
};

/** The pages of the panels, with all that they show: nothing is fetched from elsewhere. */
const pages = (await readdir('webview')).filter((name) => existsSync(join('webview', name, 'main.ts')));
const webview = {
  bundle: true,
  platform: 'browser',
  entryPoints: [
    ...pages.flatMap((page) =>
      ['main.ts', `${page}.css`].map((file) => ({ in: `webview/${page}/${file}`, out: page })),
    ),
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
await Promise.all([
  build(host),
  build(programs),
  build(webview),
  cp('src/cli/bin', 'dist/bin', { recursive: true }),
  cp(nativeParts, 'dist/native', {
    recursive: true,
    // macOS's library is there twice: the binding asks for libonnxruntime.1.dylib.
    filter: (path) => !/\.\d+\.\d+\.\d+\.dylib$/.test(path),
  }),
]);
