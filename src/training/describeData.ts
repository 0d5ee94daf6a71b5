import { sharedRows } from '../data/splits.js';
import { mayExceed, tokenCount, tokenizeExample } from '../data/tokenize.js';
import type { Example } from '../protocol/dataset.js';
import type { RunEvent, Split } from '../protocol/events.js';
import type { RunContext } from './runContext.js';

/** Up to here every row is counted; larger splits are sampled, so that nobody waits for a count. */
const countedRows = 1000;
/** Special tokens, the joint of input and target, and a dummy space. */
const slack = 4;

/** What a person should know of the data before the first step: sizes in tokens, rows that are cut, rows that stand in two splits. */
export function describeData({ data, tokenize }: Pick<RunContext, 'data' | 'tokenize'>): RunEvent[] {
  const splits = (['train', 'dev', 'test'] as const).filter((split) => data.splits[split].length > 0);
  return [
    ...splits.map((split): RunEvent => {
      const examples = data.splits[split];
      const stride = Math.ceil(examples.length / countedRows);
      const lengths = examples.filter((_, i) => i % stride === 0).map((e) => fullLength(e));
      return {
        type: 'data',
        split,
        source: data.sources[split] ?? { path: '' },
        rows: examples.length,
        tokens: {
          mean: lengths.reduce((a, b) => a + b, 0) / lengths.length,
          max: Math.max(...lengths),
          sampled: stride > 1,
        },
        cutRows: examples.filter(isCut).length,
      };
    }),
    ...splits
      .filter((split) => split !== 'train')
      .flatMap((split) => sharedNotice(data.splits.train, data.splits[split], split)),
  ];

  function fullLength(example: Example): number {
    const tokenized = tokenizeExample(example, tokenize);
    return tokenCount(tokenized) + tokenized.cutTokens;
  }
  function isCut(example: Example): boolean {
    const room = tokenize.maxLength - slack;
    return mayExceed(example.input + example.target, room) && tokenizeExample(example, tokenize).cutTokens > 0;
  }
}

function sharedNotice(train: readonly Example[], others: readonly Example[], split: Split): RunEvent[] {
  const shared = sharedRows(train, others);
  const [first] = shared;
  if (!first) return [];
  const args = {
    count: shared.length,
    split,
    file: first.b.file,
    line: first.b.line,
    trainFile: first.a.file,
    trainLine: first.a.line,
  };
  return [{ type: 'notice', code: 'sharedRows', args }];
}
