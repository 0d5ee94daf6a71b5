import { tokenizeExample } from '../data/tokenize.js';
import type { AskedRows } from './askedRows.js';
import { endTokensOf, greedy, openGenerator } from './generation/generate.js';

/**
 * What a prompt, or the bare model, answers to each row: greedily, of `maxTokens` tokens at most, without the white space around it.
 * `afterRow` returns false to stop, and then the result is undefined.
 */
export async function writeTexts(
  { setting, base, member, examples }: AskedRows,
  maxTokens: number,
  afterRow: (rowsDone: number) => Promise<boolean>,
): Promise<string[] | undefined> {
  const { tokenize, beginning = [] } = setting;
  const isBare = member.method.virtualTokens === 0;
  const { tokenizer } = base;
  const generator = await openGenerator({ ...setting, tokenizer, endTokens: endTokensOf(base) }, member);
  try {
    const texts: string[] = [];
    for (const example of examples) {
      const { inputIds } = tokenizeExample(example, tokenize);
      const ids = [...beginning, ...(isBare ? inputIds.filter((id) => id >= 0) : inputIds)];
      const { text } = await generator.generate(ids, { ...greedy, maxTokens });
      texts.push(text.trim());
      if (!(await afterRow(texts.length))) return undefined;
    }
    return texts;
  } finally {
    await generator.dispose();
  }
}
