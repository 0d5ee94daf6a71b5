import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { ModelChoice } from '../../protocol/inspectMessages.js';
import { parameterCount } from '../amounts.js';
import { browseFor } from '../browse.js';
import { describeMessage } from '../../errors/catalogue.js';
import { pick, separator, type Choice } from './ask.js';
import { forDataset, recipeOf, taskFor, type Draft, type TrainServices } from './draft.js';
import { isBundled, type FoundModel } from './modelReference.js';
import { bundledModel } from './recipeText.js';
import type { Step } from './walk.js';
import { workspaceRoots } from './workspaceRoots.js';

type Browse = 'browse folder' | 'browse file';

/** The frozen model that the prompt is trained for. */
export function modelStep(services: TrainServices, title: string): Step<Draft> {
  return forDataset(async (draft, place) => {
    let browsed: FoundModel | undefined;
    for (;;) {
      const answer = await pick<FoundModel | Browse, Draft | Browse>({
        place,
        title,
        placeholder: vscode.l10n.t('The base model, which stays as it is'),
        choices: [bundledChoice(services), ...browseChoices()],
        allChoices: async () => {
          const found = await services.inspector.models([...services.modelFolders(), ...workspaceRoots()]);
          return modelChoices(found, draft.model, services);
        },
        isDefault: (model) => typeof model === 'object' && model.path === draft.model.path,
        chosen: browsed,
        accept: async (model) => {
          if (typeof model === 'string') return model;
          const task = taskFor({ ...draft, model });
          const chosen = { ...draft, model, ...(task && { task }) };
          // What the search found was opened by it; anything else may not be a model at all.
          if (model === browsed) {
            await services.inspector.preview(recipeOf(chosen, services, workspaceRoots()));
          }
          return chosen;
        },
      });
      if (answer === undefined || answer === 'back') return answer;
      if (typeof answer.value === 'object') return { value: answer.value };
      browsed = await browseForModel(answer.value, services);
    }
  });
}

/** The model that the product brings. */
export function bundledPath({ extensionUri }: TrainServices): string {
  return join(extensionUri.fsPath, 'media', 'models', bundledModel);
}

function modelChoices(
  found: readonly ModelChoice[],
  last: FoundModel,
  services: TrainServices,
): Choice<FoundModel | Browse>[] {
  const own = found.find(isBundled);
  const usable = found.filter((model) => model.usable && model !== own);
  const others = found.filter((model) => !model.usable);
  return [
    own ? modelChoice(own, vscode.l10n.t('comes with Softprompt')) : bundledChoice(services),
    ...usable.map((model) => modelChoice(model, vscode.workspace.asRelativePath(model.path))),
    ...(isBundled(last) || found.some(({ path }) => path === last.path) ? [] : [lastChoice(last)]),
    ...browseChoices(),
    ...(others.length > 0 ? [separator(vscode.l10n.t('cannot be used'))] : []),
    ...others.map((model) => modelChoice(model, '')),
  ];
}

function modelChoice(model: ModelChoice, detail: string): Choice<FoundModel> {
  const { name, path } = model;
  if (!model.usable) {
    const { message, advice } = describeMessage(model.error);
    // The line is short, and a path is long.
    return { label: `$(circle-slash) ${name}`, detail: `${message.replaceAll(path, name)} ${advice}` };
  }
  const description = vscode.l10n.t('{modelType} · {parameters} parameters', {
    modelType: model.modelType,
    parameters: parameterCount(model.parameters),
  });
  return { label: `$(chip) ${name}`, description, detail, value: { name, path, kind: model.kind } };
}

function bundledChoice(services: TrainServices): Choice<FoundModel> {
  return {
    label: `$(chip) ${bundledModel}`,
    detail: vscode.l10n.t('comes with Softprompt'),
    value: { name: bundledModel, path: bundledPath(services), kind: 'causal' },
  };
}

/** One that was browsed for. */
function lastChoice(model: FoundModel): Choice<FoundModel> {
  return { label: `$(chip) ${model.name}`, detail: vscode.workspace.asRelativePath(model.path), value: model };
}

function browseChoices(): Choice<Browse>[] {
  return [
    separator(''),
    { label: vscode.l10n.t('$(folder-opened) Browse for a Hugging Face folder…'), value: 'browse folder' },
    { label: vscode.l10n.t('$(file) Browse for a .gguf file…'), value: 'browse file' },
  ];
}

async function browseForModel(kind: Browse, { inspector }: TrainServices): Promise<FoundModel | undefined> {
  const browsed = kind === 'browse folder' ? 'folder' : { files: { GGUF: ['gguf'] } };
  const path = await browseFor(browsed, vscode.l10n.t('The base model'));
  if (path === undefined) return undefined;
  const found = (await inspector.models([path])).find((model) => model.path === path);
  return { name: basename(path), path, ...(found?.usable && { kind: found.kind }) };
}
