import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { PromptConfig, PeftType } from '../../protocol/recipe.js';
import { promptTypes } from '../../store/adapterConfig.js';
import { loadStart } from '../../store/promptStart.js';
import { browseFor } from '../browse.js';
import type { Stores } from '../services.js';
import { promptEntry } from '../views/promptEntries.js';
import { pick, separator, type Choice } from './ask.js';
import type { Asking } from './draft.js';
import { canBeginFrom } from './variants.js';
import type { Answer } from './walk.js';

/** A saved prompt to begin from. */
export interface SavedStart {
  /** Absolute. */
  readonly path: string;
  readonly virtualTokens: number;
}

type Browse = 'folder' | 'npy';

/** A saved prompt of the stores, or one that lies elsewhere: an adapter's folder or an `.npy` file. */
export async function askSavedPrompt(
  { peft_type: type }: PromptConfig,
  { place, title, services: { stores }, draft }: Asking,
): Promise<Answer<SavedStart>> {
  let browsed: string | undefined;
  for (;;) {
    const answer = await pick<SavedStart | string, SavedStart | Browse>({
      place,
      title,
      placeholder: vscode.l10n.t('The saved prompt to begin from'),
      choices: browseChoices(),
      allChoices: async () => {
        await stores.ready();
        return [...savedChoices(stores, type, draft.model.name), ...browseChoices()];
      },
      chosen: browsed,
      accept: (choice) => {
        if (choice === 'folder' || choice === 'npy') return choice;
        return typeof choice === 'string' ? startAt(choice, type) : choice;
      },
    });
    if (answer === undefined || answer === 'back') return answer;
    if (typeof answer.value === 'object') return { value: answer.value };
    browsed = await browse(answer.value);
  }
}

/** Those of the same base model first: another's vectors mean little there. */
function savedChoices({ prompts }: Stores, type: PeftType, model: string): Choice<SavedStart>[] {
  const fitting = prompts.flatMap((listed) =>
    'value' in listed && canBeginFrom(type, listed.value.config.peft_type) ? [listed] : [],
  );
  const isOwn = ({ value }: (typeof fitting)[number]): boolean => value.details?.model.name === model;
  const choices = (some: typeof fitting): Choice<SavedStart>[] =>
    some.map(({ folder, value }) => {
      const { label, description } = promptEntry(value, folder, vscode.env.language);
      return {
        label: `$(symbol-string) ${label}`,
        description,
        value: { path: folder, virtualTokens: value.config.num_virtual_tokens },
      };
    });
  const others = fitting.filter((prompt) => !isOwn(prompt));
  return [
    ...choices(fitting.filter(isOwn)),
    ...(others.length > 0 ? [separator(vscode.l10n.t('of another base model, or not known of which'))] : []),
    ...choices(others),
  ];
}

function browseChoices(): Choice<Browse>[] {
  return [
    separator(''),
    { label: vscode.l10n.t('$(folder-opened) Browse for a prompt’s folder…'), value: 'folder' },
    { label: vscode.l10n.t('$(file-binary) Browse for an .npy file…'), value: 'npy' },
  ];
}

const browse = (what: Browse): Promise<string | undefined> =>
  browseFor(what === 'folder' ? what : { files: { NumPy: ['npy'] } }, vscode.l10n.t('The saved prompt to begin from'));

/** Throws what reading it throws, and `store.unsupportedAdapter` for keys and values where vectors are needed. */
async function startAt(path: string, type: PeftType): Promise<SavedStart> {
  const { kind, embeddings } = await loadStart(path);
  if (kind === 'keysAndValues' && !canBeginFrom(type, 'PREFIX_TUNING')) {
    const supported = promptTypes.filter((saved) => canBeginFrom(type, saved)).join(', ');
    throw new SoftpromptError('store.unsupportedAdapter', {
      file: path,
      field: 'peft_type',
      found: 'PREFIX_TUNING',
      supported,
    });
  }
  return { path, virtualTokens: embeddings.shape[0] ?? 0 };
}
