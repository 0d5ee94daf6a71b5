import type { Metrics, NearestTokens } from '../protocol/events.js';
import type { PrefixAttention } from '../protocol/prefixAttention.js';
import type { Recipe } from '../protocol/recipe.js';
import { placesAnswer, placesVirtualTokens } from '../protocol/virtualSlots.js';
import { adapterTensors, isEncoderDecoder, isPeft, type AdapterConfig } from './adapterConfig.js';
import { hasParts } from './adapterShape.js';
import type { PromptDetails } from './promptDetails.js';
import { pythonSnippet } from './pythonSnippet.js';

/** What a card is made of; without details, only what PEFT's config says. */
export interface CardContent {
  readonly config: AdapterConfig;
  readonly details?: PromptDetails;
  readonly recipe?: Recipe;
  readonly nearest?: readonly NearestTokens[];
  /** What it was before it was converted. */
  readonly origin?: string;
}

/** `README.md`: a model card as the Hugging Face Hub shows it, with YAML front matter; in English, as the Hub is. */
export function modelCard(content: CardContent): string {
  const { config, details, nearest } = content;
  const base = config.base_model_name_or_path ?? details?.model.name;
  const sections = [
    frontMatter(base, config),
    `# ${details?.name ?? 'Soft prompt'}`,
    whatItIs(content),
    ...(details ? [dataSection(details), scoreSection(details.scores)] : []),
    usage(config, base ?? 'BASE_MODEL', details?.task.template ?? ''),
    ...(nearest && nearest.length > 0 ? [nearestSection(nearest, config.peft_type)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

type CardType = AdapterConfig['peft_type'];

const tags: Readonly<Record<CardType, string>> = {
  PROMPT_TUNING: 'prompt-tuning',
  PREFIX_TUNING: 'prefix-tuning',
  P_TUNING: 'p-tuning',
  WARP: 'warp',
};

/** The Hub links a base model by its id; a path on this machine would tell it nothing. */
function frontMatter(base: string | undefined, config: AdapterConfig): string {
  const isHubId = base !== undefined && /^[\w.-]+\/[\w.-]+$/.test(base);
  const forPeft = isPeft(config);
  const lines = [...(forPeft ? ['library_name: peft'] : []), ...(isHubId ? [`base_model: ${base}`] : [])];
  const tag = `- ${tags[config.peft_type]}`;
  return ['---', ...lines, 'tags:', '- softprompt', tag, ...(forPeft ? ['- peft'] : []), '---'].join('\n');
}

function whatItIs({ config, details, recipe, origin }: CardContent): string {
  const base = details?.model.name ?? config.base_model_name_or_path ?? 'a frozen language model';
  const text =
    `${subject(config)} for ${code(base)}, ${origin === undefined ? howTrained(config, recipe) : `converted from ${origin}`}: ` +
    `${numbers(config, details)}, and not one of the model's own weights changed.`;
  if (!details) return text;
  const { training, created, versions, model } = details;
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    text,
    '',
    `Trained ${created.slice(0, 10)} for ${number(training.steps)} steps; the vectors are those of step ${number(training.bestStep)}. Made with ${programs.join(', ')}.`,
    `The base model's weights have SHA-256 ${code(model.checksum)}; on other weights the prompt means nothing.`,
  ].join('\n');
}

function subject(config: AdapterConfig): string {
  const tokens = `${config.num_virtual_tokens} virtual tokens`;
  if (hasParts(config))
    return `A prefix of ${tokens}, keys and values in each layer's ${attentionWords(config.prefix_attention)},`;
  return config.peft_type === 'PREFIX_TUNING'
    ? `A prefix of ${tokens}, keys and values in each ${isEncoderDecoder(config) ? "of the decoder's layers" : `of ${config.num_layers} layers`},`
    : `A soft prompt of ${tokens}`;
}

const attentionNames: Readonly<Record<PrefixAttention, string>> = {
  decoder: 'decoder self-attention',
  encoder: 'encoder self-attention',
  cross: 'cross-attention',
};

const attentionWords = (parts: readonly PrefixAttention[]): string =>
  parts.map((part) => attentionNames[part]).join(', ');

function howTrained(config: AdapterConfig, recipe: Recipe | undefined): string {
  switch (config.peft_type) {
    case 'PROMPT_TUNING':
      return 'trained by prompt tuning (Lester et al. 2021)';
    case 'WARP':
      return `trained by WARP (Hambardzumyan et al. 2021) with an output vector for each of ${config.num_classes} labels`;
    case 'P_TUNING': {
      const { encoder_reparameterization_type: encoder, encoder_hidden_size: width } = config;
      return `trained by P-tuning (Liu et al. 2021) with an ${encoder} encoder${width === null ? '' : ` of width ${width}`}`;
    }
    case 'PREFIX_TUNING': {
      // The config says how the prefix is kept: what made it is in the recipe.
      const method = recipe?.method.peft_type === 'PREFIX_TUNING' ? recipe.method : config;
      const way = method.prefix_projection ? `through a projection of width ${method.encoder_hidden_size}` : 'directly';
      return `trained by prefix tuning (Li, Liang 2021) ${way}`;
    }
  }
}

/** How many were trained is known of our own; of others, how many are kept. */
function numbers(config: AdapterConfig, details: PromptDetails | undefined): string {
  const shapes = Object.values(adapterTensors(config));
  const size = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const kept = number(size);
  if (!details) return `${kept} numbers`;
  const { trainable } = details.training;
  const share = `${percent(trainable / details.model.parameters, 3)} of the model's ${number(details.model.parameters)}`;
  return `${number(trainable)} trained numbers (${share})${trainable === size ? '' : `, whose result, ${kept} numbers, is kept`}`;
}

function dataSection({ data, task }: PromptDetails): string {
  const { rows } = data;
  return [
    '## Data',
    '',
    `${code(data.train)}: ${number(rows.train)} training, ${number(rows.dev)} dev and ${number(rows.test)} test rows. A row becomes this text, ${placesAnswer(task.template) ? 'at whose `{mask}` the model is to say' : 'followed by'} ${code(task.targetPrefix + task.target)}:`,
    '',
    ...indented(task.template),
    ...(task.labels ? ['', `Labels: ${Object.entries(task.labels).map(labelText).join(', ')}.`] : []),
  ].join('\n');
}

function labelText([label, word]: [string, string]): string {
  return label === word ? code(label) : `${code(label)} as ${code(word)}`;
}

function scoreSection(scores: PromptDetails['scores']): string {
  const splits = [...new Set(scores.map(({ split }) => split))];
  const rows = splits.map((split) => {
    const of = (baseline: boolean): string => {
      const score = scores.find((s) => s.split === split && s.baseline === baseline);
      return score ? scoreText(score.metrics) : '–';
    };
    const n = scores.find((s) => s.split === split)?.metrics.n ?? 0;
    return `| ${split} | ${number(n)} | ${of(true)} | ${of(false)} |`;
  });
  if (rows.length === 0) return '## Scores\n\nNot evaluated.';
  return [
    '## Scores',
    '',
    '| split | rows | without the prompt | with it |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function scoreText({ accuracy, macroF1, perplexity }: Metrics): string {
  if (accuracy !== undefined) {
    return `accuracy ${percent(accuracy, 1)}${macroF1 === undefined ? '' : `, macro-F1 ${percent(macroF1, 1)}`}`;
  }
  return perplexity === undefined ? '–' : `perplexity ${perplexity.toFixed(2)}`;
}

function usage(config: AdapterConfig, base: string, template: string): string {
  if (config.peft_type === 'WARP') {
    return [
      '## Use',
      '',
      'PEFT has no WARP: use this prompt with softprompt, or in a program of your own. `prompt_embeddings` are the virtual tokens in the order of the',
      "template's places (in front of the text where it has none); the score of label i is the product of row i of `class_embeddings` with what the",
      "model's head makes of the mask's state in front of its output matrix.",
    ].join('\n');
  }
  if (hasParts(config)) {
    return [
      '## Use',
      '',
      'PEFT has prefixes of the decoder alone: use this one with softprompt, or in a program of your own. In a row of `prompt_embeddings` stand one behind',
      `the other ${attentionWords(config.prefix_attention)}; in each, layer by layer, a key and then a value of all ${config.num_attention_heads} heads.`,
    ].join('\n');
  }
  if (placesVirtualTokens(template)) {
    return [
      '## Use',
      '',
      'The virtual tokens stand inside the text, where the template above says so. PEFT puts all of them in front of the text, where they',
      'are another prompt: use this one with softprompt, or place its vectors among those of the text in a program of your own.',
    ].join('\n');
  }
  return [
    '## Use',
    '',
    '```python',
    pythonSnippet({
      base,
      adapter: 'path/to/this/folder',
      ...('task_type' in config && config.task_type === 'FEATURE_EXTRACTION'
        ? { text: 'a row as the template words it, with {mask}', virtualTokens: config.num_virtual_tokens }
        : { text: 'a row as the template words it', isEncoderDecoder: isEncoderDecoder(config) }),
    }),
    '```',
  ].join('\n');
}

function nearestSection(nearest: readonly NearestTokens[], type: CardType): string {
  const rows = nearest.map(({ position, nearest: tokens }) => {
    const words = tokens.map(({ token, similarity }) => `${code(JSON.stringify(token))} ${similarity.toFixed(2)}`);
    // A bar would end the cell, in code too.
    return `| ${position + 1} | ${words.join(', ').replaceAll('|', '\\|')} |`;
  });
  return [
    '## Nearest tokens',
    '',
    type === 'PREFIX_TUNING'
      ? "The real tokens whose keys in the first layer are nearest to each virtual token's keys there, by cosine similarity: a prefix has no vectors at the input."
      : 'The real tokens nearest to each virtual token, by cosine similarity.',
    '',
    '| virtual token | nearest |',
    '| --- | --- |',
    ...rows,
  ].join('\n');
}

/** A text as code: the fence is longer than any run of backticks inside. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || text === '' ? ' ' : '';
  return fence + space + text.replaceAll('\n', '\\n') + space + fence;
}

/** A code block by indentation, which no text inside can end. */
function indented(text: string): string[] {
  return text.split(/\r?\n/).map((line) => `    ${line}`);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}
