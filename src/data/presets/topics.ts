import { relabelled, type Preset } from './preset.js';

/** What a question asks for, and what a piece of news is about. */
const label = { target: '{label}', task: 'classification' } as const;
const news = ['World', 'Sports', 'Business', 'Sci/Tech'];
const byNumber = (from: number): Record<string, string> => Object.fromEntries(news.map((word, i) => [i + from, word]));

export const topics = {
  trec: {
    ...label,
    title: 'TREC',
    template: 'trec question: {question}',
    labels: { 0: 'description', 1: 'entity', 2: 'abbreviation', 3: 'person', 4: 'location', 5: 'number' },
    source: { format: 'tsv', delimiter: ' ', columns: ['label', 'question'], encoding: 'latin1' },
    layouts: [
      {
        needs: ['label', 'question'],
        common: true,
        // Li and Roth's own files have a class and what it is divided into, such as DESC:manner.
        read: ({ label: found }) => relabelled(trecClasses)({ label: String(found).replace(/:.*/, '') }),
      },
    ],
  },
  'ag-news': {
    ...label,
    title: 'AG News',
    template: 'ag_news text: {text}',
    labels: Object.fromEntries(news.map((word) => [word, word])),
    layouts: [
      {
        needs: ['Class Index', 'Title', 'Description'],
        read: (row) => ({ ...relabelled(byNumber(1), 'Class Index')(row), text: joined(row.Title, row.Description) }),
      },
      {
        needs: ['column1', 'column2', 'column3'],
        common: true,
        read: (row) => ({ ...relabelled(byNumber(1), 'column1')(row), text: joined(row.column2, row.column3) }),
      },
      {
        needs: ['column1', 'column2'],
        common: true,
        read: (row) => ({ ...relabelled(byNumber(0), 'column2')(row), text: row.column1 }),
      },
      { needs: ['text', 'label'], common: true, read: relabelled(byNumber(0)) },
    ],
  },
} satisfies Record<string, Preset>;

const trecClasses = { DESC: '0', ENTY: '1', ABBR: '2', HUM: '3', LOC: '4', NUM: '5' };

const joined = (title: unknown, description: unknown): string | null =>
  typeof title === 'string' && typeof description === 'string' ? `${title} ${description}` : null;
