import { describe, expect, it } from 'vitest';
import { byteSize, parameterCount, roughDuration } from '../../../src/host/amounts.js';
import { asOneLine, canBeNamed, columnTemplate, fromOneLine } from '../../../src/host/train/columnTemplate.js';
import { failureLines, wrap } from '../../../src/host/train/failureLines.js';
import { dataLines, estimateText, rowLine } from '../../../src/host/train/previewLines.js';
import { templateProblem } from '../../../src/host/train/templateProblem.js';
import { SoftpromptError } from '../../../src/errors/softpromptError.js';
import type { PreviewRow } from '../../../src/protocol/inspectMessages.js';

const row: PreviewRow = {
  file: 'a.csv',
  line: 12,
  split: 'train',
  virtualTokens: 20,
  input: 'a gripping\tfilm .\r\nLabel:',
  target: ' positive',
  tokens: 34,
  cutTokens: 0,
};

describe('rows of the preview', () => {
  it('show virtual tokens, the text in one line and the target in its place', () => {
    expect(rowLine(row)).toEqual({
      label: 'line 12 · 34 tokens',
      detail: '▢×20 a gripping⇥film .↵Label:⟨ positive⟩',
    });
  });

  it('show virtual tokens where the template places them', () => {
    const placed = { ...row, virtualTokens: 5, input: '[P×3] a film . [P×2] Label:' };
    expect(rowLine(placed).detail).toBe('▢×3 a film . ▢×2 Label:⟨ positive⟩');
  });

  it('say what is cut off', () => {
    expect(rowLine({ ...row, split: 'dev', tokens: 1512, cutTokens: 1000 })).toMatchObject({
      label: 'line 12 · 1,512 tokens · 1,000 cut off',
      description: 'dev rows',
    });
  });

  it('leave out the middle of long texts, whole characters at a time', () => {
    const { detail = '' } = rowLine({ ...row, input: `begin ${'𝄞'.repeat(500)} end:` });
    expect([...detail]).toHaveLength(80);
    expect(detail).toMatch(/^▢×20 begin 𝄞+…𝄞+ end:⟨ positive⟩$/u);
  });
});

it('tells rows, tokens, what is cut, and rows that stand in two splits', () => {
  const lines = dataLines([
    {
      type: 'data',
      split: 'train',
      source: { path: 'a.csv' },
      rows: 1628,
      tokens: { mean: 23.06, max: 1059, sampled: true },
      cutRows: 3,
    },
    {
      type: 'notice',
      code: 'sharedRows',
      args: { count: 2, split: 'test', file: 'b.csv', line: 3, trainFile: 'a.csv', trainLine: 9 },
    },
    { type: 'checkpoint', step: 1 },
  ]);
  expect(lines.map(({ label }) => label)).toEqual([
    '$(info) 1,628 rows, 23.1 tokens on average, at most 1,059 (of a sample)',
    '$(warning) Rows too long, whose beginning is cut off: 3',
    expect.stringContaining('$(warning) 2 rows of test also stand in train'),
  ]);
});

it('estimates in one line', () => {
  const text = estimateText({
    model: 'softprompt-9m',
    task: { task: 'classification', template: '', target: '' },
    rows: [],
    events: [],
    estimate: { steps: 500, seconds: 61, memoryMb: 812, trainable: 5120, modelParameters: 9_000_000 },
  });
  expect(text).toBe('500 steps in about 60 s · 810 MB of memory · 5,120 trained parameters (0.057 %)');
});

it('writes amounts with a fixed number of digits', () => {
  expect([135, 13_500, 134_515_008, 1_235_814_400].map(parameterCount)).toEqual(['135', '13.5 k', '134.5 M', '1.2 B']);
  expect([900, 36_200_000, 4.9e9].map(byteSize)).toEqual(['0.9 kB', '36.2 MB', '4.9 GB']);
  expect([1, 61, 200, 6000].map(roughDuration)).toEqual(['about 5 s', 'about 60 s', 'about 3 min', 'about 1.7 h']);
});

describe('templates', () => {
  it('are made from picked columns as from inferred ones', () => {
    expect(columnTemplate(['text'], 'label')).toBe('{text}\nLabel:');
    expect(columnTemplate(['premise', 'hypothesis'], 'gold label')).toBe(
      'premise: {premise}\nhypothesis: {hypothesis}\nGold label:',
    );
    expect(['a', '', 'a}'].map(canBeNamed)).toEqual([true, false, false]);
  });

  it.each(['{text}\nLabel:', 'C:\\new\t{a}', '\\\\n', ''])('are edited in one line: %j', (template) => {
    expect(asOneLine(template)).not.toMatch(/[\n\t]/);
    expect(fromOneLine(asOneLine(template))).toBe(template);
  });

  it('are checked as they are typed', () => {
    expect(templateProblem('{text} {{x}}', ['text'])).toBeUndefined();
    expect(templateProblem('{txt}', ['text'])).toBe('There is no column "txt"; did you mean "text"?');
    expect(templateProblem('{nothing like it}', ['text'])).toBe('There is no column "nothing like it".');
    expect(templateProblem('{text', ['text'])).toContain('unbalanced');
  });
});

describe('failures', () => {
  it('are lines that a quick pick shows whole: the reason, then what to do', () => {
    const lines = failureLines(new SoftpromptError('data.fileMissing', { file: 'reviews.csv' }));
    expect(lines[0]).toBe('$(error) reviews.csv: there is no such file.');
    expect(lines[1]).toMatch(/^\$\(lightbulb\) /);
  });

  it('break at spaces and never in a path', () => {
    expect(wrap('a bb ccc\ndddddddddd e', 5)).toEqual(['a bb', 'ccc', 'dddddddddd', 'e']);
  });
});
