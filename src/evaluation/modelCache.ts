import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, defined } from '../common/assert.js';
import { noMethod } from '../methods/method.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import type { Engine } from '../runtime/engine.js';
import { promptConfigFiles } from '../store/adapterConfig.js';
import { weightsFile } from '../store/adapterWeights.js';
import { isErrno } from '../store/fileErrors.js';
import { groupSetFiles } from '../store/groupSet.js';
import { promptDetailsFile } from '../store/promptDetails.js';
import type { Candidates } from './candidates.js';
import {
  isOfGroups,
  membersOfGroups,
  openPrompts,
  singlePrompt,
  type OpenedGroups,
  type OpenedPrompts,
} from './openGroups.js';
import { engineFor } from './openPrompt.js';
import { endTokensOf, openGenerator, type Generator } from './generation/generate.js';
import { modelSessions, type ModelSessions } from './modelSessions.js';
import { openMixedScorer } from './mixedScorer.js';
import { openScorer, type Member, type Scorer, type ScorerSetting } from './scorer.js';

/** A prompt, or those of groups, with its base model and what runs it. */
export interface LoadedPrompt {
  readonly opened: OpenedPrompts;
  /** Its base model's, whose sessions all its prompts share. */
  readonly setting: ScorerSetting;
  /** Of its vectors and its task: another where it was trained again. */
  readonly checksum: string;
}

/**
 * Models, prompts and what runs them, kept between questions and freed when none came for a while. A prompt whose files changed is opened
 * anew; one that is gone is an error. Nobody may hold what it gives beyond the work at hand.
 */
export interface ModelCache {
  /** Throws what `openPrompts` throws. */
  open(promptFolder: string): Promise<LoadedPrompt>;
  /**
   * Σ log p of candidates by each prompt, [prompt][example][candidate]; the prompts share their base model. `beginning`: the token ids that most
   * of the examples begin with, now and later, which are then computed once. Throws `store.isGroupSet` for the prompts of groups.
   */
  score(
    promptFolders: readonly string[],
    examples: readonly Candidates[],
    beginning: readonly number[],
  ): Promise<number[][][]>;
  /** The same by the base model of a prompt alone, [1][example][candidate]. */
  scoreBare(promptFolder: string, examples: readonly Candidates[], beginning: readonly number[]): Promise<number[][][]>;
  /** The same by the prompts of groups, each example by its own group's, or by the base model where that has none: [example][candidate]. */
  scoreOwn(
    promptFolder: string,
    examples: readonly Candidates[],
    groups: readonly string[],
    beginning: readonly number[],
  ): Promise<number[][]>;
  /** Works with what writes texts with a prompt, with that of a group, or with the base model alone. */
  write<R>(promptFolder: string, writer: Writer, work: (generator: Generator) => Promise<R>): Promise<R>;
  /** Frees everything that no work is under way with. */
  free(): Promise<void>;
}

export type Writer = 'prompt' | 'bare' | { readonly group: string };

interface Kept {
  dispose(): Promise<void>;
}

/** How many scorers and writers are kept at once: those of a prompt, of the bare model and of one that it is compared with. */
const mostKept = 3;

