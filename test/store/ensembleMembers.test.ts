import { describe, expect, it } from 'vitest';
import { ensembleKey, refuseStrangers } from '../../src/store/ensembleMembers.js';
import type { PromptDetails } from '../../src/store/promptDetails.js';
import type { PromptSummary } from '../../src/store/promptFolder.js';
import { configOf, prefixPrompt, promptDetails } from '../support/prompts.js';

const { model, task } = promptDetails;
const prompt = (name: string, change: Partial<PromptDetails> = {}): PromptSummary => ({
  name,
  config: configOf({}),
  details: { ...promptDetails, name, ...change },
});
const withTask = (name: string, change: Partial<PromptDetails['task']>): PromptSummary =>
  prompt(name, { task: { ...task, ...change } });
const codeOf = (members: readonly PromptSummary[]): { code: string; args: unknown } | undefined => {
  try {
    refuseStrangers(members);
    return undefined;
  } catch (error) {
    return error as { code: string; args: unknown };
  }
};

describe('refuseStrangers', () => {
  it('lets prompts of one task and model answer together, whatever their method and the order of their labels', () => {
    const prefix = { ...prompt('b'), config: prefixPrompt.config };
    const reordered = withTask('c', { labels: { shipping: 'post', billing: 'money' }, maxLength: 64 });
    expect(codeOf([prompt('a'), prefix, reordered])).toBeUndefined();
    expect(new Set([prompt('a'), prefix, reordered].map(ensembleKey)).size).toBe(1);
  });

  it('names the two that were trained on other weights', () => {
    const other = prompt('c', { model: { ...model, checksum: 'cd'.repeat(32) } });
    expect(codeOf([prompt('a'), prompt('b'), other])).toMatchObject({
      code: 'store.memberModel',
      args: { prompt: 'a', model: 'org/model (abababababab…)', other: 'c', otherModel: 'org/model (cdcdcdcdcdcd…)' },
    });
  });

  it.each([
    [{ template: '{text}\nTopic:' }, 'template', '"{text}\\nTopic:"', '"{text}\\nQueue:"'],
    [{ labels: { billing: 'money' } }, 'labels', '{"billing":"money"}', '{"billing":"money","shipping":"post"}'],
    [{ addEos: true }, 'addEos', 'true', 'false'],
  ])('names the field of the task in which two differ: %j', (change, field, found, expected) => {
    expect(codeOf([prompt('a'), withTask('b', change)])).toMatchObject({
      code: 'store.memberTask',
      args: { prompt: 'a', other: 'b', field, found, expected },
    });
    expect(ensembleKey(withTask('b', change))).not.toBe(ensembleKey(prompt('a')));
  });

  it('takes adapters of PEFT, which say nothing of their task, on the model that they name', () => {
    const adapter = (name: string, baseModel: string): PromptSummary => ({ name, config: configOf({ baseModel }) });
    expect(codeOf([adapter('a', 'm'), adapter('b', 'm')])).toBeUndefined();
    expect(codeOf([adapter('a', 'm'), adapter('b', 'n')])?.code).toBe('store.memberModel');
    expect(codeOf([adapter('a', 'm'), prompt('b')])?.code).toBe('store.memberModel');
  });

  it('refuses free text and a single prompt', () => {
    expect(codeOf([prompt('a'), withTask('b', { task: 'generation' })])).toMatchObject({
      code: 'store.memberText',
      args: { prompt: 'b' },
    });
    expect(ensembleKey(withTask('b', { task: 'generation' }))).toBeUndefined();
    expect(codeOf([prompt('a')])?.code).toBe('store.fewMembers');
  });
});
