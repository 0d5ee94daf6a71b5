import { rm } from 'node:fs/promises';
import { saveTunedModel } from '../models/tunedModel.js';
import { trainsPrompt } from '../protocol/recipe.js';
import { runFile } from '../store/runFiles.js';
import type { RunContext } from './runContext.js';
import type { LoopResult } from './trainLoop.js';

/**
 * What stays of a tuned model, all of it in the run's folder: its scores and record always, the model itself where the recipe asks for it, as
 * it is several times as large as its base on disk. A run that is over needs no checkpoint; one that was stopped goes on from it. Gives back
 * the model's folder, or the run's.
 */
export async function keepModel(
  folder: string,
  { recipe, base, method }: RunContext,
  { best, reason }: LoopResult,
): Promise<string> {
  await rm(runFile(folder, 'tunedWeights'), { force: true });
  if (reason === 'stopped') return folder;
  const isKept = !trainsPrompt(recipe.method) && recipe.method.save_model;
  const model = runFile(folder, 'tunedModel');
  if (isKept) await saveTunedModel(model, base.path, method.parameters, best);
  await rm(runFile(folder, 'checkpoint'), { force: true });
  return isKept ? model : folder;
}
