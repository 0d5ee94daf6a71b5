import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fitName } from '../protocol/parseRecipe.js';
import { promptNamePattern } from '../protocol/recipe.js';
import { writeFolderAtomic } from './atomicFile.js';
import { freePromptName } from './catalogue.js';
import { modelCard } from './modelCard.js';
import { adapterFiles, cardFile, loadPrompt, ownFiles, setPromptName } from './promptFolder.js';
import { ensureStore, kindOf, promptsFolder } from './storeLocation.js';

/**
 * Copies a prompt, ours or one that PEFT saved, into the store under a free name; gives back its folder there.
 * Throws what `loadPrompt` throws, `store.noSpace` or `store.readOnly`.
 */
export async function importPrompt(store: string, from: string): Promise<string> {
  const { details } = await loadPrompt(from);
  // A name from elsewhere may be no name for a folder.
  const wanted = details && promptNamePattern.test(details.name) ? details.name : fitName(basename(from));
  const name = await freePromptName(store, wanted);
  const folder = join(promptsFolder(store), name);
  await ensureStore(store);
  await writeFolderAtomic(folder, async (temporary) => {
    await copyPresent(from, temporary, [...adapterFiles, ...ownFiles]);
    await setPromptName(temporary, name);
  });
  return folder;
}

/**
 * Copies a prompt as a PEFT adapter into a folder of its own in `parent`, beside what is there already; gives back that folder.
 * Throws what `loadPrompt` throws, `store.noSpace` or `store.readOnly`.
 */
export async function exportPrompt(folder: string, parent: string): Promise<string> {
  const prompt = await loadPrompt(folder);
  let target = join(parent, basename(folder));
  for (let i = 2; (await kindOf(target)) !== undefined; i++) target = join(parent, `${basename(folder)}-${i}`);
  await writeFolderAtomic(target, async (temporary) => {
    await writeFile(join(temporary, cardFile), modelCard(prompt));
    await copyPresent(folder, temporary, adapterFiles);
  });
  return target;
}

/** Content alone: a copy that kept a file's mode could not be written to disk for sure where that is read-only. */
async function copyPresent(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if ((await kindOf(join(from, name))) === 'file') await writeFile(join(to, name), await readFile(join(from, name)));
  }
}
