import type { DatasetSource } from '../../protocol/dataset.js';

/** What a file's ending says of its format; `json` may be JSON Lines, and either may be a nested format. */
export function formatOfName(ending: string): 'jsonl' | 'json' | 'csv' | 'tsv' | 'webnlg' | undefined {
  switch (ending.toLowerCase()) {
    case '.jsonl':
    case '.ndjson':
      return 'jsonl';
    case '.json':
      return 'json';
    case '.csv':
      return 'csv';
    case '.tsv':
    case '.tab':
      return 'tsv';
    case '.xml':
      return 'webnlg';
  }
  return undefined;
}

export type Format = NonNullable<DatasetSource['format']>;
