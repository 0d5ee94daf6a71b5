import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listRuns } from '../../src/store/catalogue.js';
import { runFile } from '../../src/store/runFiles.js';
import { kindOf } from '../../src/store/storeLocation.js';
import { readTable } from '../../src/store/sweepFolder.js';
import { startCluster, whyNoSlurm, type Cluster } from './cluster.js';

const missing = whyNoSlurm();
if (missing !== undefined) console.log(`The Slurm sweep is skipped: ${missing}.`);

/** Long enough on one processor that a node dies in the midst of a run that has a checkpoint. */
const recipe = {
  data: { train: 'tickets/test.jsonl', devRows: 20, template: '{text}\nTopic:' },
  method: { peft_type: 'PROMPT_TUNING' },
  training: { maxSteps: 300, evalEvery: 100, batchSize: 8, learningRate: 0.1 },
  provider: 'cpu',
  threads: 1,
  sweep: { 'method.num_virtual_tokens': [1, 4], 'training.seed': { from: 1, to: 4 } },
};

test.skipIf(missing !== undefined)(
  'eight runs on two nodes, one of which is lost in the midst of a run, are eight results in one table',
  { timeout: 1_200_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-slurm-'));
    const cluster = await startCluster(folder);
    try {
      await cp('media/sample/tickets', join(folder, 'tickets'), { recursive: true });
      await writeFile(join(folder, 'tickets.softprompt.json'), JSON.stringify(recipe));
      const store = join(folder, '.softprompt');
      const swept = softprompt(['sweep', 'tickets.softprompt.json', '--slurm', '--store', store], folder, cluster);
      const killed = await runWithCheckpoint(cluster, store);
      await cluster.killNode('node2');
      console.log(`node2 was killed while it ran ${killed}\n${cluster.state()}`);

      expect(await swept).toBe(0);
      console.log(cluster.state());
      const table = await readTable(join(store, 'sweeps', 'tickets'));
      expect(table?.results.map(({ state }) => state)).toEqual(Array<string>(8).fill('finished'));
      const runs = (await listRuns(store)).flatMap((run) => ('value' in run ? [run.value] : []));
      const unfinished = runs.filter(({ state }) => state !== 'finished');
      expect(unfinished.map(({ status }) => status.name)).toContain(killed);
      expect(new Set(runs.filter(({ state }) => state === 'finished').map(({ status }) => status.name)).size).toBe(8);
      expect(await readdir(join(store, 'prompts'))).toHaveLength(8);

      const elsewhere = join(folder, 'elsewhere');
      const [, tokens = '', seed = ''] = /-(\d+)-seed-(\d+)$/.exec(killed) ?? [];
      const options = ['--virtual-tokens', tokens, '--seed', seed, '--name', killed, '--store', elsewhere];
      expect(await softprompt(['train', 'tickets.softprompt.json', ...options], folder, cluster)).toBe(0);
      const bytes = (of: string) => readFile(join(of, 'prompts', killed, 'adapter_model.safetensors'));
      expect(await bytes(store), 'as if its node had lived').toEqual(await bytes(elsewhere));
    } finally {
      await cluster.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);

/** The name of a run on node2, once it has something to go on from. */
async function runWithCheckpoint({ tasksOn }: Cluster, store: string): Promise<string> {
  for (;;) {
    await sleep(500);
    const tasks = await tasksOn('node2');
    for (const run of await listRuns(store)) {
      if (!('value' in run) || !tasks.includes(run.value.status.pid)) continue;
      if ((await kindOf(runFile(run.folder, 'checkpoint'))) === 'file') return run.value.status.name;
    }
  }
}

function softprompt(argv: readonly string[], folder: string, { environment }: Cluster): Promise<number | null> {
  const env = { ...environment, SOFTPROMPT_HOME: join(folder, 'home') };
  const program = [resolve('dist/softprompt.mjs'), ...argv];
  const child = spawn(process.execPath, program, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', done);
  });
}
