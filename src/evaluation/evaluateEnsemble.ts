import { defined } from '../common/assert.js';
import { presetSource } from '../data/presets/presets.js';
import { readTable } from '../data/readTable.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { noMethod } from '../methods/method.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import type { DatasetSource, Example } from '../protocol/dataset.js';
import type { EnsembleReport, Probability, VoteRule } from '../protocol/evaluation.js';
import type { JudgedRow, Metrics } from '../protocol/events.js';
import { refuseStrangers } from '../store/ensembleMembers.js';
import { summarisePrompt, type PromptSummary } from '../store/promptFolder.js';
import { presetOf, rowsFor } from './askedRows.js';
import { candidateBatches, commonBeginning } from './candidates.js';
import { ensembleReport } from './ensembleReport.js';
import { evaluateExamples, exampleCandidates } from './evaluateExamples.js';
import { candidateProbabilities, predicted } from './metrics.js';
import { engineFor, openPrompt, type EngineWishes, type OpenedPrompt } from './openPrompt.js';
import { rankedScores } from './ranking.js';
import { openScorer } from './scorer.js';
import { voteOf } from './votes.js';

export interface EnsembleRequest extends EngineWishes {
  /** Their folders. */
  readonly prompts: readonly string[];
  readonly vote: VoteRule;
  /** A base model to use instead of the one that the prompts name; it must be the same weights. */
  readonly model?: string;
  readonly file: DatasetSource;
  readonly maxRows?: number;
  /** Whether the same template without a prompt is scored too. */
  readonly baseline: boolean;
}

/** A row by the chosen vote, with what each member says. */
export interface EnsembleRow extends JudgedRow {
  readonly votes: readonly Probability[];
}

export interface EnsembleResult {
  readonly report: EnsembleReport;
  readonly baseline?: Metrics;
  readonly rows: readonly EnsembleRow[];
}

/**
 * Scores a file's rows with several prompts at once, on a base model that is loaded once. An abort stops between two batches and rejects
 * with the signal's reason. Throws what `refuseStrangers` and `openPrompt` throw.
 */
export async function evaluateEnsemble(
  request: EnsembleRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<EnsembleResult> {
  const { prompts, vote } = request;
  const summaries = await Promise.all(prompts.map((folder) => summarisePrompt(folder)));
  refuseStrangers(summaries);
  const members = await openMembers(request);
  // Rows are cut to the room that the longest prompt leaves.
  const longest = members.reduce((most, member) =>
    member.method.virtualTokens > most.method.virtualTokens ? member : most,
  );
  const table = await readTable(request.file.path, presetSource(request.file, presetOf(longest.prompt)));
  const { setting, examples } = rowsFor(longest, table, await engineFor(request), request);
  const { task, ranking = 'sum' } = setting;
  if (!task.labels) throw new SoftpromptError('store.memberText', { prompt: defined(summaries[0], 'a member').name });
  const labels = Object.keys(task.labels);

  const total = examples.length * (members.length + Number(request.baseline));
  const proceed = async (done: number): Promise<boolean> => {
    onProgress(done, total);
    await new Promise((resolve) => setImmediate(resolve));
    return !signal.aborted;
  };
  const candidates = examples.map((e) => exampleCandidates(e, setting, longest));
  const inputs = candidates.map((c) => c.candidates);
  const beginning = commonBeginning(inputs);
  /** [member][example][label] */
  const scores = members.map((): number[][] => []);
  const scorer = await openScorer(setting, members, beginning);
  try {
    let done = 0;
    for (const batch of candidateBatches(inputs, { cached: beginning.length, members: members.length })) {
      const found = await scorer.score(batch.map((i) => defined(inputs[i], 'an example')));
      batch.forEach((example, b) => {
        const { continuations } = defined(inputs[example], 'an example');
        scores.forEach((member, m) => {
          member[example] = [...rankedScores(defined(found[m]?.[b], 'scores'), continuations, ranking)];
        });
      });
      if (!(await proceed(members.length * (done += batch.length)))) signal.throwIfAborted();
    }
  } finally {
    await scorer.dispose();
  }
  const expected = candidates.map((candidate) => candidate.expected);
  const named = summaries.map((summary, i) => ({
    prompt: defined(prompts[i], 'a prompt'),
    name: summary.name,
    weight: devAccuracy(summary),
  }));
  const before = members.length * examples.length;
  const bare = request.baseline
    ? await evaluateExamples(setting, { method: noMethod }, examples, [], (done) => proceed(before + done))
    : undefined;
  signal.throwIfAborted();
  return {
    report: ensembleReport({ labels, scores, expected, members: named, metric: 'accuracy' }),
    ...(bare && { baseline: bare.metrics }),
    rows: examples.map((example, row) => {
      const probabilities = scores.map((member) => candidateProbabilities(defined(member[row], 'a row')));
      return votedRow(
        example,
        labels,
        probabilities,
        vote,
        named.map(({ weight }) => weight),
      );
    }),
  };
}

/** Every member, on one base model. */
async function openMembers({ prompts, cacheFolder, model }: EnsembleRequest): Promise<OpenedPrompt[]> {
  const bases = new Map<string, Promise<BaseModel>>();
  const openBase = (path: string): Promise<BaseModel> => {
    const base = bases.get(path) ?? openModel(path, { cacheFolder });
    bases.set(path, base);
    return base;
  };
  const members: OpenedPrompt[] = [];
  for (const promptFolder of prompts)
    members.push(await openPrompt({ promptFolder, cacheFolder, ...(model !== undefined && { model }) }, openBase));
  return members;
}

/** What a vote by score weighs a member with; as much as any other where none was told. */
function devAccuracy({ details }: PromptSummary): number {
  const dev = details?.scores.find(({ split, baseline }) => split === 'dev' && !baseline);
  return dev?.metrics.accuracy ?? 1;
}

function votedRow(
  { line, label }: Example,
  labels: readonly string[],
  probabilities: readonly (readonly number[])[],
  rule: VoteRule,
  weights: readonly number[],
): EnsembleRow {
  const told = (of: readonly number[], choice: number): Probability => ({
    label: defined(labels[choice], 'a label'),
    probability: defined(of[choice], 'a probability'),
  });
  const vote = voteOf(rule, probabilities, weights);
  const answer = told(vote.probabilities, vote.predicted);
  return {
    line,
    expected: defined(labels[defined(label, 'a label')], 'a label'),
    predicted: answer.label,
    probability: answer.probability,
    votes: probabilities.map((member) => told(member, predicted(member))),
  };
}
