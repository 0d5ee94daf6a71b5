import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { damagedEnsemble, ensembleEntry } from '../../src/host/views/ensembleEntries.js';
import { groupRowEntry, groupSetEntry } from '../../src/host/views/groupSetEntries.js';
import { damagedPrompt, promptEntry } from '../../src/host/views/promptEntries.js';
import { damagedRun, runEntry } from '../../src/host/views/runEntries.js';
import type { Ensemble, EnsembleResults } from '../../src/store/ensembleFolder.js';
import { groupSet, plainPrompt, promptDetails } from '../support/prompts.js';
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

const vote = { value: 0.8, gain: 0.1, gainInterval: { low: 0, high: 0.2 } };
const ensembleResults: EnsembleResults = {
  file: '/t.jsonl',
  date: '2026-11-21T10:45:01.000Z',
  rows: 4,
  members: [0.7, 0.7],
  mean: 0.7,
  best: 0.7,
  votes: { majority: vote, mean: vote, weighted: vote },
};
const ensemble: Ensemble = {
  name: 'e',
  created: '2026-11-21T10:45:01.000Z',
  vote: 'majority',
  members: ['a', 'b'].map((name) => ({ folder: name, name, isThere: true })),
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
      damagedEnsemble,
      groupSetEntry(groupSet, '/g', 'en').contextValue,
      ...groupSet.groups.map((group) => groupRowEntry(group, groupSet.column).contextValue),
      ...[{}, { results: ensembleResults }].map(
        (results) => ensembleEntry({ ...ensemble, ...results }, [], '/e', 'en').contextValue,
      ),
      ...[{}, { details: promptDetails }].map(
        (details) => promptEntry({ name: 'a', config: plainPrompt.config, ...details }, '/a', 'en').contextValue,
      ),
      ...(['queued', 'running', 'paused', 'stopped', 'interrupted', 'finished', 'failed'] as const).map(
        (state) => runEntry(run(state, { controllable: true }), 'en').contextValue,
      ),
    ];
    const menus = contributes.menus['view/item/context'] ?? [];
    const shownOn = (row: string): string[] => {
      // A group's row stands below a prompt's.
      const view = row === 'group' ? 'softprompt.prompts' : `softprompt.${row.split(' ')[0]}s`;
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
    expect(shownOn(damagedEnsemble)).toEqual(['softprompt.deleteEnsemble']);
  });

  it('has the pictures of its walkthrough', () => {
    for (const { media } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      expect(existsSync(join(root, media.svg)), media.svg).toBe(true);
      // The editor's policy forbids styles there.
      expect(textOf(media.svg)).not.toMatch(/style/);
    }
  });
});
