import * as vscode from 'vscode';
import { recipeSchema, type MethodConfig } from '../../protocol/recipe.js';
import { askText, pick } from './ask.js';
import type { Answer, Place } from './walk.js';

type ConfigOf<T extends MethodConfig['peft_type']> = Extract<MethodConfig, { peft_type: T }>;
type Ask<C> = (config: C, place: Place, title: string) => Promise<Answer<C>>;

/** A method as the quick pick offers it. */
interface MethodChoice<C> {
  readonly label: () => string;
  readonly detail: () => string;
  readonly initial: C;
  readonly settings: readonly { readonly label: (config: C) => string; readonly ask: Ask<C> }[];
}

/** Every method that a recipe can name. */
export const methodChoices: { readonly [T in MethodConfig['peft_type']]: MethodChoice<ConfigOf<T>> } = {
  PROMPT_TUNING: {
    label: () => vscode.l10n.t('Prompt tuning'),
    detail: () => vscode.l10n.t('virtual tokens in front of the text are trained; the model stays as it is'),
    initial: recipeSchema.shape.method.parse(undefined),
    settings: [
      {
        label: ({ num_virtual_tokens: count }) => vscode.l10n.t('Virtual tokens: {count}', { count }),
        ask: askVirtualTokens,
      },
      {
        label: ({ prompt_tuning_init: name, prompt_tuning_init_text: text }) =>
          vscode.l10n.t('They begin from: {initialisation}', {
            initialisation: name === 'text' ? `“${text ?? ''}”` : (initialisations()[name]?.label ?? name),
          }),
        ask: askInitialisation,
      },
    ],
  },
};

type Initialisation = MethodConfig['prompt_tuning_init'];

/** Those that need no more than a text; a recipe knows more. */
function initialisations(): Partial<Record<Initialisation, { label: string; detail: string }>> {
  return {
    'class-labels': {
      label: vscode.l10n.t('class labels'),
      detail: vscode.l10n.t('the vectors of the labels’ words, then of frequent tokens'),
    },
    vocab: { label: vscode.l10n.t('frequent tokens'), detail: vscode.l10n.t('drawn from the model’s vocabulary') },
    text: { label: vscode.l10n.t('a text…'), detail: vscode.l10n.t('the vectors of its tokens, repeated or cut') },
    random: { label: vscode.l10n.t('random numbers'), detail: vscode.l10n.t('uniform in ±0.5; the slowest to train') },
  };
}

async function askVirtualTokens(config: MethodConfig, place: Place, title: string): Promise<Answer<MethodConfig>> {
  const parse = (text: string) =>
    recipeSchema.shape.method.safeParse({ ...config, num_virtual_tokens: /^\d+$/.test(text) ? Number(text) : NaN });
  const answer = await askText({
    place,
    title,
    prompt: vscode.l10n.t('How many virtual tokens stand in front of the text'),
    value: String(config.num_virtual_tokens),
    problem: (text) => (parse(text.trim()).success ? undefined : vscode.l10n.t('A whole number from 1 to 2,000.')),
  });
  if (answer === undefined || answer === 'back') return answer;
  return { value: parse(answer.value.trim()).data ?? config };
}

async function askInitialisation(config: MethodConfig, place: Place, title: string): Promise<Answer<MethodConfig>> {
  const { peft_type, num_virtual_tokens } = config;
  const answer = await pick<Initialisation, Initialisation>({
    place,
    title,
    placeholder: vscode.l10n.t('What the virtual tokens begin from'),
    choices: Object.entries(initialisations()).map(([name, words]) => ({ ...words, value: name as Initialisation })),
    isDefault: (name) => name === config.prompt_tuning_init,
    accept: (name) => name,
  });
  if (answer === undefined || answer === 'back') return answer;
  const base = { peft_type, num_virtual_tokens, prompt_tuning_init: answer.value };
  if (answer.value !== 'text') return { value: base };
  const text = await askText({
    place,
    title,
    prompt: vscode.l10n.t('The words that the virtual tokens begin from'),
    value: config.prompt_tuning_init_text ?? '',
    problem: (words) => (words.trim() === '' ? vscode.l10n.t('At least one word.') : undefined),
  });
  if (text === undefined || text === 'back') return text;
  return { value: { ...base, prompt_tuning_init_text: text.value } };
}
