import { basename } from 'node:path';
import * as vscode from 'vscode';
import { describe } from '../../errors/catalogue.js';
import { promptNamePattern } from '../../protocol/recipe.js';
import { isSameName } from '../../store/catalogue.js';
import { changeEnsemble, presentMembers, saveEnsemble } from '../../store/ensembleFolder.js';
import { refuseStrangers } from '../../store/ensembleMembers.js';
import * as ensembles from '../../store/ensembles.js';
import { offer } from '../problem.js';
import type { Stores } from '../services.js';
import type { ListedEnsemble } from '../views/ensembleEntries.js';
import { datasetName } from '../views/promptEntries.js';
import { shortModelName } from '../views/entry.js';
import { promptItem, wholePrompts, type WholePrompt } from '../views/wholePrompts.js';
import { pickTestFile } from './pickTestFile.js';
import type { EnsembleActionDependencies, WholeEnsemble } from './registerEnsembles.js';
import { companions, memberGroups, suggestedName, type MemberGroup } from './suggestMembers.js';

/** Suggests what could answer together, and asks for a name. */
export async function newEnsemble(dependencies: EnsembleActionDependencies): Promise<void> {
  const { stores } = dependencies;
  await stores.ready();
  const title = vscode.l10n.t('New Ensemble');
  const groups = memberGroups(wholePrompts(stores));
  if (groups.length === 0) return offerSeeds();
  const group = await pickGroup(groups, title);
  if (!group) return;
  const members = await pickMembers(
    group.prompts,
    group.prompts.map(({ folder }) => folder),
    title,
  );
  if (members) await make(group.store, members, title, dependencies);
}

function offerSeeds(): void {
  offer(
    vscode.l10n.t('An ensemble needs two saved prompts or more of one classification and one base model.'),
    vscode.l10n.t('Train Five Seeds'),
    () => vscode.commands.executeCommand('softprompt.trainSeeds'),
  );
}

/** Asks only where there are several. */
async function pickGroup(groups: readonly MemberGroup[], title: string): Promise<MemberGroup | undefined> {
  if (groups.length === 1) return groups[0];
  const items = groups.map((group) => {
    const [{ config, details } = { config: undefined, details: undefined }] = group.prompts.map(({ value }) => value);
    const model = details?.model.name ?? config?.base_model_name_or_path ?? '';
    return {
      label: details ? datasetName(details.data.train) : vscode.l10n.t('Adapters of PEFT'),
      description: [shortModelName(model), vscode.l10n.t('{count} prompts', { count: group.prompts.length })].join(
        ' · ',
      ),
      detail: group.prompts.map(({ value }) => value.name).join(', '),
      group,
    };
  });
  const placeHolder = vscode.l10n.t('Which task? Members share their task and base model');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDetail: true }))?.group;
}

async function pickMembers(
  prompts: readonly WholePrompt[],
  picked: readonly string[],
  title: string,
): Promise<readonly WholePrompt[] | undefined> {
  const items = prompts.map((prompt) => ({ ...promptItem(prompt), picked: picked.includes(prompt.folder), prompt }));
  const placeHolder = vscode.l10n.t('Members: two or more');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  const members = chosen?.map(({ prompt }) => prompt);
  if (members) refuseStrangers(members.map(({ value }) => value));
  return members;
}

async function make(
  store: string,
  members: readonly WholePrompt[],
  title: string,
  { stores, tree }: EnsembleActionDependencies,
): Promise<void> {
  const free = await ensembles.freeEnsembleName(store, suggestedName(members.map(({ value }) => value.name)));
  const name = await askName(stores, store, title, free);
  if (name === undefined) return;
  await ensembles.refuseEnsembleName(store, name);
  const folder = await saveEnsemble(store, name, { prompts: members.map((member) => member.folder), vote: 'majority' });
  await stores.refresh();
  await tree.show(folder);
}

/** A name that no other ensemble of the store has; `own` may keep its own. */
function askName(
  stores: Stores,
  store: string,
  title: string,
  value: string,
  own?: string,
): Thenable<string | undefined> {
  const others = stores.ensembles.filter((other) => other.store === store && other.folder !== own);
  return vscode.window.showInputBox({
    title,
    value,
    validateInput: (text) => {
      if (!promptNamePattern.test(text)) return describe('store.badName', { name: text }).message;
      const taken = others.find((other) => isSameName(basename(other.folder), text));
      return taken && vscode.l10n.t('There is an ensemble "{name}" already.', { name: basename(taken.folder) });
    },
  });
}

