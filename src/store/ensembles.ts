import { basename, join, resolve } from 'node:path';
import { nearestName } from '../common/nearestName.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { promptNamePattern } from '../protocol/recipe.js';
import {
  folderNames,
  foldersIn,
  isSameName,
  list,
  move,
  moveFromTrash,
  moveToTrash,
  type Listed,
} from './catalogue.js';
import { changeEnsemble, ensembleFile, readEnsemble, type Ensemble } from './ensembleFolder.js';
import { ensemblesFolder, kindOf, trashFolder } from './storeLocation.js';

/** The ensembles of a store, by name. */
export async function listEnsembles(store: string): Promise<Listed<Ensemble>[]> {
  return list(await foldersIn(ensemblesFolder(store)), readEnsemble);
}

/** An ensemble's folder from what a person typed: a name in the store, or a path. Throws `store.noEnsemble`, which names those there are. */
export async function findEnsemble(store: string, ensemble: string, from: string): Promise<string> {
  const path = resolve(from, ensemble);
  if ((await kindOf(join(path, ensembleFile))) === 'file') return path;
  const names = await ensembleNames(store);
  if (names.includes(ensemble)) return join(ensemblesFolder(store), ensemble);
  throw noEnsemble(ensemble, store, names);
}

/** Refuses what cannot be an ensemble's name, or is one's already. Throws `store.badName` or `store.ensembleExists`. */
export async function refuseEnsembleName(store: string, name: string): Promise<void> {
  if (!promptNamePattern.test(name)) throw new SoftpromptError('store.badName', { name });
  const taken = (await ensembleNames(store)).find((other) => isSameName(other, name));
  if (taken === undefined) return;
  throw new SoftpromptError('store.ensembleExists', { ensemble: taken, folder: join(ensemblesFolder(store), name) });
}

/** Gives an ensemble another name; gives back its new folder. Throws as `refuseEnsembleName`, and `store.noEnsemble`. */
export async function renameEnsemble(store: string, name: string, newName: string): Promise<string> {
  const names = await ensembleNames(store);
  if (!names.includes(name)) throw noEnsemble(name, store, names);
  if (!isSameName(name, newName)) await refuseEnsembleName(store, newName);
  else if (!promptNamePattern.test(newName)) throw new SoftpromptError('store.badName', { name: newName });
  const folder = join(ensemblesFolder(store), newName);
  await move(join(ensemblesFolder(store), name), folder);
  return folder;
}

/** The name itself, or with the first number behind it that is free in the store. */
export async function freeEnsembleName(store: string, name: string): Promise<string> {
  const names = await ensembleNames(store);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name.slice(0, 90)}-${i}`;
    if (!names.some((other) => isSameName(other, candidate))) return candidate;
  }
}

/** Moves an ensemble into the store's trash, damaged ones too, and gives back the trash's folder for `restoreEnsemble`. Its prompts stay. */
export async function deleteEnsemble(store: string, name: string, at = new Date()): Promise<string> {
  const names = await ensembleNames(store);
  if (!names.includes(name)) throw noEnsemble(name, store, names);
  return moveToTrash(store, join(ensemblesFolder(store), name), at);
}

/** Moves a deleted ensemble back and gives back its folder. Throws `store.ensembleExists` where its name was taken since, or `store.noEnsemble`. */
export async function restoreEnsemble(store: string, deleted: string): Promise<string> {
  const [name] = await folderNames(deleted);
  if (name === undefined) throw noEnsemble(basename(deleted), trashFolder(store), []);
  await refuseEnsembleName(store, name);
  const folder = join(ensemblesFolder(store), name);
  await moveFromTrash(deleted, name, folder);
  return folder;
}

/** A prompt that got another name stays a member, and what it scored stays true. */
export async function renameMember(store: string, from: string, to: string): Promise<void> {
  for (const listed of await listEnsembles(store)) {
    if ('damage' in listed || !listed.value.members.some(({ folder }) => folder === from)) continue;
    const { members, results } = listed.value;
    const prompts = members.map(({ folder }) => (folder === from ? to : folder));
    await changeEnsemble(listed.folder, { prompts, ...(results && { results }) });
  }
}

const ensembleNames = (store: string): Promise<string[]> => folderNames(ensemblesFolder(store));

function noEnsemble(ensemble: string, store: string, names: readonly string[]): SoftpromptError<'store.noEnsemble'> {
  const nearest = nearestName(ensemble, names) ?? '';
  return new SoftpromptError('store.noEnsemble', { ensemble, store, known: names.join(', '), nearest });
}
