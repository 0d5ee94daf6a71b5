import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damagedPrompt, promptEntry } from '../../src/host/views/promptEntries.js';
import { damagedRun, runEntry } from '../../src/host/views/runEntries.js';
import { plainPrompt, promptDetails } from '../support/prompts.js';
import { run } from './views/runs.js';

const root = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const manifest = textOf('package.json');
interface Menu {
  readonly command: string;
  readonly when?: string;
}
const { contributes } = JSON.parse(manifest) as {
  contributes: {
    commands: Menu[];
    keybindings: Menu[];
    menus: Record<string, Menu[]>;
    walkthroughs: { steps: { media: { svg: string } }[] }[];
  };
};

describe('package.json', () => {
  it('has words in both languages for every key, and no others', () => {
    const used = [...new Set([...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key))].sort();
    for (const file of ['package.nls.json', 'package.nls.zh-cn.json']) {
      expect(Object.keys(JSON.parse(textOf(file)) as object).sort(), file).toEqual(used);
    }
  });

  it('names in menus and keys only commands that there are', () => {
    const commands = contributes.commands.map(({ command }) => command);
    for (const { command } of [...Object.values(contributes.menus).flat(), ...contributes.keybindings]) {
      expect(commands).toContain(command);
    }
  });

  it('shows each menu of a row for some row, and for no damaged one what cannot be done with it', () => {
    const rows = [
      damagedPrompt,
      damagedRun,
      ...[{}, { details: promptDetails }].map(
        (details) => promptEntry({ name: 'a', config: plainPrompt.config, ...details }, '/a', 'en').contextValue,
      ),
      ...(['queued', 'running', 'paused', 'stopped', 'interrupted', 'finished', 'failed'] as const).map(
        (state) => runEntry(run(state, { controllable: true }), 'en').contextValue,
      ),
    ];
    const menus = contributes.menus['view/item/context'] ?? [];
    const shownOn = (row: string): string[] => {
      const view = row.startsWith('run') ? 'softprompt.runs' : 'softprompt.prompts';
      return menus.flatMap(({ command, when = '' }) => {
        const [, where, pattern = ''] = /^view == (\S+) && viewItem =~ \/(.*)\/$/.exec(when) ?? [];
        return where === view && new RegExp(pattern).test(row) ? [command] : [];
      });
    };
    expect(new Set(rows.flatMap(shownOn))).toEqual(new Set(menus.map(({ command }) => command)));
    expect(shownOn(damagedPrompt)).toEqual([
      'softprompt.revealPromptFolder',
      'softprompt.copyPromptPath',
      'softprompt.deletePrompt',
    ]);
    expect(shownOn(damagedRun)).toEqual(['softprompt.deleteRun']);
  });

  it('has the pictures of its walkthrough', () => {
    for (const { media } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      expect(existsSync(join(root, media.svg)), media.svg).toBe(true);
      // The editor's policy forbids styles there.
      expect(textOf(media.svg)).not.toMatch(/style/);
    }
  });
});
