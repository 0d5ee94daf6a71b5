import type { NearestTokens } from '../../protocol/events.js';
import type { FoundLabel } from '../../protocol/interpretation.js';

/** What is needed of a tokenizer and a task. */
export interface LabelWords {
  /** Label → the word that stands for it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Between input and target. */
  readonly targetPrefix: string;
  readonly encode: (text: string) => readonly number[];
  readonly tokenText: (id: number) => string;
}

/** For each label, the virtual tokens that have one of its tokens among their nearest. */
export function foundLabels(nearest: readonly NearestTokens[], words: LabelWords): FoundLabel[] {
  return Object.entries(words.labels).map(([label, word]) => {
    const ids = [...new Set([...words.encode(words.targetPrefix + word), ...words.encode(word)])];
    const texts = new Set(ids.map((id) => plain(words.tokenText(id))).filter((text) => /\p{L}{2}/u.test(text)));
    const isOfLabel = ({ id, token }: { id: number; token: string }): boolean =>
      ids.includes(id) || texts.has(plain(token));
    const found = nearest.flatMap(({ position, nearest: neighbours }) => {
      const index = neighbours.findIndex(isOfLabel);
      const token = neighbours[index]?.token;
      return token === undefined ? [] : [{ position, rank: index + 1, token }];
    });
    return { label, word, ids, found: found.sort((a, b) => a.rank - b.rank || a.position - b.position) };
  });
}

const plain = (token: string): string => token.trim().toLowerCase();
