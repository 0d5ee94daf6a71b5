import { describeMessage } from '../../errors/catalogue.js';
import { encoderName } from '../../protocol/numbers.js';
import type { PanelRun } from '../../protocol/panelMessages.js';
import { trainsPrompt } from '../../protocol/recipe.js';
import type { FollowedRun } from '../services.js';

/** A run as the panel shows it. */
export function panelRun({ folder, state, status, recipe, events, controllable }: FollowedRun): PanelRun {
  const { method, model, training } = recipe;
  const encoder = encoderName(method);
  const { maxSteps, evalEvery, earlyStopping } = training;
  return {
    id: folder,
    name: status.name,
    state,
    ...(status.error && { problem: describeMessage(status.error) }),
    controllable,
    saved: status.promptFolder !== undefined,
    plan: {
      method: method.peft_type,
      ...(encoder !== undefined && { encoder }),
      virtualTokens: trainsPrompt(method) ? method.num_virtual_tokens : 0,
      model: model.split(/[\\/]/).at(-1) ?? model,
      // With groups, as many times as there are groups; only the run knows how many.
      steps: events.find((event) => event.type === 'start')?.steps ?? maxSteps,
      evalEvery,
      ...(earlyStopping !== undefined && { earlyStopping }),
    },
  };
}
