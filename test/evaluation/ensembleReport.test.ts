import { describe, expect, it } from 'vitest';
import { ensembleReport, type EnsembleScores } from '../../src/evaluation/ensembleReport.js';
import { voteOf } from '../../src/evaluation/votes.js';

const logs = (...rows: number[][]): number[][] => rows.map((row) => row.map(Math.log));

/** Three members on four rows of two labels; the second row is what the vote mends, the last what it spoils. */
const given: EnsembleScores = {
  labels: ['no', 'yes'],
  scores: [
    logs([0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]),
    logs([0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.4, 0.6]),
    logs([0.7, 0.3], [0.4, 0.6], [0.45, 0.55], [0.9, 0.1]),
  ],
  expected: [0, 1, 1, 0],
  members: [
    { prompt: '/p/a', name: 'a', weight: 0.8 },
    { prompt: '/p/b', name: 'b', weight: 0.6 },
    { prompt: '/p/c', name: 'c', weight: 0.6 },
  ],
  metric: 'accuracy',
};

describe('ensembleReport', () => {
  const report = ensembleReport(given);

  it('scores every member, their mean and the best of them', () => {
    expect(report.members.map(({ name, value, weight }) => [name, value, weight])).toEqual([
      ['a', 0.5, 0.8],
      ['b', 0.75, 0.6],
      ['c', 1, 0.6],
    ]);
    expect([report.mean, report.best]).toEqual([0.75, 1]);
  });

  it('scores what the members say together by each rule, beside their mean', () => {
    expect(report.votes.majority).toMatchObject({ value: 0.75, gain: 0 });
    // Row 4: mean 'no' is (0.3 + 0.4 + 0.9) / 3 = 0.533.
    expect(report.votes.mean).toMatchObject({ value: 1, gain: 0.25 });
    expect(report.votes.weighted).toMatchObject({ value: 1, gain: 0.25 });
    expect(report.votes.majority.metrics.confusion).toEqual([
      [1, 1],
      [0, 2],
    ]);
    const { low, high } = report.votes.mean.gainInterval;
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeGreaterThan(0.25);
  });

  it('names the rows on which members differ', () => {
    expect(report.disagreed).toEqual([1, 3]);
  });

  it('splits the entropy of the mean into that of the members and their disagreement', () => {
    const h = (p: number): number => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
    const means = [0.8, 1.1 / 3, 0.95 / 3, 1.6 / 3].map(h);
    const members = [0.9, 0.6, 0.2, 0.3, 0.8, 0.1, 0.3, 0.4, 0.7, 0.4, 0.45, 0.9].map(h);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(report.entropy).toBeCloseTo(mean(means), 12);
    expect(report.disagreement).toBeCloseTo(mean(means) - mean(members), 12);
  });

  it('calibrates a vote by the probability of its own prediction', () => {
    expect(report.votes.mean.calibration.bins.map(({ low, n }) => [low, n])).toEqual([
      [0.5, 1],
      [0.6, 2],
      [0.7, 1],
    ]);
  });

  it('can be asked for macro-F1', () => {
    const byF1 = ensembleReport({ ...given, metric: 'macroF1' });
    expect(byF1.votes.majority.value).toBeCloseTo((2 / 3 + 4 / 5) / 2, 12);
    expect(byF1.votes.majority.gain).toBeCloseTo((2 / 3 + 4 / 5) / 2 - byF1.mean, 12);
    const { low, high } = byF1.votes.majority.gainInterval;
    expect(low).toBeLessThan(high);
  });
});

describe('voteOf', () => {
  it('breaks a tie of votes by the mean probability', () => {
    const members = [
      [0.51, 0.49, 0],
      [0.1, 0.9, 0],
    ];
    expect(voteOf('majority', members, [1, 1]).predicted).toBe(1);
  });

  it('lets one sure member not outvote two unsure ones by majority, but by the mean', () => {
    const members = [
      [0.45, 0.55],
      [0.45, 0.55],
      [0.99, 0.01],
    ];
    expect(voteOf('majority', members, [1, 1, 1]).predicted).toBe(1);
    expect(voteOf('mean', members, [1, 1, 1]).predicted).toBe(0);
  });

  it('weighs members, and all alike where no weight is left', () => {
    const members = [
      [0.9, 0.1],
      [0.2, 0.8],
    ];
    expect(voteOf('weighted', members, [1, 3]).probabilities[1]).toBeCloseTo(0.625, 12);
    expect(voteOf('weighted', members, [0, 0]).probabilities[1]).toBeCloseTo(0.45, 12);
  });
});