/** `idleMs` after the last question everything is freed; 0: never. */
export function openModelCache({ cacheFolder, idleMs }: { cacheFolder: string; idleMs: number }): ModelCache {
  const prompts = new Map<string, Promise<{ loaded: LoadedPrompt; stamp: string }>>();
  const bases = new Map<string, Promise<{ base: BaseModel; stamp: string }>>();
  /** The least recently used first. */
  const kept = new Map<string, { readonly value: Promise<Kept>; users: number }>();
  const sessions = new Map<BaseModel, ModelSessions>();
  let engine: Promise<Engine> | undefined;
  let working = 0;
  let idle: NodeJS.Timeout | undefined;

  const openBase = async (path: string): Promise<BaseModel> => {
    const known = await settled(bases.get(path));
    if (known && known.stamp === (await baseStamp(known.base))) return known.base;
    const opening = openModel(path, { cacheFolder }).then(async (base) => ({ base, stamp: await baseStamp(base) }));
    bases.set(path, opening);
    return (await opening).base;
  };

  const settingOf = async ({ base, model }: OpenedPrompts): Promise<ScorerSetting> => {
    const setting = { engine: await (engine ??= engineFor({ cacheFolder })), weights: base.weights, model };
    const own = sessions.get(base) ?? modelSessions(setting);
    sessions.set(base, own);
    return { ...setting, sessions: own, packed: true };
  };

  const load = async (promptFolder: string, stamp: string): Promise<{ loaded: LoadedPrompt; stamp: string }> => {
    const opened = await openPrompts({ promptFolder, cacheFolder }, openBase);
    const loaded = { opened, setting: await settingOf(opened), checksum: checksumOf(opened) };
    return { loaded, stamp: `${stamp} ${await baseStamp(opened.base)}` };
  };

  const open = async (promptFolder: string): Promise<LoadedPrompt> => {
    const stamp = await stampOf(promptFiles.map((name) => join(promptFolder, name)));
    const known = await settled(prompts.get(promptFolder));
    if (known && known.stamp === `${stamp} ${await baseStamp(known.loaded.opened.base)}`) return known.loaded;
    const loading = load(promptFolder, stamp);
    prompts.set(promptFolder, loading);
    return (await loading).loaded;
  };

  const dispose = async (key: string, entry: { readonly value: Promise<Kept> }): Promise<void> => {
    kept.delete(key);
    await (await settled(entry.value))?.dispose();
  };

  const free = async (): Promise<void> => {
    for (const [key, entry] of kept) if (entry.users === 0) await dispose(key, entry);
    if (kept.size > 0) return;
    const unused = [...sessions.values()];
    sessions.clear();
    prompts.clear();
    bases.clear();
    engine = undefined;
    for (const own of unused) await own.dispose();
  };

  /** Counts as a question: what is open stays so while it lasts. */
  const asked = async <R>(work: () => Promise<R>): Promise<R> => {
    clearTimeout(idle);
    working++;
    try {
      return await work();
    } finally {
      working--;
      if (working === 0 && idleMs > 0) {
        clearTimeout(idle);
        idle = setTimeout(() => void free(), idleMs).unref();
      }
    }
  };

  /** Works with what `openKept` makes of prompts; it is kept under `kind` and these prompts until it is idle or others need the room. */
  const use = <T extends Kept, R>(
    kind: string,
    promptFolders: readonly string[],
    openKept: (prompts: readonly LoadedPrompt[]) => Promise<T>,
    work: (kept: T) => Promise<R>,
  ): Promise<R> =>
    asked(async () => {
      const loaded: LoadedPrompt[] = [];
      for (const folder of promptFolders) loaded.push(await open(folder));
      const key = [
        kind,
        ...promptFolders,
        ...loaded.map(({ checksum, opened }) => `${checksum} ${opened.base.checksum}`),
      ].join('\n');
      const entry = kept.get(key) ?? { value: openKept(loaded), users: 0 };
      kept.delete(key);
      kept.set(key, entry);
      entry.users++;
      try {
        const value = await entry.value.catch((error: unknown) => {
          if (kept.get(key) === entry) kept.delete(key);
          throw error;
        });
        return await work(value as T);
      } finally {
        entry.users--;
        for (const [other, unused] of kept)
          if (kept.size > mostKept && unused.users === 0) await dispose(other, unused);
      }
    });

  return {
    open: (promptFolder) => asked(() => open(promptFolder)),
    score: (promptFolders, examples, beginning) =>
      use(
        `score ${beginning.join(' ')}`,
        promptFolders,
        (loaded) =>
          openMembers(
            loaded,
            loaded.map(({ opened }) => singlePrompt(opened)),
            beginning,
          ),
        (scorer) => scorer.score(examples),
      ),
    scoreBare: (promptFolder, examples, beginning) =>
      use(
        `scoreBare ${beginning.join(' ')}`,
        [promptFolder],
        (loaded) => openMembers(loaded, [{ method: noMethod }], beginning),
        (scorer) => scorer.score(examples),
      ),
    scoreOwn: (promptFolder, examples, groups, beginning) =>
      use(
        `scoreOwn ${beginning.join(' ')}`,
        [promptFolder],
        (loaded) => openOwn(defined(loaded[0], 'prompts'), beginning),
        (scorer) => scorer.score(examples, groups),
      ),
    write: (promptFolder, writer, work) =>
      use(
        `write ${typeof writer === 'string' ? writer : JSON.stringify(writer)}`,
        [promptFolder],
        (loaded) => openWriter(defined(loaded[0], 'a prompt'), writer),
        work,
      ),
    free,
  };
}

