import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { PromptSummary } from '../../store/promptFolder.js';
import type { Stores } from '../services.js';
import { commandsAbout, type CommandsAbout } from './chosen.js';
import { groupSetEntry, type ListedGroupSet } from './groupSetEntries.js';
import { promptEntry, type ListedPrompt, type ListedSaved } from './promptEntries.js';

/** What a list has that could be read. */
export const isWhole = <L extends object>(listed: L): listed is Extract<L, { readonly value: unknown }> =>
  'value' in listed;

export type WholePrompt = Extract<ListedPrompt, { readonly value: PromptSummary }>;
export const wholePrompts = ({ prompts }: Stores): WholePrompt[] => prompts.filter(isWhole);

export type WholeGroupSet = Extract<ListedGroupSet, { readonly value: unknown }>;
export const wholeGroupSets = ({ groupSets }: Stores): WholeGroupSet[] => groupSets.filter(isWhole);

/** A prompt as a question shows it. */
export function promptItem(listed: ListedSaved): vscode.QuickPickItem {
  if (!isWhole(listed)) return { label: basename(listed.folder), description: vscode.l10n.t('damaged') };
  const { label, description } =
    'groups' in listed.value
      ? groupSetEntry(listed.value, listed.folder, vscode.env.language)
      : promptEntry(listed.value, listed.folder, vscode.env.language);
  return { label, description };
}

/** Registers commands about saved prompts; `selected` is what the view has selected. */
export const commandsAboutPrompts = (
  stores: Stores,
  selected?: () => ListedSaved | undefined,
): CommandsAbout<ListedSaved> =>
  commandsAbout(stores, {
    ...(selected && { selected }),
    itemOf: promptItem,
    none: vscode.l10n.t('There is no saved prompt for this yet.'),
  });
