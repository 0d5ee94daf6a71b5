import { describe, expect, it } from 'vitest';
import { chart } from '../../src/cli/chart.js';
import { nearestLines } from '../../src/cli/nearestTable.js';
import { duration, shortNumber, timeLeft } from '../../src/protocol/numbers.js';
import { reportRun } from '../../src/cli/progress.js';
import type { Screen } from '../../src/cli/terminal.js';
import type { RunEvent } from '../../src/protocol/events.js';

const plain: Screen = { columns: Infinity, colour: false, live: false };
const live: Screen = { columns: 80, colour: false, live: true };

const start = (resumedAt = 0): RunEvent => ({
  type: 'start',
  run: 'tickets-20261121-104501',
  prompt: 'tickets',
  model: 'softprompt-9m',
  method: 'PROMPT_TUNING',
  device: 'CPU',
  threads: 2,
  trainable: 5120,
  modelParameters: 8_912_384,
  steps: 40,
  resumedAt,
});
const data = (split: 'train' | 'test', cutRows: number, sampled: boolean): RunEvent => ({
  type: 'data',
  split,
  source: { path: `${split}.jsonl`, format: 'jsonl' },
  rows: 1360,
  tokens: { mean: 32.14, max: 61, sampled },
  cutRows,
});
const step = (n: number): RunEvent => ({
  type: 'step',
  step: n,
  epoch: n / 20,
  loss: 8 / n,
  smoothedLoss: 8 / n,
  learningRate: 0.3,
  gradientNorm: 1,
  examplesPerSecond: 64.25,
  tokensPerSecond: 2000,
  secondsLeft: (40 - n) * 10,
  memoryMb: 310.4,
});
const evaluation = (split: 'dev' | 'test', at: number, value: number, baseline = false, best = false): RunEvent => ({
  type: 'evaluation',
  step: at,
  split,
  baseline,
  loss: 1,
  metric: 'accuracy',
  value,
  metrics: { n: 80, accuracy: value },
  best,
  samples: [],
});
const nearest: RunEvent = {
  type: 'nearest',
  step: 40,
  tokens: [
    {
      position: 0,
      nearest: [
        { id: 1, token: ' billing', similarity: 0.871 },
        { id: 2, token: '工单', similarity: 0.5 },
      ],
    },
    {
      position: 1,
      nearest: [
        { id: 3, token: '\n', similarity: 0.4 },
        { id: 4, token: 'b', similarity: -0.1 },
      ],
    },
  ],
};
const end = (reason: 'finished' | 'earlyStopping' | 'stopped'): RunEvent => ({
  type: 'end',
  reason,
  step: 40,
  bestStep: 20,
  seconds: 61.7,
  folder: '.softprompt/prompts/tickets',
});

const wholeRun: RunEvent[] = [
  start(),
  data('train', 3, true),
  data('test', 0, false),
  {
    type: 'notice',
    code: 'sharedRows',
    args: { count: 2, split: 'test', file: 'test.jsonl', line: 7, trainFile: 'train.jsonl', trainLine: 9 },
  },
  ...[1, 2, 3].map(step),
  evaluation('dev', 3, 0.25, true),
  ...Array.from({ length: 17 }, (_, i) => step(i + 4)),
  evaluation('dev', 20, 0.7625, false, true),
  { type: 'checkpoint', step: 20 },
  ...Array.from({ length: 20 }, (_, i) => step(i + 21)),
  evaluation('dev', 40, 0.2),
  evaluation('test', 40, 0.75),
  evaluation('test', 40, 0.24, true),
  nearest,
  end('finished'),
];

function linesOf(events: readonly RunEvent[], screen: Screen, earlier: readonly RunEvent[] = []): string {
  const report = reportRun(() => screen, earlier);
  return events.flatMap((event) => report.add(event)).join('\n');
}