function openMembers(
  loaded: readonly LoadedPrompt[],
  members: readonly Member[],
  beginning: readonly number[],
): Promise<Scorer> {
  return openScorer(defined(loaded[0], 'a prompt').setting, members, beginning);
}

/** Scores with the prompts of groups. */
interface OwnScorer extends Kept {
  score(examples: readonly Candidates[], groups: readonly string[]): Promise<number[][]>;
}

function openOwn({ opened, setting }: LoadedPrompt, beginning: readonly number[]): Promise<OwnScorer> {
  const members = membersOfGroups(ofGroups(opened));
  const scorer = openMixedScorer(setting, beginning);
  return Promise.resolve({
    score: async (examples, groups) => scorer.score(examples, await members(groups)),
    dispose: () => scorer.dispose(),
  });
}

async function openWriter({ opened, setting }: LoadedPrompt, writer: Writer): Promise<Generator> {
  const { base } = opened;
  const asked = { ...setting, tokenizer: base.tokenizer, endTokens: endTokensOf(base) };
  if (writer === 'bare') return openGenerator(asked, { method: noMethod });
  if (writer === 'prompt') return openGenerator(asked, singlePrompt(opened));
  const [member] = await membersOfGroups(ofGroups(opened))([writer.group]);
  return openGenerator(asked, defined(member, 'a member'));
}

function ofGroups(opened: OpenedPrompts): OpenedGroups {
  assert(isOfGroups(opened), 'prompts of groups');
  return opened;
}

const promptFiles = [...promptConfigFiles, weightsFile, promptDetailsFile, ...groupSetFiles];

const baseStamp = ({ path, weights: { folder, tensors } }: BaseModel): Promise<string> =>
  stampOf([path, ...new Set([...tensors.values()].map(({ file }) => join(folder, file)))]);

function checksumOf(opened: OpenedPrompts): string {
  const hash = createHash('sha256');
  if (isOfGroups(opened)) hash.update(JSON.stringify(opened.prompt.groups.map(({ group, key }) => [group, key])));
  else {
    const { embeddings, classes } = opened;
    hash.update(bytesOf(embeddings.data)).update(classes ? bytesOf(classes.data) : '');
  }
  const { details, recipe } = opened.prompt;
  return hash.update(JSON.stringify(details?.task ?? recipe?.data ?? {})).digest('hex');
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Tells files from what they were: number, time and size of each; nothing for one that is not there. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps: string[] = [];
  for (const file of files) {
    try {
      const { ino, mtimeMs, size } = await stat(file);
      stamps.push(`${ino}:${mtimeMs}:${size}`);
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
      stamps.push('-');
    }
  }
  return stamps.join(' ');
}

/** What was made, or nothing where making it failed: then it is made again. */
const settled = <T>(made: Promise<T> | undefined): Promise<T | undefined> =>
  made?.catch(() => undefined) ?? Promise.resolve(undefined);
