import { defined } from '../../common/assert.js';
import { evaluateExamples, type Evaluation } from '../../evaluation/evaluateExamples.js';
import { sampleRows } from '../../evaluation/judgeRow.js';
import { entering } from '../../evaluation/openPrompt.js';
import type { Answering, Member } from '../../evaluation/standing.js';
import { kept, noMethod } from '../../methods/method.js';
import { adapterShape } from '../../store/adapterShape.js';
import { readPartVectors } from '../../store/groupParts.js';
import type { PromptDetails } from '../../store/promptDetails.js';
import { adapterConfigOf } from '../keepPrompt.js';
import type { OnEvent } from '../ownedRun.js';
import type { RunContext } from '../runContext.js';
import type { GroupsRun, PlannedGroup } from './plan.js';

const sampleCount = 12;

/**
 * Scores the test rows, each by its own group's prompt, in mixed batches, and then without a prompt where the recipe asks for it; undefined where
 * it was stopped. Rows of a group without a prompt are the bare model's: where they may not be, there are none.
 */
export async function testGroups(
  { folder }: GroupsRun,
  context: RunContext,
  plan: readonly PlannedGroup[],
  emit: OnEvent,
  signal: AbortSignal,
): Promise<PromptDetails['scores'] | undefined> {
  const { recipe, base, model, method, data, tokenize, engine, shared } = context;
  const { test } = data.splits;
  if (test.length === 0) return [];
  const bare: Member = { method: noMethod };
  const keys = new Map(plan.map(({ group, key }) => [group, key]));
  const members = new Map<string, Member>();
  const config = adapterConfigOf(context);
  const shape = adapterShape(config);
  const opened = { model, method: kept(method) };
  for (const group of new Set(data.grouped?.test)) {
    const key = keys.get(group);
    const stored = key !== undefined && { shape, data: await readPartVectors(folder, key) };
    members.set(group, stored ? entering(stored, config, opened) : bare);
  }
  const { ranking } = recipe.evaluation ?? {};
  const sessions = shared && { sessions: shared.scoring };
  const setting = { engine, weights: base.weights, model, task: data.task, tokenize, ranking, ...sessions };
  const evaluate = (answering: Answering): Promise<Evaluation | undefined> =>
    evaluateExamples(setting, answering, test, [], async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return !signal.aborted;
    });
  const scores: PromptDetails['scores'] = [];
  const own = data.grouped?.test.map((group) => defined(members.get(group), 'a member')) ?? [];
  for (const answering of recipe.baseline ? [own, bare] : [own]) {
    const evaluation = await evaluate(answering);
    if (!evaluation) return undefined;
    const { metric, value, loss, metrics, scored } = evaluation;
    const baseline = answering === bare;
    const step = plan.length * recipe.training.maxSteps;
    const samples = sampleRows(scored, test, data.task, sampleCount);
    emit({ type: 'evaluation', step, split: 'test', baseline, loss, metric, value, metrics, best: false, samples });
    scores.push({ split: 'test', baseline, metrics });
  }
  return scores;
}
