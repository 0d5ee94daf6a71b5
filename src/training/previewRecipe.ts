import { availableParallelism } from 'node:os';
import { inputWithSlots } from '../data/examples.js';
import { tokenCount, tokenizeExample } from '../data/tokenize.js';
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
    const tokenized = tokenizeExample(example, tokenize);
    const { file, line, slots, target } = example;
    return {
      file,
      line,
      split: 'train',
      virtualTokens: slots?.some(({ count }) => count > 0) ? 0 : method.virtualTokens,
      input: inputWithSlots(example),
      target: tokenize.targetPrefix + target,
      tokens: tokenCount(tokenized),
      cutTokens: tokenized.cutTokens,
    };
  });
}
