import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { voteRules, type EnsembleReport, type Interval, type VoteRule } from '../protocol/evaluation.js';
import { promptConfigFiles } from './adapterConfig.js';
import { writeFileAtomic } from './atomicFile.js';
import { formatJson, readJson } from './readJson.js';
import { ensureStore, ensemblesFolder } from './storeLocation.js';

/** `ensembles/NAME/ensemble.json` of a store: which prompts answer together, and what they scored last. Its folder's name is its name. */
export const ensembleFile = 'ensemble.json';

const text = z.string().min(1);
const vote = z.enum(voteRules);
const voteScore = z.object({
  value: z.number(),
  /** Distance from the members' mean, and its interval. */
  gain: z.number(),
  gainInterval: z.object({ low: z.number(), high: z.number() }),
});

const resultsSchema = z.object({
  /** Absolute. */
  file: text,
  /** ISO 8601, UTC. */
  date: z.iso.datetime(),
  rows: z.int().min(0),
  /** Accuracy: of the members in their order, their mean, the best of them, and by each rule. */
  members: z.array(z.number()),
  mean: z.number(),
  best: z.number(),
  votes: z.record(vote, voteScore),
  /** The folder of the rows' results, where they are kept; absolute or relative to the store. */
  evaluation: z.exactOptional(text),
});

const ensembleSchema = z.object({
  version: z.literal(1),
  /** ISO 8601, UTC. */
  created: z.iso.datetime(),
  /** Folders: relative to the store, with slashes, or absolute outside of it. */
  members: z.array(text),
  vote,
  results: z.exactOptional(resultsSchema),
});
type EnsembleText = z.infer<typeof ensembleSchema>;

export interface EnsembleResults {
  readonly file: string;
  readonly date: string;
  readonly rows: number;
  readonly members: readonly number[];
  readonly mean: number;
  readonly best: number;
  readonly votes: Readonly<Record<VoteRule, EnsembleScore>>;
  /** The folder of the rows' results, where they are kept. */
  readonly evaluation?: string;
}
export interface EnsembleScore {
  readonly value: number;
  readonly gain: number;
  readonly gainInterval: Interval;
}

export interface EnsembleMember {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  /** False where the prompt was deleted or renamed, or is still to be trained. */
  readonly isThere: boolean;
}

export interface Ensemble {
  readonly name: string;
  readonly created: string;
  readonly members: readonly EnsembleMember[];
  readonly vote: VoteRule;
  /** The last; absent before the first, and once the members are others. */
  readonly results?: EnsembleResults;
}

/** Throws `store.badEnsemble`, `store.fileMissing` or `store.unreadable`. */
export async function readEnsemble(folder: string): Promise<Ensemble> {
  const { created, members, vote: rule, results } = await readJson(join(folder, ensembleFile), ensembleSchema, damaged);
  const store = storeOfEnsemble(folder);
  return {
    name: basename(folder),
    created,
    vote: rule,
    members: members.map((member) => {
      const prompt = resolve(store, member);
      return {
        folder: prompt,
        name: basename(prompt),
        isThere: promptConfigFiles.some((file) => existsSync(join(prompt, file))),
      };
    }),
    ...(results && {
      results: {
        ...results,
        ...(results.evaluation !== undefined && { evaluation: resolve(store, results.evaluation) }),
      },
    }),
  };
}

/** Makes an ensemble, or puts another in place of one of the same name; gives back its folder. Throws `store.noSpace` or `store.readOnly`. */
export async function saveEnsemble(
  store: string,
  name: string,
  ensemble: { readonly prompts: readonly string[]; readonly vote: VoteRule; readonly results?: EnsembleResults },
  at = new Date(),
): Promise<string> {
  const folder = join(ensemblesFolder(store), name);
  await ensureStore(store);
  await write(folder, {
    version: 1,
    created: at.toISOString(),
    members: ensemble.prompts.map((prompt) => fromStore(store, prompt)),
    vote: ensemble.vote,
    ...(ensemble.results && { results: writtenResults(store, ensemble.results) }),
  });
  return folder;
}

export interface EnsembleChange {
  readonly prompts?: readonly string[];
  readonly vote?: VoteRule;
  readonly results?: EnsembleResults;
}

/** Changes what is given; other members have no results yet. Throws as `readEnsemble` and `saveEnsemble` do. */
export async function changeEnsemble(folder: string, { prompts, vote: rule, results }: EnsembleChange): Promise<void> {
  const store = storeOfEnsemble(folder);
  const { results: before, ...known } = await readJson(join(folder, ensembleFile), ensembleSchema, damaged);
  const kept = results ? writtenResults(store, results) : prompts ? undefined : before;
  await write(folder, {
    ...known,
    ...(prompts && { members: prompts.map((prompt) => fromStore(store, prompt)) }),
    ...(rule && { vote: rule }),
    ...(kept && { results: kept }),
  });
}

/** What an ensemble keeps of a report. */
export function ensembleResults(
  { members, mean, best, votes }: EnsembleReport,
  of: { readonly file: string; readonly rows: number; readonly date?: Date; readonly evaluation?: string },
): EnsembleResults {
  const scoreOf = (rule: VoteRule): EnsembleScore => {
    const { value, gain, gainInterval } = votes[rule];
    return { value, gain, gainInterval };
  };
  return {
    file: of.file,
    date: (of.date ?? new Date()).toISOString(),
    rows: of.rows,
    members: members.map(({ value }) => value),
    mean,
    best,
    votes: { majority: scoreOf('majority'), mean: scoreOf('mean'), weighted: scoreOf('weighted') },
    ...(of.evaluation !== undefined && { evaluation: of.evaluation }),
  };
}

/** The folders of an ensemble's members. Throws `store.fewMembers`, or `store.memberGone`, which names those that are not there. */
export function presentMembers({ members }: Pick<Ensemble, 'members'>): string[] {
  const gone = members.filter(({ isThere }) => !isThere);
  if (gone.length > 0)
    throw new SoftpromptError('store.memberGone', { names: gone.map(({ name }) => name).join(', ') });
  if (members.length < 2) throw new SoftpromptError('store.fewMembers', { count: members.length });
  return members.map(({ folder }) => folder);
}

export const storeOfEnsemble = (folder: string): string => dirname(dirname(folder));

const write = (folder: string, ensemble: EnsembleText): Promise<void> =>
  writeFileAtomic(join(folder, ensembleFile), formatJson(ensemble));

const writtenResults = (store: string, results: EnsembleResults): NonNullable<EnsembleText['results']> => ({
  ...results,
  members: [...results.members],
  votes: { ...results.votes },
  ...(results.evaluation !== undefined && { evaluation: fromStore(store, results.evaluation) }),
});

/** A store that is moved, or seen from another machine, takes what lies in it along. */
function fromStore(store: string, path: string): string {
  const inside = relative(store, path);
  return isAbsolute(inside) || inside.startsWith('..') ? path : inside.split(sep).join('/');
}

function damaged(file: string, found: string, expected: string, cause?: unknown): SoftpromptError<'store.badEnsemble'> {
  return new SoftpromptError('store.badEnsemble', { file, found, expected }, { cause });
}
