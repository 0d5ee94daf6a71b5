import { tokenizeExample } from '../data/tokenize.js';
import type { AskedRows } from './askedRows.js';
import { endTokensOf, greedy, openGenerator } from './generation/generate.js';
import { modelSessions } from './modelSessions.js';
import { memberOf } from './standing.js';

/**
 * What a prompt, each row's own, or the bare model answers to each row: greedily, of `maxTokens` tokens at most, without the white space around it.
 * `afterRow` returns false to stop, and then the result is undefined.
 */
export async function writeTexts(
  { setting, base, answering, examples }: AskedRows,
  maxTokens: number,
  afterRow: (rowsDone: number) => Promise<boolean>,
): Promise<string[] | undefined> {
  const { tokenize, beginning = [] } = setting;
  const { tokenizer } = base;
  const sessions = setting.sessions ?? modelSessions(setting);
  try {
    const texts: string[] = [];
    for (const [i, example] of examples.entries()) {
      const member = memberOf(answering, i);
      const isBare = member.method.virtualTokens === 0;
      const { inputIds } = tokenizeExample(example, tokenize);
      const ids = [...beginning, ...(isBare ? inputIds.filter((id) => id >= 0) : inputIds)];
      const generator = await openGenerator({ ...setting, sessions, tokenizer, endTokens: endTokensOf(base) }, member);
      const { text } = await generator.generate(ids, { ...greedy, maxTokens });
      texts.push(text.trim());
      if (!(await afterRow(texts.length))) return undefined;
    }
    return texts;
  } finally {
    if (!setting.sessions) await sessions.dispose();
  }
}
