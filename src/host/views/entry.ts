import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import { describeMessage } from '../../errors/catalogue.js';
import type { SoftpromptError } from '../../errors/softpromptError.js';

/** What a row of a tree shows; its words are in the reader's language. */
export interface Entry {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
  readonly card: Card;
  /** What menus ask for with `viewItem =~ /\bWORD\b/`. */
  readonly contextValue: string;
}

/** A hover: a title, sentences, then names with values. */
export interface Card {
  readonly title: string;
  readonly sentences?: readonly string[];
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** A time as people of the language write it. */
export function timeText(iso: string, language: string): string {
  return new Date(iso).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** `org/name` and paths by their last part. */
export const shortModelName = (model: string): string => model.split(/[\\/]/).at(-1) ?? model;

/** A folder of the store that cannot be read, and why. */
export function damagedEntry(damage: SoftpromptError, folder: string, contextValue: string): Entry {
  const { message, advice } = describeMessage(damage);
  const label = basename(folder);
  return {
    label,
    description: l10n.t('damaged'),
    spoken: l10n.t('{name}, damaged: {reason}', { name: label, reason: message }),
    card: { title: label, sentences: [message, advice], facts: [[l10n.t('Folder'), folder]] },
    contextValue,
  };
}
