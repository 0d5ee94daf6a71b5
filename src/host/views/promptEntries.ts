import * as l10n from '@vscode/l10n';
import type { NearestTokens } from '../../protocol/events.js';
import { duration, methodName, nearestMeaning, shareText, wholeNumber } from '../../protocol/numbers.js';
import { quoted } from '../../protocol/quoted.js';
import type { AdapterConfig } from '../../store/adapterConfig.js';
import { adapterShape } from '../../store/adapterShape.js';
import type { PromptSummary } from '../../store/promptFolder.js';
import type { Stores } from '../services.js';
import { shortModelName, timeText, type Entry } from './entry.js';
import type { ListedGroupSet } from './groupSetEntries.js';
import { promptScores, scoreText, scoreWords } from './score.js';

export type ListedPrompt = Stores['prompts'][number];
/** What a row of the view stands for: one prompt, or those of groups. */
export type ListedSaved = ListedPrompt | ListedGroupSet;

export interface PromptGroup {
  /** Undefined: prompts that do not say what they were trained on. */
  readonly dataset: string | undefined;
  readonly prompts: readonly ListedSaved[];
}

/** Prompts by dataset, in the order of their names; those that say nothing of it, and damaged ones, come last. */
export function groupPrompts(prompts: readonly ListedSaved[]): PromptGroup[] {
  const groups = new Map<string | undefined, ListedSaved[]>();
  for (const prompt of prompts) {
    const dataset = datasetOf(prompt);
    groups.set(dataset, [...(groups.get(dataset) ?? []), prompt]);
  }
  return [...groups]
    .map(([dataset, members]) => ({ dataset, prompts: members }))
    .sort((a, b) =>
      a.dataset === undefined ? 1 : b.dataset === undefined ? -1 : a.dataset.localeCompare(b.dataset, 'en'),
    );
}

function datasetOf(listed: ListedSaved): string | undefined {
  return 'value' in listed && listed.value.details ? datasetName(listed.value.details.data.train) : undefined;
}

/** A training file by its name without ending; where that says only which split it is, by its folder's. */
export function datasetName(train: string): string {
  const parts = train.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  const name = (parts.at(-1) ?? train).replace(/(?<=.)\.[^.]*$/, '');
  return /^(train(ing)?|data)$/i.test(name) ? (parts.at(-2) ?? name) : name;
}

export function groupEntry({ dataset, prompts }: PromptGroup): Entry {
  const label = dataset ?? l10n.t('Other');
  const description = String(prompts.length);
  return {
    label,
    description,
    spoken: l10n.t('{dataset}, prompts: {count}', { dataset: label, count: prompts.length }),
    card: { title: label, facts: [[l10n.t('Prompts'), description]] },
    contextValue: 'dataset',
  };
}

export const damagedPrompt = 'prompt damaged';

/** `canContinue` is said of prompts that hold the recipe to go on with. */
export function promptEntry({ name, config, details }: PromptSummary, folder: string, language: string): Entry {
  const model = details?.model.name ?? config.base_model_name_or_path ?? l10n.t('unknown base model');
  const [best] = details ? promptScores(details) : [];
  const tokens = config.num_virtual_tokens;
  const method = methodName(config.peft_type);
  return {
    label: name,
    description: [
      ...(best ? [scoreText(best)] : []),
      shortMethodName(config.peft_type),
      tokens,
      shortModelName(model),
    ].join(' · '),
    spoken: [
      name,
      ...(best ? [scoreWords(best)] : []),
      l10n.t('{method}, {tokens} virtual tokens', { method, tokens }),
      l10n.t('base model {model}', { model: shortModelName(model) }),
    ].join(', '),
    card: {
      title: name,
      ...(details && { sentences: promptScores(details).map(scoreWords) }),
      facts: [
        [l10n.t('Method'), l10n.t('{method}, {tokens} virtual tokens', { method, tokens })],
        [l10n.t('Base model'), model],
        ...networkFact(config),
        ...sizeFacts(config, details),
        ...(details ? trainingFacts(details, language) : []),
        [l10n.t('Folder'), folder],
      ],
    },
    contextValue: details ? 'prompt whole canContinue' : 'prompt whole',
  };
}

function shortMethodName(type: AdapterConfig['peft_type']): string {
  switch (type) {
    case 'PROMPT_TUNING':
      return l10n.t({ message: 'prompt', comment: ['Short for the method prompt tuning'] });
    case 'PREFIX_TUNING':
      return l10n.t({ message: 'prefix', comment: ['Short for the method prefix tuning'] });
    case 'P_TUNING':
    case 'WARP':
      return methodName(type);
  }
}

type Details = NonNullable<PromptSummary['details']>;

/** PEFT writes it of P-tuning alone. */
function networkFact(config: AdapterConfig): [string, string][] {
  if (config.peft_type !== 'P_TUNING') return [];
  const { encoder_reparameterization_type: type, encoder_hidden_size: size } = config;
  return [[l10n.t('Network'), size === null ? type : `${type} ${size}`]];
}

/** What is kept of a prompt, with WARP's output vectors. */
function keptNumbers(config: AdapterConfig): number {
  const [tokens, width] = adapterShape(config);
  const classes = config.peft_type === 'WARP' ? config.num_classes : 0;
  return (tokens + classes) * width;
}

/** What was trained, as a network counts too, and what is kept of it where that is less. */
function sizeFacts(config: AdapterConfig, details: Details | undefined): [string, string][] {
  const kept = keptNumbers(config);
  const inKept: [string, string] = [l10n.t('Kept'), l10n.t('{numbers} numbers', { numbers: wholeNumber(kept) })];
  if (!details) return [inKept];
  const { trainable } = details.training;
  const parameters = Math.max(1, details.model.parameters);
  return [
    [
      l10n.t('Trainable'),
      l10n.t('{parameters} parameters ({share} of the model’s)', {
        parameters: wholeNumber(trainable),
        share: shareText(trainable / parameters),
      }),
    ],
    ...(trainable === kept ? [] : [inKept]),
  ];
}

function trainingFacts({ training, created }: Details, language: string): [string, string][] {
  return [
    [
      l10n.t('Steps'),
      l10n.t('{steps}, the best {best}', { steps: wholeNumber(training.steps), best: wholeNumber(training.bestStep) }),
    ],
    [l10n.t('Made'), `${timeText(created, language)} (${duration(training.seconds)})`],
  ];
}

/** As many real tokens as a narrow view shows beside a virtual one. */
const shownTokens = 3;

/** A virtual token of a method: its number and the real tokens nearest to it. */
export function tokenEntry({ position, nearest }: NearestTokens, method: string): Entry {
  const number = position + 1;
  const first = nearest.slice(0, shownTokens).map(({ token }) => quoted(token));
  const similarity = nearest[0]?.similarity.toFixed(2) ?? '';
  const meaning = nearestMeaning(method);
  return {
    label: `${number}  ${first.join(' · ')}`,
    description: similarity,
    spoken: l10n.t('virtual token {number}, nearest {tokens}, similarity {similarity}', {
      number,
      tokens: first.join(', '),
      similarity,
    }),
    card: {
      title: l10n.t('Virtual token {number}', { number }),
      sentences: [
        ...(meaning === undefined ? [] : [meaning]),
        l10n.t('The nearest real tokens, by cosine similarity:'),
      ],
      facts: nearest.map(({ token, similarity: value }) => [value.toFixed(2), quoted(token)] as const),
    },
    contextValue: 'token',
  };
}
