import { describe, expect, it } from 'vitest';
import { panelRun } from '../../src/host/panels/panelRun.js';
import { packEvents } from '../../src/host/panels/packEvents.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { viewRun, type RunView } from '../../webview/training/runView.js';
import { header } from '../../webview/training/sections/header.js';
import { nearestTokens } from '../../webview/training/sections/nearestTokens.js';
import { run } from '../host/views/runs.js';

function view(method: object, told: Parameters<typeof packEvents>[0] = []): RunView {
  const recipe = parseRecipe(JSON.stringify({ data: { train: 'a' }, method }), 'a');
  return viewRun(panelRun(run('running', { recipe })), packEvents(told));
}

/** The words of a template, without what is markup alone. */
function wordsOf(template: unknown): string {
  if (Array.isArray(template)) return template.map(wordsOf).join(' ');
  if (typeof template === 'string' || typeof template === 'number') return String(template);
  if (typeof template === 'object' && template !== null && 'values' in template) return wordsOf(template.values);
  return '';
}

describe('the panel', () => {
  it.each([
    [{ peft_type: 'PROMPT_TUNING' }, 'prompt tuning · P=20 · softprompt-9m'],
    [{ peft_type: 'PREFIX_TUNING', num_virtual_tokens: 5 }, 'prefix tuning · P=5 · softprompt-9m'],
    [{ peft_type: 'PREFIX_TUNING', prefix_projection: true }, 'prefix tuning · projection 512 · P=20 · softprompt-9m'],
    [{ peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM' }, 'P-tuning · LSTM 128 · P=20 · softprompt-9m'],
  ])('says in its head what is trained: %j', (method, facts) => {
    expect(wordsOf(header(view(method), undefined, () => undefined))).toContain(facts);
  });

  it('says what the nearest tokens of a prefix are, before and after there are any', () => {
    const nearest: RunEvent = { type: 'nearest', step: 2, tokens: [{ position: 0, nearest: [] }] };
    for (const told of [[], [nearest]]) {
      expect(wordsOf(nearestTokens(view({ peft_type: 'PREFIX_TUNING' }, told)))).toContain('A prefix has no vectors');
      expect(wordsOf(nearestTokens(view({ peft_type: 'P_TUNING' }, told)))).not.toContain('A prefix');
    }
  });
});
