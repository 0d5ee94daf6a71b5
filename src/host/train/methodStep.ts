import * as vscode from 'vscode';
import { trainsPrompt } from '../../protocol/recipe.js';
import { pick, separator, type Choice } from './ask.js';
import { forDataset, recipeOf, variantFor, type DatasetDraft, type Draft, type TrainServices } from './draft.js';
import { methodSettings, type Setting } from './methods.js';
import { fitted, misfit, variants, variantWords, type Variant, type VariantConfigs } from './variants.js';
import { memoryText } from './previewLines.js';
import type { Answer, Place, Step } from './walk.js';
import { workspaceRoots } from './workspaceRoots.js';

/** A method that is taken as it stands, or one of its settings to change first. */
type Action = Variant | ((place: Place) => Promise<Answer<Draft>>);

/** What is trained, and from where it begins. */
export function methodStep(services: TrainServices, title: string): Step<Draft> {
  return forDataset(async (draft, place) => {
    let current: Draft = draft;
    const memory = tuningMemory(draft, services);
    for (;;) {
      const shown = current;
      const choices = (needed?: string): Choice<Action>[] =>
        variants.flatMap((variant) => choicesOf(variant, shown, services, title, needed));
      const answer = await pick<Action, Action>({
        place,
        title,
        placeholder: vscode.l10n.t('The method; Enter goes on with these settings'),
        choices: choices(),
        allChoices: async () => choices(await memory),
        isDefault: (action) => action === variantFor(shown),
        accept: (action) => action,
      });
      if (answer === undefined || answer === 'back') return answer;
      if (typeof answer.value === 'string') return { value: { ...shown, variant: answer.value } };
      const changed = await answer.value(place);
      if (changed === undefined) return undefined;
      if (changed !== 'back') current = changed.value;
    }
  });
}

/** What training the whole model takes; undefined where the recipe that it would be has a fault, which the preview tells. */
async function tuningMemory(draft: DatasetDraft, services: TrainServices): Promise<string | undefined> {
  const recipe = recipeOf({ ...draft, variant: 'MODEL_TUNING' }, services, workspaceRoots());
  const preview = await services.inspector.preview(recipe).catch(() => undefined);
  return preview && memoryText(preview);
}

/** A method with its settings beneath; one that cannot be used says why. `memory`: what model tuning takes, once that is known. */
function choicesOf<V extends Variant>(
  variant: V,
  draft: Draft,
  services: TrainServices,
  title: string,
  memory: string | undefined,
): Choice<Action>[] {
  const { label, description, use } = variantWords()[variant];
  const line = variant === variants[0] ? [] : [separator('')];
  const reason = misfit(variant, draft.task?.template);
  if (reason !== undefined) {
    return [...line, { label: `$(circle-slash) ${label}`, description, detail: reason }];
  }
  const detail = variant === 'MODEL_TUNING' && memory !== undefined ? `${use} · ${memory}` : use;
  const config: VariantConfigs[V] = fitted(draft.methods[variant], draft.task?.template);
  const settings: readonly Setting<VariantConfigs[V]>[] = methodSettings[variant];
  /** What a template says is not to be remembered for others. */
  const chosen = (changed: VariantConfigs[V]): VariantConfigs[V] => {
    const remembered = draft.methods[variant];
    return config === remembered || !trainsPrompt(remembered)
      ? changed
      : { ...changed, num_virtual_tokens: remembered.num_virtual_tokens };
  };
  const ask =
    (setting: Setting<VariantConfigs[V]>) =>
    async (place: Place): Promise<Answer<Draft>> => {
      const answer = await setting.ask(config, { place, title, services, draft });
      if (answer === undefined || answer === 'back') return answer;
      return { value: { ...draft, variant, methods: { ...draft.methods, [variant]: chosen(answer.value) } } };
    };
  return [
    ...line,
    { label: `$(rocket) ${label}`, description, detail, value: variant },
    ...settings
      .filter(({ isOffered }) => isOffered?.(draft) ?? true)
      .map((setting) => {
        const settled = setting.settled?.(config, draft);
        return settled === undefined
          ? { label: `$(edit) ${setting.label(config)}`, description: label, value: ask(setting) }
          : { label: `$(lock) ${setting.label(config)}`, description: settled };
      }),
  ];
}
