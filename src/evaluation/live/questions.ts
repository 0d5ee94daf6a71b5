import { defined } from '../../common/assert.js';
import type { ResolvedTask } from '../../data/columns.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { noMethod } from '../../methods/method.js';
import { candidateBatches, commonBeginning, type Candidates } from '../candidates.js';
import { exampleCandidates } from '../evaluateExamples.js';
import { greedy } from '../generation/generate.js';
import type { ModelCache } from '../modelCache.js';
import type { PromptDesign } from '../promptDesign.js';
import { isOfGroups, methodOfGroup } from '../openGroups.js';
import { rankedScores } from '../ranking.js';
import type { Member } from '../standing.js';
import { judgeTokens, type OpenJudge } from './judge.js';
import type { Asked, TextRow } from './textRows.js';
import type { Outcome } from './verdicts.js';
import type { Stage } from './workQueue.js';

/** What is asked of a model about one row, or about several that are alike. */
export interface Question {
  readonly key: string;
  readonly candidates: Candidates;
  readonly targetTokens: number;
  /** Whose row it is about, where groups have prompts of their own. */
  readonly group: string | undefined;
}

/** Questions about rows, or why there is none: one for each key. */
export function questionsAbout(
  rows: ReadonlyMap<string, Asked>,
  {
    stage,
    judge,
    task,
    design,
  }: { stage: Stage; judge: OpenJudge; task: ResolvedTask; design?: PromptDesign | undefined },
): { questions: Question[]; problems: [key: string, outcome: Outcome][] } {
  const tokenize = judgeTokens(judge.first, task);
  const setting = { task, tokenize, ...design };
  const methodOf = methodFor(stage, judge);
  const questions: Question[] = [];
  const problems: [string, Outcome][] = [];
  for (const [key, { example, group }] of rows) {
    try {
      const { candidates, targetTokens } = exampleCandidates(example, setting, methodOf(group));
      questions.push({ key, candidates, targetTokens, group });
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      problems.push([key, { problem: error.toMessage() }]);
    }
  }
  return { questions, problems };
}

/** Who is asked about a group's rows, or about all. */
function methodFor(
  stage: Stage,
  { first: { opened } }: OpenJudge,
): (group: string | undefined) => Pick<Member, 'method'> {
  const bare = { method: noMethod };
  if (stage !== 'prompts') return () => bare;
  if (!isOfGroups(opened)) return () => opened;
  const methodOf = methodOfGroup(opened);
  return (group) => methodOf(defined(group, 'a group'));
}

/** How long a batch should take: who changes a row waits for the one under way. */
const batchMs = 120;
/** Of a model that has not been asked yet, in tokens a millisecond: of some 100 million parameters on two cores. */
const firstPace = 0.3;

/** Cuts questions into batches of like length that take about as long as a person does not notice. */
export interface Pace {
  batches(questions: readonly Question[]): Question[][];
  /** Tells how long a batch took. */
  took(batch: readonly Question[], ms: number): void;
}

export function makePace(): Pace {
  let tokensPerMs = firstPace;
  const tokensOf = ({ candidates: { inputIds, continuations } }: Question): number =>
    continuations.reduce((sum, ids) => sum + ids.length - 1, inputIds.length);
  return {
    batches: (questions) =>
      candidateBatches(questions.map(({ candidates }) => candidates)).flatMap((batch) => {
        const pieces: Question[][] = [];
        let room = 0;
        for (const question of batch.map((i) => defined(questions[i], 'a question'))) {
          room -= tokensOf(question);
          if (room < 0) {
            pieces.push([]);
            room = tokensPerMs * batchMs - tokensOf(question);
          }
          pieces.at(-1)?.push(question);
        }
        return pieces;
      }),
    took: (batch, ms) => {
      const tokens = batch.reduce((sum, question) => sum + tokensOf(question), 0);
      tokensPerMs += (tokens / Math.max(ms, 1) - tokensPerMs) / 2;
    },
  };
}

interface Answering {
  readonly stage: Stage;
  readonly judge: OpenJudge;
  readonly task: ResolvedTask;
  readonly beginning: readonly number[];
}

/** What the models of a stage answer, in the questions' order; `beginning` is what the questions of the file begin with. */
export async function answer(
  models: ModelCache,
  { stage, judge, task, beginning }: Answering,
  questions: readonly Question[],
): Promise<[key: string, outcome: Outcome][]> {
  const scores = await scoresOf(models, { stage, judge, beginning }, questions);
  const writes = stage === 'prompts' && task.labels === undefined;
  const texts = writes ? await writeTexts(models, judge, questions) : [];
  const ranking = judge.first.opened.prompt.recipe?.evaluation?.ranking ?? 'sum';
  return questions.map(({ key, candidates: { continuations }, targetTokens }, i) => {
    const found = scores.map((member) => defined(member[i], 'scores'));
    const text = texts[i];
    const ranked = continuations.length > 1 ? found.map((one) => rankedScores(one, continuations, ranking)) : found;
    return [key, { scores: ranked, targetTokens, ...(text !== undefined && { text }) }];
  });
}

/** [member][question][candidate] */
async function scoresOf(
  models: ModelCache,
  { stage, judge, beginning }: Omit<Answering, 'task'>,
  questions: readonly Question[],
): Promise<number[][][]> {
  const candidates = questions.map((question) => question.candidates);
  const folders = judge.prompts.map(({ folder }) => folder);
  const folder = defined(folders[0], 'a prompt');
  if (stage !== 'prompts') return models.scoreBare(folder, candidates, beginning);
  if (judge.grouping === undefined) return models.score(folders, candidates, beginning);
  const groups = questions.map(({ group }) => defined(group, 'a group'));
  return [await models.scoreOwn(folder, candidates, groups, beginning)];
}

/** As many tokens as an answer may have. */
const longestAnswer = 64;

/** What a judge of free text writes behind each input. */
async function writeTexts(models: ModelCache, judge: OpenJudge, questions: readonly Question[]): Promise<string[]> {
  const { folder } = defined(judge.prompts[0], 'a prompt');
  const texts: string[] = [];
  for (const { candidates, group } of questions) {
    const writer = group === undefined ? 'prompt' : { group };
    const { text } = await models.write(folder, writer, (generator) =>
      generator.generate(candidates.inputIds, { ...greedy, maxTokens: longestAnswer }),
    );
    texts.push(text.trim());
  }
  return texts;
}

/** Rows that tell what all begin with, and the fewest that do. */
const [sampledRows, fewestRows] = [32, 4];

/** Some rows, evenly spread over all: a template's first words are what all of them begin with. */
export function sampleRows(rows: readonly TextRow[]): Map<string, Asked> {
  const stride = Math.max(1, Math.floor(rows.length / sampledRows));
  const sampled = rows.filter((_, i) => i % stride === 0).slice(0, sampledRows);
  return new Map(sampled.flatMap(({ content, key }) => ('example' in content ? [[key, content]] : [])));
}

/** The token ids that questions begin with alike; none of too few questions, which are alike by accident. */
export const beginningOf = (questions: readonly Question[]): readonly number[] =>
  questions.length < fewestRows ? [] : commonBeginning(questions.map(({ candidates }) => candidates));
