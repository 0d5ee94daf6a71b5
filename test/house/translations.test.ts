import { getL10nJson, type l10nJsonFormat } from '@vscode/l10n-dev';
import { ESLint } from 'eslint';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bundleOf = (file: string): l10nJsonFormat => JSON.parse(readFileSync(join(root, file), 'utf8')) as l10nJsonFormat;
const english = bundleOf('media/l10n/bundle.l10n.json');
const chinese = bundleOf('media/l10n/bundle.l10n.zh-cn.json');

/** What must stand in every language as it is: {placeholders}, $(icons), links and `code`. */
function fixedParts(text: string): string[] {
  return (text.match(/\{[^}]+\}|\$\([^)]+\)|\]\([^)]+\)|`[^`]+`/g) ?? []).sort();
}

/** As far as they differ, by key. */
function differences(words: l10nJsonFormat, translated: l10nJsonFormat): string[] {
  return Object.entries(words).flatMap(([key, word]) => {
    const text = translated[key];
    const message = typeof word === 'string' ? word : word.message;
    // A comment belongs to the key alone: the editor takes nothing but texts for translations.
    if (typeof text !== 'string' || text.trim() === '') return [`${key}: no translation`];
    const [expected, found] = [message, text].map((each) => fixedParts(each).join(' '));
    return found === expected ? [] : [`${key}: ${found}, where the English has ${expected}`];
  });
}

describe('the words', () => {
  it('are all collected', async () => {
    const sources = ['src', 'webview'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => ({ extension: extname(file), contents: readFileSync(join(root, folder, file), 'utf8') }))
        // To parse a file takes long.
        .filter(({ contents }) => contents.includes('l10n')),
    );
    expect(english, 'bundle.l10n.json is out of date; collect the words with: npm run l10n').toEqual(
      await getL10nJson(sources),
    );
  }, 180_000);

  it('are all in bundle.l10n.zh-cn.json, with what must stay as it is, and no others are', () => {
    expect(differences(english, chinese)).toEqual([]);
    expect(Object.keys(chinese).filter((key) => !(key in english))).toEqual([]);
  });

  it('of the manifest keep their links and code', () => {
    expect(differences(bundleOf('package.nls.json'), bundleOf('package.nls.zh-cn.json'))).toEqual([]);
  });

  it.each([
    ['src/host/zz.ts', "void vscode.window.showErrorMessage('It failed.');"],
    ['src/host/zz.ts', 'void vscode.window.showErrorMessage(`It failed: ${reason}`);'],
    ['src/host/zz.ts', "void vscode.window.showQuickPick([], { title: 'Runs' });"],
    ['src/cli/zz.ts', "program.option('--seed <n>', 'the seed of all that is random');"],
    ['webview/zz.ts', 'void html`<p>Nothing yet</p>`;'],
    ['webview/zz.ts', 'void html`<h2>Loss ${value}</h2>`;'],
    ['webview/zz.ts', 'void html`<button title="Pause">${icon}</button>`;'],
  ])('cannot stand in %s untranslated: %s', async (filePath, text) => {
    const [result] = await new ESLint().lintText(`${text}\n`, { filePath });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain('no-restricted-syntax');
  });
});
