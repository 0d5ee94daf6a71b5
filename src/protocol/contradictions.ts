import * as l10n from '@vscode/l10n';
import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { encoderOf, leastEncoderSize } from './encoder.js';
import type { RecipeProblem } from './recipeProblems.js';
import { isShare } from './numbers.js';
import { boundOf, withPresetMetric } from './promptTest.js';
import { trainsPrompt, type Recipe, type RecipeTest } from './recipe.js';
import { placesAnswer, virtualSlots } from './virtualSlots.js';

/** What single fields cannot say: which of them need each other, and which exclude each other. */
export function contradictions(recipe: Recipe, root: Node): RecipeProblem[] {
  return [
    ...initialisationProblems(recipe),
    ...encoderProblems(recipe, root),
    ...attentionProblems(recipe),
    ...slotProblems(recipe, root),
    ...answerProblems(recipe),
    ...trainingProblems(recipe),
    ...groupProblems(recipe),
    ...promptProblems(recipe),
    ...(withPresetMetric(recipe).tests ?? []).flatMap(testProblems),
  ];
}

/** What an initialisation takes its vectors from; the model's own words do for `activations`. */
const initialisationFields = {
  text: 'prompt_tuning_init_text',
  TEXT: 'prompt_tuning_init_text',
  file: 'prompt_tuning_init_file',
} as const;

function initialisationProblems({ method }: Recipe): RecipeProblem[] {
  if (!trainsPrompt(method)) return [];
  const { prompt_tuning_init: initialisation } = method;
  if (initialisation !== 'text' && initialisation !== 'TEXT' && initialisation !== 'file') return [];
  const field = initialisationFields[initialisation];
  if (method[field] !== undefined) return [];
  return [
    {
      path: ['method', 'prompt_tuning_init'],
      message: l10n.t('"{initialisation}" also needs "{field}", which is missing', { initialisation, field }),
    },
  ];
}

function encoderProblems({ method }: Recipe, root: Node): RecipeProblem[] {
  const [least, encoder] = [leastEncoderSize(method), encoderOf(method)];
  if (least === undefined || encoder === undefined || encoder.size >= least) return [];
  return [
    {
      path: written(root, ['method', 'encoder_hidden_size'], ['method', 'num_virtual_tokens']),
      message: l10n.t(
        'a network of width {size} (encoder_hidden_size) cannot begin with {count} given vectors (num_virtual_tokens); make it at least {count} wide, or set "prompt_tuning_init": "random"',
        { size: encoder.size, count: least },
      ),
    },
  ];
}

/** Parts of a prefix stand once each, and PEFT's layers are the decoder's alone. */
function attentionProblems({ method }: Recipe): RecipeProblem[] {
  if (method.peft_type !== 'PREFIX_TUNING' || method.prefix_attention === undefined) return [];
  const { prefix_attention: attention, peft_layer_sharing: sharesLayers = false } = method;
  const path = ['method', 'prefix_attention'];
  const repeated = attention.find((part, i) => attention.indexOf(part) < i);
  if (repeated !== undefined) return [{ path, message: l10n.t('"{part}" stands here twice', { part: repeated }) }];
  if (!sharesLayers || attention.every((part) => part === 'decoder')) return [];
  return [
    {
      path,
      message: l10n.t(
        '"peft_layer_sharing" is PEFT’s, which has prefixes of the decoder alone; leave it out, or set this to ["decoder"]',
      ),
    },
  ];
}

function slotProblems({ data, method }: Recipe, root: Node): RecipeProblem[] {
  const problems: RecipeProblem[] = [];
  if (data.target !== undefined && virtualSlots(data.target).length > 0) {
    problems.push({
      path: ['data', 'target'],
      message: l10n.t('virtual tokens cannot stand in the target, which is what they help to predict'),
    });
  }
  const slots = virtualSlots(data.template ?? '');
  if (slots.length === 0) return problems;
  if (method.peft_type === 'PREFIX_TUNING') {
    problems.push({
      path: ['data', 'template'],
      message: l10n.t(
        'prefix tuning has no vectors in the text that {slot} could place: its keys and values stand in front of every block; leave the places out, or choose PROMPT_TUNING or P_TUNING',
        { slot: '[P×…]' },
      ),
    });
    return problems;
  }
  if (!trainsPrompt(method)) {
    problems.push({
      path: ['data', 'template'],
      message: l10n.t('model tuning has no virtual tokens that {slot} could place; leave the places out', {
        slot: '[P×…]',
      }),
    });
    return problems;
  }
  const placed = slots.reduce((sum, count) => sum + count, 0);
  if (placed !== method.num_virtual_tokens) {
    problems.push({
      path: written(root, ['method', 'num_virtual_tokens'], ['data', 'template']),
      message: l10n.t('the template places {placed} virtual tokens, and num_virtual_tokens is {count}', {
        placed,
        count: method.num_virtual_tokens,
      }),
    });
  }
  return problems;
}

