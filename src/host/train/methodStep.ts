import * as vscode from 'vscode';
import type { MethodConfig } from '../../protocol/recipe.js';
import { pick, type Choice } from './ask.js';
import { forDataset, type Draft } from './draft.js';
import { methodChoices } from './methods.js';
import type { Answer, Place, Step } from './walk.js';

/** A method that is taken as it stands, or one of its settings to change first. */
type Action = MethodConfig | ((place: Place) => Promise<Answer<MethodConfig>>);

/** What is trained, and from where it begins. */
export function methodStep(title: string): Step<Draft> {
  return forDataset(async (draft, place) => {
    let { method } = draft;
    for (;;) {
      const answer = await pick<Action, Action>({
        place,
        title,
        placeholder: vscode.l10n.t('The method; Enter goes on with these settings'),
        choices: Object.values(methodChoices).flatMap((choice) => actions(choice, method, title)),
        isDefault: (action) => typeof action === 'object' && action.peft_type === method.peft_type,
        accept: (action) => action,
      });
      if (answer === undefined || answer === 'back') return answer;
      if (typeof answer.value === 'object') return { value: { ...draft, method: answer.value } };
      const changed = await answer.value(place);
      if (changed === undefined) return undefined;
      if (changed !== 'back') method = changed.value;
    }
  });
}

function actions(
  { label, detail, initial, settings }: (typeof methodChoices)[MethodConfig['peft_type']],
  current: MethodConfig,
  title: string,
): Choice<Action>[] {
  const config = current.peft_type === initial.peft_type ? current : initial;
  return [
    { label: `$(rocket) ${label()}`, detail: detail(), value: config },
    ...settings.map((setting) => ({
      label: `$(edit) ${setting.label(config)}`,
      value: (place: Place) => setting.ask(config, place, title),
    })),
  ];
}
