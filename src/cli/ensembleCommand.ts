import { resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import type { VoteRule } from '../protocol/evaluation.js';
import { findPrompt } from '../store/catalogue.js';
import {
  changeEnsemble,
  ensembleResults,
  presentMembers,
  readEnsemble,
  saveEnsemble,
} from '../store/ensembleFolder.js';
import { findEnsemble, refuseEnsembleName } from '../store/ensembles.js';
import { cacheFolder } from '../store/storeLocation.js';
import { ensembleLines } from './ensembleReport.js';
import { exitCodes, type ExitCode } from './failure.js';
import { modelOption } from './recipeOptions.js';
import { print, printJson, shortPath, storeOf } from './runCommand.js';
import { withScoringProgress } from './scoringProgress.js';
import { screenOf } from './terminal.js';
import type { Work } from './work.js';
import type { EvaluateOptions, World } from './world.js';

export interface EnsembleOptions extends EvaluateOptions {
  readonly prompts?: readonly string[];
  readonly ensemble?: string;
  readonly vote?: VoteRule;
  readonly save?: string;
}

/** Scores prompts together, as they are named or as an ensemble holds them, which then keeps the result. */
export async function runEnsemble(file: string, options: EnsembleOptions, work: Work, world: World): Promise<ExitCode> {
  const { folder, environment, out, err, signal } = world;
  const { model, threads, provider, maxRows, baseline, save } = options;
  const store = await storeOf(options, world);
  if (save !== undefined) await refuseEnsembleName(store, save);
  const saved = options.ensemble === undefined ? undefined : await findEnsemble(store, options.ensemble, folder);
  const known = saved === undefined ? undefined : await readEnsemble(saved);
  const prompts: string[] = known ? presentMembers(known) : [];
  if (!known) for (const prompt of options.prompts ?? []) prompts.push(await findPrompt(store, prompt, folder));
  const vote = options.vote ?? known?.vote ?? 'majority';
  const path = resolve(folder, file);
  const request = {
    prompts,
    vote,
    file: { path },
    cacheFolder: cacheFolder(environment),
    spinning: true,
    baseline: baseline === 'on',
    ...(model !== undefined && { model: modelOption(model, folder) }),
    ...(threads !== undefined && { threads }),
    ...(provider !== undefined && { provider }),
    ...(maxRows !== undefined && { maxRows }),
  };
  const result = await withScoringProgress(err, (onProgress) => work.ensemble(request, onProgress, signal));
  const results = ensembleResults(result.report, { file: path, rows: result.rows.length });
  if (saved !== undefined) await changeEnsemble(saved, { results });
  const made = save === undefined ? undefined : await saveEnsemble(store, save, { prompts, vote, results });
  if (options.json) {
    const { rows, ...scores } = result;
    printJson(
      [
        ...rows.map((row) => ({ type: 'row', ...row })),
        { type: 'scores', vote, ...scores, ...(made && { saved: made }) },
      ],
      world,
    );
  } else {
    const words = made === undefined ? [] : ['', l10n.t('Saved in {folder}', { folder: shortPath(made, folder) })];
    print([...ensembleLines(result, vote, file, screenOf(out)), ...words], world);
  }
  return exitCodes.ok;
}
