import type { Metrics, NearestTokens } from '../protocol/events.js';
import type { AdapterConfig } from './adapterConfig.js';
import type { PromptDetails } from './promptDetails.js';
import { pythonSnippet } from './pythonSnippet.js';

/** What a card is made of; without details, only what PEFT's config says. */
export interface CardContent {
  readonly config: AdapterConfig;
  readonly details?: PromptDetails;
  readonly nearest?: readonly NearestTokens[];
}

/** `README.md`: a model card as the Hugging Face Hub shows it, with YAML front matter; in English, as the Hub is. */
export function modelCard({ config, details, nearest }: CardContent): string {
  const base = config.base_model_name_or_path ?? details?.model.name;
  const sections = [
    frontMatter(base),
    `# ${details?.name ?? 'Soft prompt'}`,
    whatItIs(config, details),
    ...(details ? [dataSection(details), scoreSection(details.scores)] : []),
    usage(base ?? 'BASE_MODEL'),
    ...(nearest && nearest.length > 0 ? [nearestSection(nearest)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The Hub links a base model by its id; a path on this machine would tell it nothing. */
function frontMatter(base: string | undefined): string {
  const isHubId = base !== undefined && /^[\w.-]+\/[\w.-]+$/.test(base);
  const lines = ['library_name: peft', ...(isHubId ? [`base_model: ${base}`] : [])];
  return ['---', ...lines, 'tags:', '- softprompt', '- prompt-tuning', '- peft', '---'].join('\n');
}

function whatItIs(config: AdapterConfig, details: PromptDetails | undefined): string {
  const size = config.num_virtual_tokens * config.token_dim;
  const share = details
    ? ` (${percent(size / details.model.parameters, 3)} of the model's ${number(details.model.parameters)})`
    : '';
  const base = details?.model.name ?? config.base_model_name_or_path ?? 'a frozen language model';
  const text =
    `A soft prompt of ${config.num_virtual_tokens} virtual tokens for ${code(base)}, trained by prompt tuning (Lester et al. 2021): ` +
    `${number(size)} trained numbers${share}, and not one of the model's own weights changed.`;
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

function dataSection({ data, task }: PromptDetails): string {
  const { rows } = data;
  return [
    '## Data',
    '',
    `${code(data.train)}: ${number(rows.train)} training, ${number(rows.dev)} dev and ${number(rows.test)} test rows. A row becomes this text, followed by ${code(task.targetPrefix + task.target)}:`,
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

function usage(base: string): string {
  return [
    '## Use',
    '',
    '```python',
    pythonSnippet({ base, adapter: 'path/to/this/folder', text: 'a row as the template words it' }),
    '```',
  ].join('\n');
}

function nearestSection(nearest: readonly NearestTokens[]): string {
  const rows = nearest.map(({ position, nearest: tokens }) => {
    const words = tokens.map(({ token, similarity }) => `${code(JSON.stringify(token))} ${similarity.toFixed(2)}`);
    // A bar would end the cell, in code too.
    return `| ${position + 1} | ${words.join(', ').replaceAll('|', '\\|')} |`;
  });
  return [
    '## Nearest tokens',
    '',
    'The real tokens nearest to each virtual token, by cosine similarity.',
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