describe('a run in words', () => {
  it('is plain lines in a file: header, data, some steps, evaluations, and the summary', () => {
    expect(linesOf(wholeRun, plain)).toMatchInlineSnapshot(`
      "softprompt-9m: 8,912,384 parameters, frozen; CPU, threads: 2
      tickets: prompt tuning, 5,120 trainable parameters (0.057 % of the model’s), 40 steps
      train: 1,360 rows of train.jsonl; tokens in a row: 32.1 on average, 61 at most (of a sample); 3 rows are cut
      test: 1,360 rows of test.jsonl; tokens in a row: 32.1 on average, 61 at most
      Note: 2 rows of test also stand in train, so its score will look better than it is; the first: test.jsonl:7 is train.jsonl:9
      step 1/40  loss 8.000  7 min left  64.3 examples/s  310 MB
      step 2/40  loss 4.000  6 min left  64.3 examples/s  310 MB
      dev accuracy 25.0 % without a prompt: the baseline
      step 4/40  loss 2.000  6 min left  64.3 examples/s  310 MB
      step 6/40  loss 1.333  6 min left  64.3 examples/s  310 MB
      step 8/40  loss 1.000  5 min left  64.3 examples/s  310 MB
      step 10/40  loss 0.800  5 min left  64.3 examples/s  310 MB
      step 12/40  loss 0.667  5 min left  64.3 examples/s  310 MB
      step 14/40  loss 0.571  4 min left  64.3 examples/s  310 MB
      step 16/40  loss 0.500  4 min left  64.3 examples/s  310 MB
      step 18/40  loss 0.444  4 min left  64.3 examples/s  310 MB
      step 20/40  loss 0.400  3 min left  64.3 examples/s  310 MB
      step 20: dev accuracy 76.3 %, +51.3 points from the baseline, the best so far
      step 22/40  loss 0.364  3 min left  64.3 examples/s  310 MB
      step 24/40  loss 0.333  3 min left  64.3 examples/s  310 MB
      step 26/40  loss 0.308  2 min left  64.3 examples/s  310 MB
      step 28/40  loss 0.286  2 min left  64.3 examples/s  310 MB
      step 30/40  loss 0.267  100 s left  64.3 examples/s  310 MB
      step 32/40  loss 0.250  80 s left  64.3 examples/s  310 MB
      step 34/40  loss 0.235  60 s left  64.3 examples/s  310 MB
      step 36/40  loss 0.222  40 s left  64.3 examples/s  310 MB
      step 38/40  loss 0.211  20 s left  64.3 examples/s  310 MB
      step 40/40  loss 0.200  0 s left  64.3 examples/s  310 MB
      step 40: dev accuracy 20.0 %, −5.0 points from the baseline
      test accuracy 75.0 %
      test accuracy 24.0 % without a prompt: the baseline

      Finished after 40 steps and 1 min 2 s; kept is step 20, the best.

                               no prompt  prompt
      dev, 80 rows   accuracy  25.0 %     76.3 %  +51.3 points
      test, 80 rows  accuracy  24.0 %     75.0 %  +51.0 points

      Loss, smoothed
      8.000┤━┓
           │ ┃
           │ ┃
           │ ┃
           │ ┗┓
           │  ┗━━┓
           │     ┗━━━━━━━━━┓
      0.200┤               ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
           └┬──────────────────────────────────────────────────────────────┬▶
            1                                                             40

      Accuracy on dev
      76.3 %┤━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
            │                                                              ┃
            │                                                              ┃
            │                                                              ┃
            │                                                              ┃
            │                                                              ┃
            │                                                              ┃
      20.0 %┤                                                              ┗━
            └┬──────────────────────────────────────────────────────────────┬▶
            20                                                             40

      Nearest tokens, by cosine similarity
      1  " billing" 0.87  "工单" 0.50
      2  "\\n" 0.40        "b" -0.10

      Saved in .softprompt/prompts/tickets
      Next:
        softprompt evaluate tickets FILE
        softprompt interpret tickets"
    `);
  });

  it('keeps one line of progress on a terminal, as much of it as fits', () => {
    const report = reportRun(() => ({ ...live, columns: 200 }));
    expect(report.status()).toBeUndefined();
    report.add(start());
    expect(report.add(step(10))).toEqual([]);
    expect(report.status()).toMatchInlineSnapshot(
      `"━━━━━───────────────  step 10/40  loss 0.800  5 min left  64.3 examples/s  310 MB"`,
    );
    const narrow = reportRun(() => ({ ...live, columns: 60 }));
    narrow.add(start());
    narrow.add(step(10));
    expect(narrow.status()).toBe('━━━━━───────────────  step 10/40  loss 0.800  5 min left');
    narrow.add(end('finished'));
    expect(narrow.status()).toBeUndefined();
  });

  it('says how to go on with a run that was stopped', () => {
    const lines = linesOf([start(), step(1), step(2), end('stopped')], plain);
    expect(lines).toContain('Stopped at your wish after 40 steps and 1 min 2 s; saved is step 20, the best so far.');
    expect(lines).toContain('  softprompt resume tickets-20261121-104501\n');
  });

  it('knows what the processes before it told, up to the checkpoint', () => {
    const earlier = [
      start(),
      step(1),
      evaluation('dev', 1, 0.3, true),
      step(2),
      step(3),
      evaluation('dev', 3, 0.9, false, true),
    ];
    const lines = linesOf([start(2), step(3), evaluation('dev', 3, 0.5, false, true), end('finished')], plain, earlier);
    expect(lines).toContain('Going on after step 2');
    expect(lines).toContain('dev, 80 rows  accuracy  30.0 %     50.0 %  +20.0 points');
    expect(lines).toContain('step 3: dev accuracy 50.0 %, +20.0 points from the baseline, the best so far');
  });

  it('counts a lower perplexity as the better one', () => {
    const perplexity = (value: number, baseline: boolean): RunEvent => ({
      ...(evaluation('test', 5, value, baseline) as Extract<RunEvent, { type: 'evaluation' }>),
      metric: 'perplexity',
      metrics: { n: 10, perplexity: value },
    });
    expect(linesOf([perplexity(30, true), perplexity(12.5, false)], { ...plain, colour: true })).toContain(
      '\u001b[32m−17.50 from the baseline\u001b[0m',
    );
  });
});

