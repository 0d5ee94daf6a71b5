import { availableParallelism } from 'node:os';
import { tokenizeExample } from '../data/tokenize.js';
import type { Preview, PreviewRow } from '../protocol/inspectMessages.js';
import { describeData } from './describeData.js';
import { estimateRun } from './estimate.js';
import { planRun, type RecipeRequest, type RunPlan } from './runContext.js';

const shownRows = 5;

/** What a recipe's run would be, before it starts. Throws what `planRun` throws. */
export async function previewRecipe(request: RecipeRequest): Promise<Preview> {
  const plan = await planRun(request);
  const { base, data, recipe } = plan;
  return {
    model: base.name,
    task: data.task,
    rows: previewRows(plan),
    events: describeData(plan),
    estimate: estimateRun(plan, recipe.threads ?? availableParallelism()),
  };
}

function previewRows({ data, tokenize, method }: RunPlan): PreviewRow[] {
  return data.splits.train.slice(0, shownRows).map((example) => {
    const { inputIds, targetIds, cutTokens } = tokenizeExample(example, tokenize);
    const { file, line, input, target } = example;
    return {
      file,
      line,
      split: 'train',
      virtualTokens: method.virtualTokens,
      input,
      target: tokenize.targetPrefix + target,
      tokens: inputIds.length + targetIds.length,
      cutTokens,
    };
  });
}
