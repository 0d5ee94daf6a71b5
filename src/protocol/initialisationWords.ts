import * as l10n from '@vscode/l10n';
import type { initialisationsOf, PeftType, PromptInitialisation } from './recipe.js';

/** What a method begins from, in words: what it is called, and one line on when to use it. */
export interface InitialisationWords {
  readonly label: string;
  readonly use: string;
}

type WordsOf = {
  readonly [T in PeftType]: Readonly<Record<(typeof initialisationsOf)[T][number], InitialisationWords>>;
};

export function initialisationWords(type: PeftType, name: PromptInitialisation): InitialisationWords {
  const words: Partial<Record<PromptInitialisation, InitialisationWords>> = allWords()[type];
  return words[name] ?? { label: name, use: '' };
}

function allWords(): WordsOf {
  const tokens = {
    'class-labels': {
      label: l10n.t('class labels'),
      use: l10n.t('for classification: the vectors of the labels’ words, then of frequent tokens'),
    },
    vocab: {
      label: l10n.t('frequent tokens'),
      use: l10n.t('for free text, or labels that say little: drawn from the model’s vocabulary'),
    },
    text: {
      label: l10n.t('a text'),
      use: l10n.t('where words can say the task: the vectors of their tokens, repeated or cut'),
    },
    file: {
      label: l10n.t('a saved prompt'),
      use: l10n.t('to go on from a prompt of this task, or of one like it'),
    },
  };
  const random = l10n.t('random numbers');
  return {
    PROMPT_TUNING: {
      ...tokens,
      random: { label: random, use: l10n.t('to compare with: uniform in ±0.5') },
      RANDOM: { label: 'RANDOM', use: l10n.t('to repeat what PEFT does: normal, variance 1') },
      SAMPLE_VOCAB: { label: 'SAMPLE_VOCAB', use: l10n.t('to repeat what PEFT does: any tokens of the vocabulary') },
      TEXT: { label: 'TEXT', use: l10n.t('to repeat what PEFT does: a text with its special tokens, repeated or cut') },
    },
    PREFIX_TUNING: {
      activations: {
        label: l10n.t('activations of real words'),
        use: l10n.t('for nearly everything: the keys and values that the model itself makes of words of the task'),
      },
      random: {
        label: random,
        use: l10n.t('to compare with: small numbers, or the projection as PEFT draws it'),
      },
      file: {
        label: l10n.t('a saved prompt'),
        use: l10n.t('to go on from a prefix, or from the keys and values that the model makes of a prompt'),
      },
      RANDOM: { label: 'RANDOM', use: l10n.t('to repeat what PEFT does: normal, variance 1') },
    },
    P_TUNING: {
      ...tokens,
      random: { label: random, use: l10n.t('to compare with: what the network gives as PEFT draws it') },
    },
    WARP: {
      ...tokens,
      random: { label: random, use: l10n.t('to compare with: uniform in ±0.5') },
    },
  };
}
