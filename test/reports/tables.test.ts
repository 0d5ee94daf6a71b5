import { describe, expect, it } from 'vitest';
import type { ReportEntry } from '../../src/reports/content.js';
import { lineChart } from '../../src/reports/lineChart.js';
import { reportPage } from '../../src/reports/page.js';
import type { SweepResult } from '../../src/protocol/sweepTable.js';
import { sweep, transfer } from '../support/reportTables.js';

const page = (entry: ReportEntry): string =>
  reportPage({ created: '2026-11-21T11:00:00.000Z', version: '0.1.0', entries: [entry] });
const cells = (markup: string): string[] =>
  [...markup.matchAll(/<t[hd][^>]*>((?:(?!<\/t[hd]>)[^])*)<\/t[hd]>/g)].map(([, text = '']) =>
    text.replace(/<[^>]*>/g, '').trim(),
  );

describe('the report of a sweep', () => {
  it('draws the score against the length for each beginning, with a band over the seeds and the bare model as a level', () => {
    const told = page(sweep);
    expect(told).toContain('<title>Report of lengths</title>');
    expect(told).toContain('Accuracy on test by num_virtual_tokens');
    expect(told.match(/class="band (first|second)"/g)).toEqual(['class="band first"', 'class="band second"']);
    expect(told).toContain(
      'aria-label="Accuracy on test by num_virtual_tokens. prompt_tuning_init vocab: from 45.0 % to 80.0 %.',
    );
    expect(told).toContain('no prompt: 25.0 %');
    expect(told).toContain('8 of 8 runs finished');
    expect(told).not.toMatch(/undefined|NaN|\[object/);
  });

  it('has a line for each combination, with mean and deviation', () => {
    const [table = ''] = page(sweep).split('<table>').slice(-1);
    expect(cells(table).slice(0, 10)).toEqual([
      'prompt_tuning_init',
      'num_virtual_tokens',
      'Runs',
      'test accuracy',
      'no prompt',
      'vocab',
      '1',
      '2/2',
      '45.0 % ± 7.1',
      '25.0 %',
    ]);
  });

  it('says so where nothing is finished yet, and draws nothing', () => {
    const waiting = sweep.table.results.map(({ name, values }): SweepResult => ({ name, values, state: 'waiting' }));
    const told = page({ ...sweep, table: { ...sweep.table, results: waiting } });
    expect(told).toContain('0 of 8 runs finished');
    expect(told).not.toContain('<svg');
  });
});

describe('a chart over what was tried', () => {
  it('stands lengths at even distances by their factors, and its band one deviation around the mean', () => {
    const drawn = lineChart({
      id: 'c',
      title: 'T',
      format: String,
      tried: { name: 'tokens', values: [1, 10, 100] },
      lines: [
        {
          label: 'a',
          look: 'first',
          points: [
            [1, 0],
            [10, 1],
            [100, 1],
          ],
          spreads: [0, 1, 0],
        },
      ],
    })?.markup;
    // From 52 to 470 across, and from 0 to 2 with a twentieth of air: 0 is at 204 − 194 · 0.1 / 2.2 = 195.2, 2 at 18.8.
    expect(drawn).toContain('d="M52 195.2L261 18.8L470 107L470 107L261 195.2L52 195.2Z"');
    expect(drawn).toContain('tokens');
    expect(drawn).not.toContain('Step');
  });
});

describe('the report of a transfer', () => {
  it('puts what is scored elsewhere beside what is scored at home', () => {
    const told = page(transfer);
    const row = (cells(told)
      .join(' | ')
      .match(/qqp \| .*/) ?? [''])[0];
    expect(row).toBe(
      'qqp | quora (in-domain) | 1,000 | 1/1 | 50.0 % | 75.0 % |  | qqp | mrpc | 1,000 | 1/1 | 50.0 % | 50.0 % | −25.0 points',
    );
  });
});
