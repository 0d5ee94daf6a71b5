import { spawnSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { judgeActivations } from './activations.js';
import { judgeGenerations } from './generations.js';
import { caseIds, judgedCases } from './judgedCases.js';
import { judgedNames, prepareModel, type Preparation } from './judgedModels.js';
import { judgeRoundTrip } from './logits.js';
import { judgeLosses } from './losses.js';
import { trainBoth } from './training.js';
import type { Verdict } from './verdict.js';

const judgements = ['losses', 'logits', 'activations', 'generate'] as const;

/** Everything that PEFT is asked afresh, a line a case. The exit code is 1 where a bar is missed, 2 where there is no PEFT to ask. */
export async function benchParity(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: judgements.join() },
      models: { type: 'string', default: judgedNames.join() },
      cases: { type: 'string', default: caseIds.join() },
      steps: { type: 'string', default: '20' },
    },
  });
  const only = z.array(z.enum(judgements)).parse(values.only.split(','));
  const names = z.array(z.enum(judgedNames)).parse(values.models.split(','));
  const cases = z.array(z.enum(caseIds)).parse(values.cases.split(','));
  const python = process.env.PYTHON;
  if (!python || spawnSync(python, ['-c', 'import torch, transformers, peft, safetensors']).status !== 0) {
    process.stderr.write('PYTHON must name a Python that has the packages of ../shared/referee/requirements.txt.\n');
    process.exitCode = 2;
    return;
  }
  // No time is measured here: torch's waiting threads leave the cores to others.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-parity-')));
  const preparation: Preparation = { python, folder, steps: z.coerce.number().int().min(1).parse(values.steps) };
  const report = ({ ok, line }: Verdict): void => {
    process.stdout.write(`${line}: ${ok ? 'ok' : 'NOT OK'}\n`);
    if (!ok) process.exitCode = 1;
  };
  try {
    for (const name of names) {
      const judged = await prepareModel(name, preparation);
      const trains = only.includes('losses') || only.includes('logits');
      for (const which of judgedCases.filter(({ id }) => trains && cases.includes(id))) {
        const trained = await trainBoth(judged, which, preparation);
        if (only.includes('losses')) report(await judgeLosses(judged, which, trained));
        if (only.includes('logits')) report(await judgeRoundTrip(judged, which, trained, preparation));
      }
      if (only.includes('generate'))
        for (const which of judgedCases.filter(({ id }) => cases.includes(id)))
          report(await judgeGenerations(judged, which, preparation));
      if (only.includes('activations'))
        for await (const verdict of judgeActivations(judged, preparation)) report(verdict);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
