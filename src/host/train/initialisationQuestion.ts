import * as vscode from 'vscode';
import { initialisationWords } from '../../protocol/initialisationWords.js';
import type { PromptConfig, PromptInitialisation } from '../../protocol/recipe.js';
import { askText, pick } from './ask.js';
import type { Asking } from './draft.js';
import { askSavedPrompt } from './savedPromptQuestion.js';
import { offeredInitialisations } from './variants.js';
import type { Answer } from './walk.js';

/** What the virtual tokens begin from, with the text or the saved prompt that this takes. */
export async function askInitialisation<C extends PromptConfig>(config: C, asking: Asking): Promise<Answer<C>> {
  const { place, title } = asking;
  const { peft_type } = config;
  let last: PromptInitialisation = config.prompt_tuning_init;
  for (;;) {
    const answer = await pick<PromptInitialisation, PromptInitialisation>({
      place,
      title,
      placeholder: vscode.l10n.t('What the virtual tokens begin from'),
      choices: offeredInitialisations(peft_type).map((value) => {
        const { label, use } = initialisationWords(peft_type, value);
        return { label, detail: use, value };
      }),
      isDefault: (name) => name === last,
      accept: (name) => name,
    });
    if (answer === undefined || answer === 'back') return answer;
    last = answer.value;
    const whole = await withSource({ ...config, prompt_tuning_init: last }, asking);
    if (whole !== 'back') return whole;
  }
}

/** Asks for what an initialisation takes its vectors from. */
async function withSource<C extends PromptConfig>(config: C, asking: Asking): Promise<Answer<C>> {
  const { place, title } = asking;
  switch (config.prompt_tuning_init) {
    case 'text': {
      const text = await askText({
        place,
        title,
        prompt: vscode.l10n.t('The words that the virtual tokens begin from'),
        value: config.prompt_tuning_init_text ?? '',
        problem: (words) => (words.trim() === '' ? vscode.l10n.t('At least one word.') : undefined),
      });
      return text === undefined || text === 'back'
        ? text
        : { value: { ...config, prompt_tuning_init_text: text.value } };
    }
    case 'activations': {
      const text = await askText({
        place,
        title,
        prompt: vscode.l10n.t(
          'The words whose keys and values are taken; empty for the template’s own words and the labels',
        ),
        value: config.prompt_tuning_init_text ?? '',
        problem: () => undefined,
      });
      if (text === undefined || text === 'back') return text;
      return { value: { ...config, prompt_tuning_init_text: text.value.trim() === '' ? undefined : text.value } };
    }
    case 'file': {
      const saved = await askSavedPrompt(config, asking);
      if (saved === undefined || saved === 'back') return saved;
      const { path, virtualTokens } = saved.value;
      return { value: { ...config, prompt_tuning_init_file: path, num_virtual_tokens: virtualTokens } };
    }
    default:
      return { value: config };
  }
}
