// Shows the built training panel in a browser: npm run build && node test/webview/gallery/serve.mjs EVENTS.jsonl [PORT]
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';

const [events, port = '8123'] = process.argv.slice(2);
if (!events) throw new Error('Name the events.jsonl of a run.');
const here = import.meta.dirname;
const root = join(here, '../../..');
const bundle = async (entry, platform) => {
  const options = { entryPoints: [entry], bundle: true, format: 'esm', platform, write: false };
  return (await build(options)).outputFiles[0].text;
};
const page = await bundle(join(root, 'src/host/panels/panelHtml.ts'), 'node');
const { panelHtml } = await import(`data:text/javascript;base64,${Buffer.from(page).toString('base64')}`);
const recorded = (await readFile(events, 'utf8')).trimEnd().split('\n').join(',');
const gallery = `globalThis.recorded = [${recorded}];\n${await bundle(join(here, 'gallery.ts'), 'browser')}`;

const types = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf', '.html': 'text/html' };
const html = async (language) => {
  const [title, nonce] = ['Gallery', 'gallery'];
  const strings =
    language === 'en' ? undefined : JSON.parse(await readFile(join(root, `media/l10n/bundle.l10n.${language}.json`)));
  const own = { script: 'training.js', styles: 'training.css', icons: 'codicon.css' };
  return panelHtml({
    language,
    title,
    element: 'softprompt-training',
    source: "'self'",
    nonce,
    ...own,
    strings,
  }).replace(
    '<script type="module"',
    `<link rel="stylesheet" href="themes.css"><script nonce="${nonce}" src="gallery.js"></script>$&`,
  );
};
const read = (name) =>
  name === 'gallery.js'
    ? gallery
    : readFile(name === 'themes.css' ? join(here, name) : join(root, 'dist/webview', name));

createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const name = basename(pathname) || 'index.html';
  try {
    const body = name === 'index.html' ? await html(searchParams.get('language') ?? 'en') : await read(name);
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(port), () => console.log(`http://localhost:${port}/?scenario=finished&theme=dark`));
