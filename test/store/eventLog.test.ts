import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events.js';
import { openEventLog, readEvents } from '../../src/store/eventLog.js';
import { runEventSchema } from '../../src/store/eventSchema.js';
import { expectRejection } from '../data/expectError.js';

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'softprompt-events-')), 'events.jsonl');
});
afterEach(async () => {
  await rm(join(file, '..'), { recursive: true, force: true });
});

const checkpoint = (step: number): RunEvent => ({ type: 'checkpoint', step });

/** One of each kind: the schema must give every field back. */
const everyKind: RunEvent[] = [
  {
    type: 'start',
    run: 'r-1',
    prompt: 'r',
    model: 'softprompt-9m',
    method: 'PROMPT_TUNING',
    device: 'CPU',
    threads: 2,
    trainable: 5120,
    modelParameters: 9_000_000,
    steps: 10,
    resumedAt: 0,
  },
  {
    type: 'data',
    split: 'train',
    source: { path: 'ü.csv', format: 'csv', header: true },
    rows: 5,
    tokens: { mean: 3.5, max: 9, sampled: false },
    cutRows: 1,
  },
  { type: 'notice', code: 'data.sharedRows', args: { rows: 2, file: 'a' } },
  {
    type: 'step',
    step: 1,
    epoch: 0.1,
    loss: 2.5,
    smoothedLoss: 2.5,
    learningRate: 0.01,
    gradientNorm: 1.5,
    examplesPerSecond: 40,
    tokensPerSecond: 900,
    secondsLeft: 9,
    memoryMb: 300,
  },
  {
    type: 'evaluation',
    step: 5,
    split: 'dev',
    baseline: false,
    loss: 1.5,
    metric: 'accuracy',
    value: 0.5,
    metrics: {
      n: 2,
      accuracy: 0.5,
      macroF1: 0.3,
      labels: ['a', 'b'],
      confusion: [
        [1, 0],
        [1, 0],
      ],
    },
    best: true,
    samples: [{ file: 'dev.tsv', line: 3, input: 'x', expected: 'a', predicted: 'b', probability: 0.5 }],
  },
  checkpoint(5),
  { type: 'nearest', step: 5, tokens: [{ position: 0, nearest: [{ id: 3, token: ' a', similarity: 0.5 }] }] },
  { type: 'end', reason: 'stopped', step: 6, bestStep: 5, seconds: 1.5, folder: 'p' },
];

describe('an event log', () => {
  it('gives back every kind of event as it was appended', async () => {
    const log = await openEventLog(file);
    for (const event of everyKind) log.append(event);
    expect(log.count).toBe(8);
    log.close();
    expect(await readEvents(file)).toEqual(everyKind);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(9);
  });

  it('holds nothing where there is none', async () => {
    expect(await readEvents(file)).toEqual([]);
  });

  it('passes over a last line that was cut short, and goes on behind the last whole one', async () => {
    await writeFile(file, `{"type":"checkpoint","step":1,"later":"ü"}\n{"type":"checkpoint","step":2}\n{"type":"che`);
    expect(await readEvents(file)).toEqual([checkpoint(1), checkpoint(2)]);
    const log = await openEventLog(file);
    expect(log.count).toBe(2);
    log.append(checkpoint(3));
    log.close();
    expect(await readFile(file, 'utf8')).toBe(
      '{"type":"checkpoint","step":1,"later":"ü"}\n{"type":"checkpoint","step":2}\n{"type":"checkpoint","step":3}\n',
    );
  });

  it('forgets what came after the events that are kept', async () => {
    const log = await openEventLog(file);
    for (const step of [1, 2, 3, 4]) log.append(checkpoint(step));
    log.close();
    const resumed = await openEventLog(file, 2);
    resumed.append(checkpoint(9));
    expect(resumed.count).toBe(3);
    resumed.close();
    expect(await readEvents(file)).toEqual([checkpoint(1), checkpoint(2), checkpoint(9)]);
  });

  it('names the line that is damaged', async () => {
    await writeFile(file, '{"type":"checkpoint","step":1}\n{"type":"checkpoint","step":-1}\n');
    await expect(readEvents(file)).rejects.toMatchObject({ code: 'store.badRun', args: { file: `${file}:2` } });
    await writeFile(file, '{"type":"checkpoint","step":1}\n');
    await appendFile(file, '\0\0\0\n');
    await expectRejection(openEventLog(file), 'store.badRun', {
      file: `${file}:2`,
      found: 'a text that is not JSON',
      expected: 'JSON',
    });
  });

  it('has a schema for every kind of event', () => {
    for (const event of everyKind) expect(runEventSchema.parse(event)).toEqual(event);
  });
});