/** Into one of those that it could answer with, or a new one. */
export async function addToEnsemble(prompt: WholePrompt, dependencies: EnsembleActionDependencies): Promise<void> {
  const { stores, tree } = dependencies;
  const title = vscode.l10n.t('Add {name} to an Ensemble', { name: prompt.value.name });
  const fitting = companions(prompt, wholePrompts(stores)).map(({ folder }) => folder);
  const items = stores.ensembles.flatMap((listed): (vscode.QuickPickItem & { folder: string; members: string[] })[] => {
    if (!('value' in listed)) return [];
    const members = listed.value.members.map(({ folder }) => folder);
    if (members.includes(prompt.folder) || !members.some((member) => fitting.includes(member))) return [];
    const { name } = listed.value;
    return [
      {
        label: `$(layers) ${name}`,
        description: listed.value.members.map((member) => member.name).join(', '),
        folder: listed.folder,
        members,
      },
    ];
  });
  const fresh: vscode.QuickPickItem = {
    label: vscode.l10n.t('$(add) A new ensemble…'),
    description: vscode.l10n.t('{count} prompts could be its members', { count: fitting.length }),
  };
  const answer = items.length === 0 ? fresh : await vscode.window.showQuickPick([...items, fresh], { title });
  const chosen = items.find((item) => item === answer);
  if (chosen) {
    await changeEnsemble(chosen.folder, { prompts: [...chosen.members, prompt.folder] });
    await stores.refresh();
    return tree.show(chosen.folder);
  }
  if (answer === undefined) return;
  if (fitting.length < 2) return offerSeeds();
  const prompts = companions(prompt, wholePrompts(stores));
  const members = await pickMembers(
    prompts,
    prompts.map(({ folder }) => folder),
    title,
  );
  if (members) await make(prompt.store, members, title, dependencies);
}

/** Other members for an ensemble; those that are gone can only be left out. */
export async function editEnsemble(
  ensemble: WholeEnsemble,
  { stores, tree }: EnsembleActionDependencies,
): Promise<void> {
  const { folder, value } = ensemble;
  const picked = value.members.map((member) => member.folder);
  const prompts = wholePrompts(stores);
  const [first] = prompts.filter((prompt) => picked.includes(prompt.folder));
  const title = vscode.l10n.t('Members of {name}', { name: value.name });
  const members = await pickMembers(first ? companions(first, prompts) : prompts, picked, title);
  if (!members) return;
  const chosen = members.map((member) => member.folder);
  if (chosen.join('\n') !== picked.join('\n')) await changeEnsemble(folder, { prompts: chosen });
  await stores.refresh();
  await tree.show(folder);
}

/** Asks for a file and shows what comes of it. */
export async function runEnsemble(
  ensemble: WholeEnsemble,
  { stores, panels }: EnsembleActionDependencies,
): Promise<void> {
  const folders = presentMembers(ensemble.value);
  const members = wholePrompts(stores).filter(({ folder }) => folders.includes(folder));
  if (members.length === folders.length) refuseStrangers(members.map(({ value }) => value));
  const source = await pickTestFile(ensemble, stores);
  if (source) await panels.run(ensemble.folder, source);
}

export async function renameEnsemble(
  { folder, store, value }: WholeEnsemble,
  { stores, tree }: EnsembleActionDependencies,
): Promise<void> {
  const newName = await askName(stores, store, vscode.l10n.t('Rename Ensemble'), value.name, folder);
  if (newName === undefined || newName === value.name) return;
  const renamed = await ensembles.renameEnsemble(store, value.name, newName);
  await stores.refresh();
  await tree.show(renamed);
}

/** To the store's trash, with Undo. */
export async function deleteEnsemble(
  { folder, store }: ListedEnsemble,
  { stores, tree }: EnsembleActionDependencies,
): Promise<void> {
  const name = basename(folder);
  const deleted = await ensembles.deleteEnsemble(store, name);
  await stores.refresh();
  offer(
    vscode.l10n.t('Deleted the ensemble {name}; its prompts are still there.', { name }),
    vscode.l10n.t('Undo'),
    async () => {
      const restored = await ensembles.restoreEnsemble(store, deleted);
      await stores.refresh();
      await tree.show(restored);
    },
  );
}
