import { describe, expect, it } from 'vitest';
import type { EventOf } from '../../src/protocol/events.js';
import { recipeSchema } from '../../src/protocol/recipe.js';
import { approachSection } from '../../src/reports/approachSection.js';
import { comparisons } from '../../src/reports/approaches.js';
import type { RunReport } from '../../src/reports/content.js';

const evaluation = (value: number, baseline: boolean): EventOf<'evaluation'> => ({
  type: 'evaluation',
  step: 10,
  split: 'test',
  baseline,
  loss: 1,
  metric: 'accuracy',
  value,
  metrics: { n: 500, accuracy: value },
  best: false,
  samples: [],
});
const design = (value: number): EventOf<'design'> => ({
  type: 'design',
  split: 'test',
  examples: 6,
  loss: 1,
  metric: 'accuracy',
  value,
  metrics: { n: 500, accuracy: value },
});

interface Made {
  readonly method?: object;
  readonly seed?: number;
  readonly trainable?: number;
  readonly value?: number;
  readonly baseline?: number;
  readonly designs?: readonly number[];
  readonly test?: string;
}
const run = ({
  method,
  seed = 0,
  trainable = 0,
  value = 0,
  baseline,
  designs = [],
  test = 'test.all',
}: Made): RunReport => ({
  kind: 'run',
  id: `trec-${seed}`,
  name: `trec-${seed}`,
  state: 'finished',
  started: '2026-11-21T10:45:01.000Z',
  recipe: recipeSchema.parse({ data: { train: 'train.all', test }, method, training: { seed } }),
  told: {
    start: {
      type: 'start',
      run: 'trec',
      prompt: 'trec',
      model: 'softprompt-9m',
      method: '',
      device: 'cpu',
      threads: 2,
      trainable,
      modelParameters: 1000,
      steps: 10,
      resumedAt: 0,
    },
    steps: [],
    evaluations: [...(baseline === undefined ? [] : [evaluation(baseline, true)]), evaluation(value, false)],
    designs: designs.map(design),
    notices: [],
  },
  data: [{ split: 'test', path: test, rows: 500, cutRows: 0, tokens: { mean: 12, max: 40 } }],
});

const prompt = { method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 5 }, trainable: 50 };
const model = { method: { peft_type: 'MODEL_TUNING' }, trainable: 1000, value: 0.9 };

describe('the approaches of runs on the same rows', () => {
  it('are no prompt, prompt design, prompts and model tuning, by how much they train, seeds together', () => {
    const [found, ...others] = comparisons([
      run(model),
      run({ ...prompt, value: 0.7, baseline: 0.25, designs: [0.35] }),
      run({ ...prompt, value: 0.8, seed: 1, designs: [0.45] }),
    ]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      split: 'test',
      file: 'test.all',
      rows: 500,
      metric: 'accuracy',
      modelParameters: 1000,
    });
    expect(found?.approaches).toEqual([
      { label: 'no prompt', trainable: 0, scores: [0.25], mean: 0.25 },
      { label: 'prompt design, 6 examples', trainable: 0, scores: [0.45], mean: 0.45 },
      { label: 'prompt tuning, P=5', trainable: 50, scores: [0.7, 0.8], mean: 0.75 },
      { label: 'model tuning', trainable: 1000, scores: [0.9], mean: 0.9 },
    ]);
  });

  it('are apart where their rows are, and none where one run is alone', () => {
    expect(comparisons([run({ ...prompt, baseline: 0.2 }), run({ ...model, test: 'other.all' })])).toEqual([]);
    expect(comparisons([run(model)])).toEqual([]);
  });

  it('are told apart by their names where only their training differs', () => {
    const [longer] = comparisons([run(prompt), run({ ...prompt, seed: 1 }), run({ ...prompt, seed: 2 })]);
    expect(longer).toBeUndefined();
    const other = run({ ...prompt, seed: 3 });
    const changed = { ...other, recipe: { ...other.recipe, training: { ...other.recipe.training, maxSteps: 7 } } };
    expect(comparisons([run(prompt), changed])[0]?.approaches.map(({ label }) => label)).toEqual([
      'prompt tuning, P=5 (trec-0)',
      'prompt tuning, P=5 (trec-3)',
    ]);
  });

  it('stand on the page as table and bars with their counts', () => {
    const page = approachSection([run(model), run({ ...prompt, value: 0.7, baseline: 0.25 })])?.markup ?? '';
    expect(page).toContain('Accuracy on test. no prompt: 0 trained: 25.0 %. prompt tuning, P=5: 50 trained: 70.0 %.');
    expect(page.match(/<rect class="bar"[^>]*width="[\d.]+"/g)).toEqual([
      '<rect class="bar" x="0" y="16" width="96"',
      '<rect class="bar" x="0" y="60" width="268.8"',
      '<rect class="bar" x="0" y="104" width="345.6"',
    ]);
    expect(page).toContain('<td class="number">5.000 %</td>');
    expect(approachSection([run(model)])).toBeUndefined();
  });
});
