import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import type { EventOf } from '../../src/protocol/events.js';
import type { RunReport } from '../../src/reports/content.js';
import { crc32c } from '../../src/reports/tensorboard/crc32c.js';
import { eventFile, type ScalarEvent } from '../../src/reports/tensorboard/eventFile.js';
import { masked } from '../../src/reports/tensorboard/records.js';
import { runScalars } from '../../src/reports/tensorboard/scalars.js';
import { writeEventFiles } from '../../src/reports/tensorboard/writeEventFiles.js';
import { scored, step } from '../host/views/runs.js';

const golden = join(import.meta.dirname, '../golden');

describe('CRC-32C', () => {
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
  ])('of %s is what RFC 3720 says', (_name, bytes, checksum) => {
    expect(crc32c(bytes)).toBe(checksum);
  });

  it('is masked as TensorFlow stores it', () => {
    // 0x8a9136aa >>> 15 = 0x00011522, << 17 = 0x6d540000; their union and 0xa282ead8.
    expect(masked(new Uint8Array(32))).toBe(0x0fd7fffa);
  });
});

describe('an event file', () => {
  it('has the bytes that TensorBoard’s own writer makes of the same events', () => {
    const { began, events } = JSON.parse(readFileSync(join(golden, 'tensorboard.json'), 'utf8')) as {
      began: number;
      events: ScalarEvent[];
    };
    const expected = readFileSync(join(golden, 'tensorboard.tfevents'));
    expect(Buffer.compare(eventFile(began, events), expected)).toBe(0);
  });
});

const run: RunReport = {
  kind: 'run',
  id: 'tickets-20261121-104501',
  name: 'tickets',
  state: 'finished',
  started: '2026-11-21T10:45:01.500Z',
  recipe: parseRecipe('{ "data": { "train": "t.jsonl" } }', 'tickets.softprompt.json'),
  told: {
    steps: [1, 2].map((n) => ({ ...step(n), seconds: 0.25 * n }) as EventOf<'step'>),
    evaluations: [
      { ...scored('dev', 0.25, { baseline: true }), step: 1 },
      { ...scored('dev', 0.75), step: 2 },
    ] as EventOf<'evaluation'>[],
    designs: [],
    notices: [],
  },
  outcome: { step: 2, bestStep: 2, seconds: 3 },
  data: [],
};
const began = Date.parse(run.started) / 1000;
const trained: ScalarEvent['values'] = [
  ['train/loss', 1],
  ['train/learning_rate', 0.1],
  ['train/gradient_norm', 1],
  ['train/examples_per_second', 10],
];

describe('the scalars of a run', () => {
  it('are what each step and its evaluations measured, when they did', () => {
    expect(runScalars(run)).toEqual([
      {
        wallTime: began + 0.25,
        step: 1,
        values: [...trained, ['dev_no_prompt/loss', 1], ['dev_no_prompt/accuracy', 0.25]],
      },
      { wallTime: began + 0.5, step: 2, values: [...trained, ['dev/loss', 1], ['dev/accuracy', 0.75]] },
    ]);
  });

  it('are spread evenly over the run where its log has no times', () => {
    const timeless = { ...run.told, steps: [1, 2].map((n) => step(n) as EventOf<'step'>) };
    expect(runScalars({ ...run, told: timeless }).map(({ wallTime }) => wallTime - began)).toEqual([1.5, 3]);
  });

  it('are written into a folder for each run, and replaced when they are written again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-tensorboard-'));
    try {
      for (let time = 0; time < 2; time++) await writeEventFiles(folder, [run, { ...run, id: 'other' }]);
      expect((await readdir(folder)).sort()).toEqual(['other', 'tickets-20261121-104501']);
      const [file, ...others] = await readdir(join(folder, 'other'));
      expect([file, others]).toEqual(['events.out.tfevents.1795257901.softprompt', []]);
      const written = await readFile(join(folder, 'other', file ?? ''));
      expect(Buffer.compare(written, eventFile(1795257901, runScalars(run)))).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
