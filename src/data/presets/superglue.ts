import { relabelled, type Preset } from './preset.js';
import type { Row } from '../../protocol/dataset.js';

/**
 * SuperGLUE (Wang et al. 2019) in T5's text-to-text form, where T5's program and the paper's appendix D differ as the program has it: WSC
 * marks both spans and asks whether they are one, so that every row counts. Nested files have been unfolded by their readers.
 */
const label = { target: '{label}', task: 'classification' } as const;
const truth = { false: 'False', true: 'True' };
const numberedTruth = relabelled({ 0: 'false', 1: 'true' });
const nliColumns = { needs: ['premise', 'hypothesis', 'label'], also: ['idx'], common: true } as const;

export const superglue = {
  boolq: {
    title: 'BoolQ (SuperGLUE)',
    template: 'boolq passage: {passage} question: {question}',
    ...label,
    labels: truth,
    layouts: [{ needs: ['passage', 'question', 'label'], also: ['idx'], read: numberedTruth }],
  },
  cb: {
    title: 'CB (SuperGLUE)',
    template: 'cb hypothesis: {hypothesis} premise: {premise}',
    ...label,
    labels: { entailment: 'entailment', contradiction: 'contradiction', neutral: 'neutral' },
    layouts: [{ ...nliColumns, read: relabelled({ 0: 'entailment', 1: 'contradiction', 2: 'neutral' }) }],
  },
  copa: {
    title: 'COPA (SuperGLUE)',
    template: 'copa choice1: {choice1} choice2: {choice2} premise: {premise} question: {question}',
    ...label,
    labels: { 0: 'choice1', 1: 'choice2' },
    layouts: [{ needs: ['premise', 'choice1', 'choice2', 'question', 'label'], also: ['idx', 'changed'] }],
  },
  multirc: {
    title: 'MultiRC (SuperGLUE)',
    template: 'multirc question: {question} answer: {answer} paragraph: {paragraph}',
    ...label,
    labels: truth,
    layouts: [{ needs: ['paragraph', 'question', 'answer', 'label'], also: ['idx'], read: withoutMarkup }],
  },
  record: {
    title: 'ReCoRD (SuperGLUE)',
    template: 'record query: {query} entities: {entities} passage: {passage}',
    target: '{answer}',
    task: 'generation',
    references: 'answers',
    layouts: [{ needs: ['passage', 'entities', 'query', 'answer', 'answers'], also: ['idx'], read: withoutHighlights }],
  },
  'superglue-rte': {
    title: 'RTE (SuperGLUE)',
    template: 'rte hypothesis: {hypothesis} premise: {premise}',
    ...label,
    labels: { entailment: 'entailment', not_entailment: 'not_entailment' },
    layouts: [{ ...nliColumns, read: relabelled({ 0: 'entailment', 1: 'not_entailment' }) }],
  },
  wic: {
    title: 'WiC (SuperGLUE)',
    template: 'wic sentence1: {sentence1} sentence2: {sentence2} word: {word}',
    ...label,
    labels: truth,
    layouts: [
      {
        needs: ['word', 'sentence1', 'sentence2', 'label'],
        also: ['idx', 'start1', 'start2', 'end1', 'end2', 'version'],
        read: numberedTruth,
      },
    ],
  },
  wsc: {
    title: 'WSC (SuperGLUE)',
    template: 'wsc text: {marked}',
    ...label,
    labels: truth,
    layouts: [
      {
        needs: ['text', 'span1_text', 'span1_index', 'span2_text', 'span2_index', 'label'],
        also: ['idx'],
        read: withMarkedSpans,
      },
    ],
  },
} satisfies Record<string, Preset>;

function withoutMarkup(values: Row['values']): Row['values'] {
  const plain = (text: unknown): unknown =>
    typeof text === 'string' ? text.replaceAll('<br>', ' ').replace(/<\/?b>/g, '') : text;
  const { paragraph, question, answer } = values;
  return { paragraph: plain(paragraph), question: plain(question), answer: plain(answer), ...numberedTruth(values) };
}

/** A passage's highlights, each on a line of its own, as sentences. */
function withoutHighlights({ passage }: Row['values']): Row['values'] {
  if (typeof passage !== 'string') return { passage };
  return { passage: passage.replace(/([.?!"'])\n@highlight\n/g, '$1 ').replaceAll('\n@highlight\n', '. ') };
}

/** `* noun *` and `# pronoun #`: each span where its index counts its words, left alone where the text has another there, as T5 does. */
function withMarkedSpans(values: Row['values']): Row['values'] {
  const [first, second] = [Number(values.span1_index), Number(values.span2_index)];
  const noun = marked(String(values.text), String(values.span1_text), first, '*');
  // The two signs have become words of their own.
  const both = marked(noun, String(values.span2_text), second + (first < second ? 2 : 0), '#');
  return { marked: both, ...numberedTruth(values) };
}

function marked(text: string, span: string, wordsBefore: number, sign: string): string {
  const [before] = new RegExp(`^(?:\\S+\\s){${wordsBefore}}`).exec(text) ?? [];
  if (before === undefined || !text.startsWith(span, before.length)) return text;
  return `${before}${sign} ${span} ${sign}${text.slice(before.length + span.length)}`;
}
