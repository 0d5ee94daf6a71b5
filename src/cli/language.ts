import * as l10n from '@vscode/l10n';
import { existsSync } from 'node:fs';
import { translationsFolder } from '../common/productFolder.js';
import { join } from 'node:path';

/**
 * Loads the words of the language that the environment asks for (LC_ALL, LC_MESSAGES, LANG: "zh_CN.UTF-8" → zh-cn, then zh); English where
 * there is no translation. The bundles are made from `bundle.l10n.json`, which `npm run l10n` collects from the sources.
 */
export function loadLanguage(environment: NodeJS.ProcessEnv): void {
  const asked = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  const locale = (asked.split('.')[0] ?? '').toLowerCase().replace('_', '-');
  for (const name of [locale, locale.split('-')[0]]) {
    const fsPath = join(translationsFolder(), `bundle.l10n.${name}.json`);
    if (existsSync(fsPath)) return l10n.config({ fsPath });
  }
}
