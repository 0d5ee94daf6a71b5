import type { Row } from '../../protocol/dataset.js';
import { relabelled, renamed, type Preset } from './preset.js';

/**
 * GLUE (Wang et al. 2018) in the text-to-text form of T5 (Raffel et al. 2020, appendix D): the task's name, then each field behind its own
 * name, fields in alphabetical order. Layouts: the benchmark's own files first, then the same rows as JSON or as others publish them.
 */
const pair = 'sentence1: {sentence1} sentence2: {sentence2}';
const label = { target: '{label}', task: 'classification' } as const;
const nli = { entailment: 'entailment', neutral: 'neutral', contradiction: 'contradiction' };
const entailment = { entailment: 'entailment', not_entailment: 'not_entailment' };
const numberedEntailment = relabelled({ 0: 'entailment', 1: 'not_entailment' });
const pairColumns = ['sentence1', 'sentence2', 'label'];

const mnliColumns =
  'index promptID pairID genre sentence1_binary_parse sentence2_binary_parse sentence1_parse sentence2_parse label1 label2 label3 label4 label5';
const stsbColumns = 'index genre filename year old_index source1 source2';

export const glue = {
  cola: {
    title: 'CoLA (GLUE)',
    template: 'cola sentence: {sentence}',
    ...label,
    labels: { 0: 'unacceptable', 1: 'acceptable' },
    layouts: [
      { needs: ['sentence', 'label'], also: ['idx'], common: true },
      {
        needs: ['column1', 'column2', 'column3', 'column4'],
        common: true,
        read: renamed({ sentence: 'column4', label: 'column2' }),
      },
    ],
  },
  sst2: {
    title: 'SST-2 (GLUE)',
    template: 'sst2 sentence: {sentence}',
    ...label,
    labels: { 0: 'negative', 1: 'positive' },
    layouts: [
      { needs: ['sentence', 'label'], also: ['idx'], common: true },
      { needs: ['content', 'label'], common: true, read: renamed({ sentence: 'content' }) },
    ],
  },
  mrpc: {
    title: 'MRPC (GLUE)',
    template: `mrpc ${pair}`,
    ...label,
    labels: { 0: 'not_equivalent', 1: 'equivalent' },
    layouts: [
      {
        needs: ['Quality', '#1 String', '#2 String'],
        also: ['#1 ID', '#2 ID'],
        read: renamed({ sentence1: '#1 String', sentence2: '#2 String', label: 'Quality' }),
      },
      { needs: pairColumns, also: ['idx'], common: true },
    ],
  },
  qqp: {
    title: 'QQP (GLUE)',
    template: 'qqp question1: {question1} question2: {question2}',
    ...label,
    labels: { 0: 'not_duplicate', 1: 'duplicate' },
    layouts: [
      {
        needs: ['question1', 'question2', 'is_duplicate'],
        also: ['id', 'qid1', 'qid2'],
        read: renamed({ label: 'is_duplicate' }),
      },
      { needs: ['question1', 'question2', 'label'], also: ['idx'], common: true },
      {
        needs: ['text_a', 'text_b', 'label'],
        common: true,
        read: renamed({ question1: 'text_a', question2: 'text_b' }),
      },
    ],
  },
  stsb: {
    title: 'STS-B (GLUE)',
    template: `stsb ${pair}`,
    ...label,
    labels: Object.fromEntries(Array.from({ length: 26 }, (_, fifths) => similarity(fifths / 5)).map((s) => [s, s])),
    layouts: [
      {
        needs: ['sentence1', 'sentence2', 'score'],
        also: stsbColumns.split(' '),
        read: ({ score }) => ({ label: similarity(score) }),
      },
      { needs: pairColumns, also: ['idx'], common: true, read: (values) => ({ label: similarity(values.label) }) },
    ],
  },
  mnli: {
    title: 'MNLI (GLUE)',
    template: 'mnli hypothesis: {hypothesis} premise: {premise}',
    ...label,
    labels: nli,
    layouts: [
      {
        needs: ['sentence1', 'sentence2', 'gold_label'],
        also: mnliColumns.split(' '),
        read: renamed({ premise: 'sentence1', hypothesis: 'sentence2', label: 'gold_label' }),
      },
      {
        needs: ['premise', 'hypothesis', 'label'],
        also: ['idx'],
        common: true,
        read: relabelled({ 0: 'entailment', 1: 'neutral', 2: 'contradiction' }),
      },
    ],
  },
  qnli: {
    title: 'QNLI (GLUE)',
    template: 'qnli question: {question} sentence: {sentence}',
    ...label,
    labels: entailment,
    layouts: [{ needs: ['question', 'sentence', 'label'], also: ['index', 'idx'], read: numberedEntailment }],
  },
  rte: {
    title: 'RTE (GLUE)',
    template: `rte ${pair}`,
    ...label,
    labels: entailment,
    layouts: [{ needs: pairColumns, also: ['index', 'idx'], common: true, read: numberedEntailment }],
  },
  wnli: {
    title: 'WNLI (GLUE)',
    template: `wnli ${pair}`,
    ...label,
    labels: { 0: 'not_entailment', 1: 'entailment' },
    layouts: [{ needs: pairColumns, also: ['index', 'idx'], common: true }],
  },
} satisfies Record<string, Preset>;

/** A score between 0 and 5 to the nearest fifth, in single precision and half to even as T5 rounds it; what is no number stays. */
function similarity(score: unknown): Row['values'][string] {
  const text = typeof score === 'string' ? score.trim() : score;
  if (text === '' || (typeof text !== 'string' && typeof text !== 'number') || !Number.isFinite(Number(text)))
    return score;
  const fifths = Math.fround(Math.fround(Number(text)) * 5);
  const below = Math.floor(fifths);
  const rounded = fifths - below === 0.5 ? below + (below % 2) : Math.round(fifths);
  return (rounded / 5).toFixed(1);
}
