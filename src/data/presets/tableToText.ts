import type { Preset } from './preset.js';

/** Meanings to be put into words, introduced in T5's manner: the set's name, then the field behind its own name. */
const writing = { task: 'generation' } as const;

export const tableToText = {
  e2e: {
    ...writing,
    title: 'E2E NLG',
    template: 'e2e mr: {mr}',
    target: '{ref}',
    layouts: [{ needs: ['mr', 'ref'] }],
  },
  webnlg: {
    ...writing,
    title: 'WebNLG',
    template: 'webnlg triples: {triples}',
    target: '{text}',
    references: 'texts',
    layouts: [{ needs: ['triples', 'text', 'texts'], also: ['id', 'category'], format: 'webnlg' }],
  },
} satisfies Record<string, Preset>;