/** What a masked model's methods ask of a recipe, whatever the model. */
function answerProblems({ data: { template, task }, method }: Recipe): RecipeProblem[] {
  if (method.peft_type !== 'WARP') return [];
  const problems: RecipeProblem[] = [];
  if (template !== undefined && !placesAnswer(template)) {
    problems.push({
      path: ['data', 'template'],
      message: l10n.t('WARP reads the labels at a mask, and the template has no {mask}', { mask: '{mask}' }),
    });
  }
  if (task === 'generation') {
    problems.push({
      path: ['data', 'task'],
      message: l10n.t(
        'WARP trains a vector for each label, and the task is generation; choose another method, or set "labels"',
      ),
    });
  }
  return problems;
}

/** What holds a saved prompt against something, of which model tuning makes none. */
function promptProblems({ method, tests = [] }: Recipe): RecipeProblem[] {
  if (trainsPrompt(method) || tests.length === 0) return [];
  const message = l10n.t('tests hold a saved prompt against rows, and model tuning makes none; leave them out');
  return [{ path: ['tests'], message }];
}

function trainingProblems({ training: { warmupSteps, maxSteps } }: Recipe): RecipeProblem[] {
  if (warmupSteps <= maxSteps) return [];
  return [
    {
      path: ['training', 'warmupSteps'],
      message: l10n.t('{warmupSteps} is more than the {maxSteps} steps of the whole run (maxSteps)', {
        warmupSteps,
        maxSteps,
      }),
    },
  ];
}

/** Each metric has one of the two bounds, and one that it can reach. */
function testProblems(test: RecipeTest, i: number): RecipeProblem[] {
  const { metric } = test;
  if (metric === undefined) {
    const message = l10n.t('a test needs "{metric}", or a preset in "{data}", which has one', {
      metric: 'metric',
      data: 'data',
    });
    return [{ path: ['tests', i], message }];
  }
  const bound = boundOf(metric);
  const other = bound === 'atLeast' ? 'atMost' : 'atLeast';
  const problem = (field: string, message: string): RecipeProblem[] => [{ path: ['tests', i, field], message }];
  if (test[other] !== undefined)
    return problem(other, l10n.t('{metric} is bounded by "{bound}", not by "{other}"', { metric, bound, other }));
  const value = test[bound];
  if (value === undefined)
    return problem('metric', l10n.t('a test of {metric} also needs "{bound}", which is missing', { metric, bound }));
  if (!isShare(metric) || value <= 1) return [];
  return problem(
    bound,
    l10n.t('{metric} lies between 0 and 1: {value} can never be reached; 85 % is 0.85', { metric, value }),
  );
}

/**
 * A group's prompt may depend on nothing but its own rows and the recipe: what would be inferred from all rows must be written. A sweep's
 * table has one prompt a run, and rows of several groups are no examples for one.
 */
function groupProblems({ groupBy, data, method, sweep, evaluation }: Recipe): RecipeProblem[] {
  if (groupBy === undefined) return [];
  const { preset, template, target, labels, task } = data;
  // Published sets come with all of it; the plain ones say the kind of task alone.
  const isPublished = preset !== undefined && preset !== 'classification' && preset !== 'generation';
  const isGeneration = (task ?? preset) === 'generation';
  const missing = [
    ...(template === undefined && !isPublished ? ['template'] : []),
    ...(target === undefined && !isPublished ? ['target'] : []),
    ...(labels === undefined && !isGeneration && !(isPublished && target === undefined) ? ['labels'] : []),
  ];
  const problems = missing.map((field) => ({
    path: ['data', field],
    message: l10n.t(
      'with "groupBy" this must be written: inferred from all rows, the prompt of one group would depend on the rows of others',
    ),
  }));
  const refused = (path: string[], message: string): void => void problems.push({ path, message });
  if (!trainsPrompt(method))
    refused(['method', 'peft_type'], l10n.t('model tuning makes no prompts for groups; leave out "groupBy"'));
  if (method.peft_type === 'WARP')
    refused(
      ['method', 'peft_type'],
      l10n.t('WARP trains a vector for each label too, which prompts of groups have no place for; leave out "groupBy"'),
    );
  if (sweep !== undefined)
    refused(
      ['sweep'],
      l10n.t('a sweep trains one prompt a run, not one for each group; leave out "sweep" or "groupBy"'),
    );
  if ((evaluation?.examples ?? 0) > 0)
    refused(
      ['evaluation', 'examples'],
      l10n.t('with "groupBy" there are no examples as text: they would show the rows of one group to another'),
    );
  return problems;
}

/** The first field that the text names; another one has its default. */
function written(root: Node, first: string[], second: string[]): string[] {
  return findNodeAtLocation(root, first) ? first : second;
}
