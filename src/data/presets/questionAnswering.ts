import type { Preset } from './preset.js';

/** Questions on a text, worded as T5 words SQuAD (Raffel et al. 2020, appendix D.15). The answer trained on is the first that a row lists. */
const answering = {
  template: 'question: {question} context: {context}',
  target: '{answer}',
  task: 'generation',
  references: 'answers',
} as const;
const needs = ['context', 'question', 'answer', 'answers'];

export const questionAnswering = {
  squad: { ...answering, title: 'SQuAD', layouts: [{ needs, also: ['id', 'title'], format: 'squad' }] },
  mrqa: { ...answering, title: 'MRQA', layouts: [{ needs, also: ['id'], format: 'mrqa' }] },
} satisfies Record<string, Preset>;
