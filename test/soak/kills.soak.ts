import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/common/random.js';
import { noteDeath, startRun } from '../../src/host/process/startRun.js';
import { describeMessage } from '../../src/errors/catalogue.js';
import { runFile } from '../../src/store/runFiles.js';
import { createRun, queueRun, readRun } from '../../src/store/runFolder.js';
import { listRuns } from '../../src/store/catalogue.js';
import { loadPrompt } from '../../src/store/promptFolder.js';
import { readEvents } from '../../src/store/eventLog.js';
import { readCheckpoint } from '../../src/training/checkpoint.js';
import { everyMethod, ownHome, shortRecipe } from '../support/trainedRuns.js';

const settings = { node: process.execPath, extensionFolder: resolve('.'), unwatched: 'continue' } as const;
/** Long enough for all kills, whatever the method. */
const training = { maxSteps: 1500, evalEvery: 100 };
/** A run that is killed again and again must still come further: this long it is left alone at least. */
const leastMs = 1500;
const mostMs = 9000;

const kills = 20;
const whileWriting = 5;

/** As the extension does, each time: the reason is noted, and the run resumed. */
test.each(Object.entries(everyMethod))(
  `%s, killed ${kills} times, ${whileWriting} of them while it writes a checkpoint, ends as if undisturbed`,
  { timeout: 3_600_000 },
  async (name, { method, learningRate }) => {
    const short = () => shortRecipe({ ...training, learningRate }, method);
    const home = await ownHome('soak');
    try {
      const [whole, killed] = [join(home, 'whole'), join(home, 'killed')];
      const undisturbed = await createRun(whole, short(), 0);
      await processEnd(undisturbed);
      const random = seededRandom(Date.now());
      const folder = await createRun(killed, short(), 0);
      let mostLost = 0;
      for (let kill = 1; kill <= kills; kill++) {
        const writing = kill % Math.floor(kills / whileWriting) === 0;
        const ended = processEnd(folder);
        await (writing
          ? checkpointBeingWritten(folder, new Set(await readdir(folder)))
          : pause(leastMs + random.next() * (mostMs - leastMs)));
        const { status: living } = await readRun(folder);
        expect(living.pid).toBeGreaterThan(0);
        process.kill(living.pid, 'SIGKILL');
        const signal = await ended;
        await noteDeath(folder, signal);
        const { status } = await readRun(folder);
        if (!status.error) throw new Error(`There is no reason after kill ${kill}.`);
        const lost = await secondsLost(folder);
        mostLost = Math.max(mostLost, lost);
        const place = writing ? 'while a checkpoint was written' : 'at a random moment';
        console.log(
          `${kill}: killed ${place}, ${lost.toFixed(1)} s of work lost: ${describeMessage(status.error).message}`,
        );
        for (const run of await listRuns(killed)) if ('damage' in run) throw run.damage;
        await queueRun(folder);
      }
      await processEnd(folder);
      const bytes = (store: string) => readFile(join(store, 'prompts', 'short', 'adapter_model.safetensors'));
      expect(await bytes(killed)).toEqual(await bytes(whole));
      await loadPrompt(join(killed, 'prompts', 'short'));
      console.log(
        `${name}, ${kills} kills: the same bytes as undisturbed; at most ${mostLost.toFixed(1)} s of work repeated`,
      );
    } finally {
      await rm(home, { recursive: true });
    }
  },
);

async function processEnd(folder: string): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => void startRun(folder, settings, resolve).catch(reject));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A temporary file is there that will be renamed over the checkpoint; those of earlier kills do not count. */
async function checkpointBeingWritten(folder: string, before: ReadonlySet<string>): Promise<void> {
  await pause(leastMs);
  while (!(await readdir(folder)).some((name) => /^\.checkpoint.*\.tmp$/.test(name) && !before.has(name)))
    await new Promise((resolve) => setImmediate(resolve));
}

/** Between the last checkpoint and the last step that the log tells, by the speed that it tells. */
async function secondsLost(folder: string): Promise<number> {
  const steps = (await readEvents(runFile(folder, 'events'))).filter((event) => event.type === 'step');
  const kept = await readCheckpoint(runFile(folder, 'checkpoint')).catch(() => undefined);
  const lost = steps.filter(({ step }) => step > (kept?.state.step ?? 0));
  return lost.reduce((sum, { examplesPerSecond }) => sum + 8 / examplesPerSecond, 0);
}