describe('a chart', () => {
  const points = [1, 2, 3, 4].map((x) => ({ x: x * 10, y: 1 / x }));

  it('is drawn with its ends named', () => {
    expect(chart('Loss', points, { ...live, columns: 34 }).join('\n')).toMatchInlineSnapshot(`
      "Loss
      1.000┤━━━━━━━┓
           │       ┃
           │       ┃
           │       ┃
           │       ┃
           │       ┗━━━━━━┓
           │              ┗━━━━━━━┓
      0.250┤                      ┗━
           └┬──────────────────────┬▶
           10                     40"
    `);
  });

  it('shows nothing where there are no two points, and a level line where all are equal', () => {
    expect(chart('Loss', [], live)).toEqual([]);
    expect(chart('Loss', points.slice(0, 1), live)).toEqual([]);
    expect(
      chart(
        'Loss',
        [
          { x: 1, y: 2 },
          { x: 2, y: 2 },
        ],
        live,
      ).length,
    ).toBeGreaterThan(3);
  });

  it('stays as wide as the screen however many points there are', () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ x: i + 1, y: Math.exp(-i / 500) }));
    const lines = chart('Loss', many, { ...live, columns: 60 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.at(-1)).toMatch(/1 +5,000$/);
  });
});

describe('the table of nearest tokens', () => {
  it('drops whole columns that do not fit', () => {
    const { tokens } = nearest;
    expect(nearestLines(tokens, plain)).toEqual(['1  " billing" 0.87  "工单" 0.50', '2  "\\n" 0.40        "b" -0.10']);
    expect(nearestLines(tokens, { ...plain, columns: 25 })).toEqual(['1  " billing" 0.87', '2  "\\n" 0.40']);
    expect(nearestLines([], plain)).toEqual([]);
  });
});

describe('numbers', () => {
  it('have the digits that mean something', () => {
    expect([0, 0.00123, 0.0574, 0.5, 8.1234, 64.25, 640.7, 12345.6].map(shortNumber)).toEqual([
      '0',
      '1.2e-3',
      '0.057',
      '0.500',
      '8.123',
      '64.3',
      '641',
      '12,346',
    ]);
  });

  it('say times as a person would', () => {
    expect([0.2, 61, 119, 120, 1000, 7260].map(timeLeft)).toEqual([
      '1 s left',
      '61 s left',
      '119 s left',
      '2 min left',
      '17 min left',
      '2 h 1 min left',
    ]);
    expect([1.4, 61.7, 3600].map(duration)).toEqual(['1 s', '1 min 2 s', '1 h 0 min']);
  });
});
