import type * as vscode from 'vscode';
import { join } from 'node:path';
import * as z from 'zod';
import { nameFromFile } from '../../protocol/parseRecipe.js';
import { trainsPrompt, type MethodConfig, type RecipeInput } from '../../protocol/recipe.js';
import { modelKinds, type DatasetSummary, type RecipeText, type TaskSummary } from '../../protocol/inspectMessages.js';
import { withAnswer, withoutAnswer } from '../../protocol/virtualSlots.js';
import type { Inspector, RunControl, Stores } from '../services.js';
import { recipeEnding } from '../recipeEnding.js';
import { modelReference, type FoundModel } from './modelReference.js';
import type { Answer, Place, Step } from './walk.js';
import { recipePath, recipeText, usualTraining, type TrainingDefaults } from './recipeText.js';
import { fitted, misfit, readConfigs, variants, type Variant, type VariantConfigs } from './variants.js';
import { writtenMethod } from './writtenMethod.js';

/** What training is started with. */
export interface TrainServices {
  readonly runControl: RunControl;
  readonly stores: Stores;
  readonly inspector: Inspector;
  readonly extensionUri: vscode.Uri;
  /** The workspace's. */
  readonly memory: vscode.Memento;
  /** What the user set, and nothing else. */
  readonly trainingDefaults: () => TrainingDefaults;
  readonly modelFolders: () => readonly string[];
}

/** What has been answered so far; paths are absolute. */
export interface Draft {
  readonly dataset?: Dataset;
  /** Chosen instead of a dataset: nothing else needs an answer. */
  readonly recipe?: string;
  /** As it was inferred or chosen. */
  readonly task?: ChosenTask;
  readonly model: FoundModel;
  /** The method, and the settings of each; what they begin from has an absolute path. */
  readonly variant: Variant;
  readonly methods: VariantConfigs;
  readonly name?: string;
}

/** What a question about a method's settings may look at. */
export interface Asking {
  readonly place: Place;
  readonly title: string;
  readonly services: TrainServices;
  readonly draft: Draft;
}

/** A draft whose rows are known. */
export interface DatasetDraft extends Draft {
  readonly dataset: Dataset;
}

export interface Dataset {
  readonly file: string;
  readonly summary: DatasetSummary;
  readonly dev?: string;
  readonly test?: string;
  /** Where its recipe will be. */
  readonly folder: string;
}
export type ChosenTask = Pick<TaskSummary, 'template' | 'target'> & Partial<TaskSummary>;

/** More labels than this say little where they stand for themselves, and hide the rest of a recipe. */
const mostLabels = 20;

/** The chosen method, or the first that can be used with the template. */
export function variantFor({ variant, task }: Pick<Draft, 'variant' | 'task'>): Variant {
  const isFit = (candidate: Variant): boolean => misfit(candidate, task?.template) === undefined;
  return isFit(variant) ? variant : (variants.find(isFit) ?? variant);
}

/** The task in the form that the model reads, with a place for the answer or without; undefined where the rows' own will do. */
export function taskFor({
  dataset,
  task,
  model,
}: Pick<DatasetDraft, 'dataset' | 'task' | 'model'>): ChosenTask | undefined {
  if (model.kind === undefined) return task;
  if (model.kind !== 'masked') return task && { ...task, template: withoutAnswer(task.template) };
  const { task: inferred } = dataset.summary;
  const known = task ?? ('error' in inferred ? undefined : inferred);
  return known && { ...known, template: withAnswer(known.template) };
}

function methodOf(draft: DatasetDraft): MethodConfig {
  const config: MethodConfig = fitted(draft.methods[variantFor(draft)], draft.task?.template);
  if (!trainsPrompt(config)) return config;
  const { prompt_tuning_init_file: file } = config;
  return {
    ...config,
    ...(file !== undefined && { prompt_tuning_init_file: recipePath(draft.dataset.folder, file) }),
    // Chosen for an encoder-decoder, it stays chosen for the next one; other models have one attention.
    ...('prefix_attention' in config && draft.model.kind !== 'encoderDecoder' && { prefix_attention: undefined }),
  };
}

/** The recipe that a draft makes. */
export function recipeOf(draft: DatasetDraft, services: TrainServices, roots: readonly string[]): RecipeText {
  const { dataset, model } = draft;
  const task = taskFor(draft);
  const { folder } = dataset;
  const name = draft.name ?? nameFromFile(dataset.file);
  const path = (file: string): string => recipePath(folder, file);
  const labels = task?.labels && Object.keys(task.labels).length <= mostLabels ? task.labels : undefined;
  const recipe: RecipeInput = {
    name,
    model: modelReference(model, { folder, searched: [...services.modelFolders(), ...roots] }),
    data: {
      train: path(dataset.file),
      ...(dataset.dev !== undefined && { dev: path(dataset.dev) }),
      ...(dataset.test !== undefined && { test: path(dataset.test) }),
      ...(task?.preset && { preset: task.preset }),
      ...(task && { template: task.template, target: task.target }),
      ...(labels && { labels }),
    },
    method: writtenMethod(methodOf(draft)),
    training: usualTraining(),
    ...services.trainingDefaults(),
  };
  return { text: recipeText(recipe), recipeFile: join(folder, `${name}${recipeEnding}`) };
}

/** A step that is left out where a recipe was chosen, which says everything; before anything was, those count that most datasets need. */
export function forDataset(
  ask: (draft: DatasetDraft, place: Place) => Promise<Answer<Draft>>,
  isNeeded?: (dataset: Dataset) => boolean,
): Step<Draft> {
  return {
    isNeeded: ({ dataset, recipe }) => (isNeeded ? dataset !== undefined && isNeeded(dataset) : recipe === undefined),
    ask: (draft, place) => {
      const { dataset } = draft;
      return dataset ? ask({ ...draft, dataset }, place) : Promise.resolve({ value: draft });
    },
  };
}

const memorySchema = z.object({
  /** Data files and recipes, the latest first. */
  recent: z.array(z.string()).catch([]),
  model: z
    .object({ name: z.string(), path: z.string(), kind: z.enum(modelKinds).optional() })
    .optional()
    .catch(undefined),
  variant: z.enum(variants).catch('PROMPT_TUNING'),
  methods: z.unknown().default({}).transform(readConfigs),
});
const memoryKey = 'softprompt.train';
const mostRecent = 5;

/** The choices of the last time in this workspace. */
export function remembered(memory: vscode.Memento): z.infer<typeof memorySchema> {
  return memorySchema.parse(memory.get(memoryKey) ?? {});
}

export async function remember(memory: vscode.Memento, draft: Draft): Promise<void> {
  const before = remembered(memory);
  const file = draft.recipe ?? draft.dataset?.file;
  const recent = [...new Set([...(file === undefined ? [] : [file]), ...before.recent])].slice(0, mostRecent);
  const { model, variant, methods } = draft.recipe === undefined ? draft : before;
  await memory.update(memoryKey, { recent, model, variant, methods });
}
