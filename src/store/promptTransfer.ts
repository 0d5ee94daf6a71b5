import { writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import { fitName } from '../protocol/parseRecipe.js';
import { promptNamePattern } from '../protocol/recipe.js';
import { placesAnswer, placesVirtualTokens } from '../protocol/virtualSlots.js';
import {
  isEncoderDecoder,
  isOurs,
  readRawConfig,
  type convertedTypes,
  type RawAdapterConfig,
} from './adapterConfig.js';
import { hasParts } from './adapterShape.js';
import { writeFolderAtomic } from './atomicFile.js';
import { freePromptName } from './catalogue.js';
import { copyContent } from './copyContent.js';
import { loadGroupPrompt } from './groupPrompt.js';
import { readCartridge } from './imports/cartridge.js';
import type { ConvertedPrompt } from './imports/convertedPrompt.js';
import { readCpt } from './imports/cpt.js';
import { readMultitask, taskCount } from './imports/multitask.js';
import { readNpyPrompt } from './imports/npyPrompt.js';
import { modelCard } from './modelCard.js';
import { writeNpy } from './npy.js';
import { writePromptEmbeds } from './promptEmbeds.js';
import {
  adapterFiles,
  cardFile,
  loadPrompt,
  ownFiles,
  savePrompt,
  setPromptName,
  type SavedPrompt,
} from './promptFolder.js';
import { ensureStore, kindOf, promptsFolder } from './storeLocation.js';

/** An adapter's folder for PEFT; `numpy.save` of the vectors as google-research/prompt-tuning has them; vectors for vLLM. */
export const exportFormats = ['peft', 'npy', 'prompt_embeds'] as const;
export type ExportFormat = (typeof exportFormats)[number];

type Convert = (folder: string, raw: RawAdapterConfig, task?: number) => Promise<ConvertedPrompt>;

/** Adapters that PEFT saves and that are a prompt only once they are converted. */
const conversions: Readonly<Record<(typeof convertedTypes)[number], Convert>> = {
  MULTITASK_PROMPT_TUNING: readMultitask,
  CPT: readCpt,
  CARTRIDGE: readCartridge,
};

/** What must be asked before an import: of which task, where there are several. Throws what `readRawConfig` throws. */
export async function inspectImport(from: string): Promise<{ tasks?: number }> {
  if ((await isNpy(from)) || (await isOurs(from))) return {};
  const raw = await readRawConfig(from);
  return raw.peftType === 'MULTITASK_PROMPT_TUNING' ? { tasks: taskCount(raw) } : {};
}

/**
 * Takes a prompt into the store under a free name; gives back its folder there. From a folder, ours or one that PEFT saved, it is
 * copied as it is or, where it is no prompt yet, converted; or from an `.npy` file.
 * Throws what reading it throws, `store.taskNeeded`, `store.noTask`, `store.noSpace` or `store.readOnly`; nothing is left behind then.
 */
export async function importPrompt(store: string, from: string, { task }: { task?: number } = {}): Promise<string> {
  const converted = await convertImport(from, task);
  const details = converted ? undefined : (await loadPrompt(from)).details;
  // A name from elsewhere may be no name for a folder.
  const wanted = details && promptNamePattern.test(details.name) ? details.name : importName(from, task);
  const name = await freePromptName(store, wanted);
  const folder = join(promptsFolder(store), name);
  await ensureStore(store);
  if (converted) {
    await savePrompt(folder, converted);
    return folder;
  }
  await writeFolderAtomic(folder, async (temporary) => {
    await copyPresent(from, temporary, [...adapterFiles, ...ownFiles]);
    await setPromptName(temporary, name);
  });
  return folder;
}

/** Undefined for what is a prompt as it is. */
async function convertImport(from: string, task: number | undefined): Promise<ConvertedPrompt | undefined> {
  const npy = await isNpy(from);
  const raw = npy || (await isOurs(from)) ? undefined : await readRawConfig(from);
  if (task !== undefined && raw?.peftType !== 'MULTITASK_PROMPT_TUNING') {
    throw new SoftpromptError('store.noTask', { from, task, last: -1 });
  }
  if (npy) return readNpyPrompt(from);
  return raw && isConverted(raw.peftType) ? conversions[raw.peftType](from, raw, task) : undefined;
}

const isConverted = (type: string): type is keyof typeof conversions => Object.hasOwn(conversions, type);

/** A file, whatever it is called, and a name that can be no folder's. */
async function isNpy(from: string): Promise<boolean> {
  const kind = await kindOf(from);
  return kind === 'file' || (kind === undefined && extname(from).toLowerCase() === '.npy');
}

function importName(from: string, task: number | undefined): string {
  const name = fitName(basename(from).replace(/\.npy$/i, ''));
  return task === undefined ? name : `${name.slice(0, 80)}-task-${task}`;
}

/**
 * Copies a prompt into a place of its own in `parent`, beside what is there already; gives back that folder, or the file of `npy`.
 * Throws what `loadPrompt` throws, `store.placedPrompt`, `store.prefixExport`, `store.partsExport`, `store.encoderDecoderExport`, `store.warpExport`,
 * `store.maskedExport`, `store.noSpace` or `store.readOnly`.
 */
export async function exportPrompt(folder: string, parent: string, format: ExportFormat): Promise<string> {
  const prompt = await loadPrompt(folder);
  return exportAs(prompt, basename(folder), parent, format, (target) =>
    writeFolderAtomic(target, async (temporary) => {
      await writeFile(join(temporary, cardFile), modelCard(prompt));
      await copyPresent(folder, temporary, adapterFiles);
    }),
  );
}

/**
 * As `exportPrompt`, of one group's prompt; its folder also says what its rows look like, as a prompt's in the store does.
 * Throws `store.notAGroupSet`, `store.noGroup` and what `readGroupSet` throws.
 */
export async function exportGroup(
  folder: string,
  group: string,
  parent: string,
  format: ExportFormat,
): Promise<string> {
  const prompt = await loadGroupPrompt(folder, group);
  const name = prompt.details?.name ?? basename(folder);
  return exportAs(prompt, name, parent, format, (target) => savePrompt(target, prompt));
}

/** Takes a group's prompt into the store as a prompt of its own, under a free name; gives back its folder. Throws as `exportGroup` does. */
export async function takeOutGroup(store: string, folder: string, group: string): Promise<string> {
  const prompt = await loadGroupPrompt(folder, group);
  const name = await freePromptName(store, prompt.details?.name ?? basename(folder));
  const target = join(promptsFolder(store), name);
  await savePrompt(target, { ...prompt, ...(prompt.details && { details: { ...prompt.details, name } }) });
  return target;
}

async function exportAs(
  prompt: SavedPrompt,
  name: string,
  parent: string,
  format: ExportFormat,
  writeAdapter: (target: string) => Promise<void>,
): Promise<string> {
  refuseFormat(prompt, name, format);
  switch (format) {
    case 'peft': {
      const target = await freePath(parent, name, '');
      await writeAdapter(target);
      return target;
    }
    case 'npy': {
      const target = await freePath(parent, name, '.npy');
      await writeNpy(target, prompt.embeddings);
      return target;
    }
    case 'prompt_embeds': {
      const target = await freePath(parent, `${name}-prompt-embeds`, '');
      await writePromptEmbeds(target, prompt);
      return target;
    }
  }
}

/** Throws for a format that cannot hold a prompt, whose name is the folder's where nothing says it. */
export function refuseFormat(
  { config, details }: Pick<SavedPrompt, 'config' | 'details'>,
  name: string,
  format: ExportFormat,
): void {
  const prompt = details?.name ?? name;
  if (config.peft_type === 'WARP') throw new SoftpromptError('store.warpExport', { prompt, format });
  if (hasParts(config))
    throw new SoftpromptError('store.partsExport', { prompt, format, parts: config.prefix_attention.join(', ') });
  if (config.peft_type === 'PREFIX_TUNING' && format !== 'peft') {
    throw new SoftpromptError('store.prefixExport', { prompt, format });
  }
  const template = details?.task.template ?? '';
  if (format === 'prompt_embeds' && isEncoderDecoder(config))
    throw new SoftpromptError('store.encoderDecoderExport', { prompt, format });
  if (format === 'prompt_embeds' && placesAnswer(template))
    throw new SoftpromptError('store.maskedExport', { prompt, format });
  if (format !== 'npy' && placesVirtualTokens(template)) {
    throw new SoftpromptError('store.placedPrompt', { prompt, template, format });
  }
}

async function freePath(parent: string, name: string, ending: string): Promise<string> {
  for (let i = 1; ; i++) {
    const path = join(parent, `${name}${i === 1 ? '' : `-${i}`}${ending}`);
    if ((await kindOf(path)) === undefined) return path;
  }
}

async function copyPresent(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if ((await kindOf(join(from, name))) === 'file') await copyContent(join(from, name), join(to, name));
  }
}
