import { describe, expect, it } from 'vitest';
import { bar, escaped, hoverText } from '../../../src/host/editor/hoverText.js';
import { columnWidth, markPlaces, markText, verdictText } from '../../../src/host/editor/markTexts.js';
import type { RowDetail } from '../../../src/protocol/evaluation.js';

const row: RowDetail = {
  row: 0,
  line: 1,
  endLine: 1,
  input: 'x',
  expected: 'negative',
  predicted: 'positive',
  right: false,
  probability: 0.58,
  probabilities: [
    { label: 'positive', probability: 0.58 },
    { label: 'negative', probability: 0.42 },
  ],
};
const problem = { code: 'data.unknownLabel', args: { file: '/a/b.csv', line: 3, found: 'x', known: 'y' } };

describe('what a row says of itself', () => {
  it('is a sign, the prediction and its probability', () => {
    const mark = { row: 0, first: 0, last: 0, probability: 0.584 };
    expect(markText({ ...mark, outcome: 'wrong', text: 'positive' })).toBe('✗ positive 0.58');
    expect(markText({ ...mark, outcome: 'right', text: '' })).toBe('p 0.58');
    expect(markText({ ...mark, outcome: 'problem', text: 'empty' })).toBe('⚠ empty');
  });

  it('does not repeat a text that is as it should be, nor the place that the row stands at', () => {
    expect(verdictText({ ...row, predicted: 'negative' }, 'generation')).toBe('');
    expect(verdictText(row, 'generation')).toBe('positive');
    expect(verdictText({ ...row, predicted: 'negative' }, 'classification')).toBe('negative');
    expect(verdictText({ ...row, problem }, 'classification')).toBe('unknown label "x"; the labels are: y.');
  });

  it('stands in front of a line whose end is not seen, and before every line where many are so long', () => {
    const few = markPlaces([...Array<number>(9).fill(50), 101], false);
    expect([few(100), few(101)]).toEqual(['end', 'front']);
    const many = markPlaces([50, 50, 101], false);
    expect([many(50), many(101)]).toEqual(['column', 'column']);
    expect(markPlaces([500], true)(500)).toBe('end');
  });

  it('has a column as wide as the longest label', () => {
    const task = { task: 'classification', template: '', target: '', labels: { account: 'a', up: 'u' } } as const;
    expect(columnWidth(task)).toBe('✓ account 0.58'.length + 2);
  });
});

describe('the hover of a row', () => {
  it('shows every label, what came nearest and how far behind it is', () => {
    expect(hoverText(row, [])).toBe(
      [
        '✗ **positive**, should be **negative**',
        '`█████████▎░░░░░░ 0.58` positive  \n`██████▊░░░░░░░░░ 0.42` negative',
        'Nearest competitor: **negative**, 0.16 behind',
      ].join('\n\n'),
    );
  });

  it('shows the vote of each member of an ensemble', () => {
    const votes = [
      { label: 'positive', probability: 0.9 },
      { label: 'negative', probability: 0.6 },
    ];
    expect(
      hoverText({ ...row, votes }, ['s1', 's2'])
        .split('\n\n')
        .at(-1),
    ).toBe('`0.90` **positive** s1  \n`0.60` **negative** s2');
  });

  it('says why a row could not be judged', () => {
    expect(hoverText({ ...row, problem }, [])).toBe('⚠ unknown label "x"; the labels are: y\\.');
  });

  it('takes nothing of a file for Markdown', () => {
    expect(escaped('[x](command:y) $(icon) <b>')).toBe('\\[x\\]\\(command:y\\) \\$\\(icon\\) \\<b\\>');
  });

  it('draws bars of one length to an eighth of a character', () => {
    expect([bar(0), bar(1), bar(0.5)]).toEqual(['░'.repeat(16), '█'.repeat(16), `${'█'.repeat(8)}${'░'.repeat(8)}`]);
  });
});
