import { describe, expect, it } from 'vitest';
import { promptConfig } from '../../src/protocol/recipe.js';
import { checkRecipe } from '../../src/protocol/checkRecipe.js';
import { planSweep } from '../../src/protocol/sweepRuns.js';
import { valuesOf } from '../../src/protocol/sweepCombinations.js';

const recipe = (sweep: string, more = '', training = '"maxSteps": 7'): string =>
  `{ "data": { "train": "a" }, "training": { ${training} }, ${more} "sweep": { ${sweep} } }`;

/** The marked texts, their messages and the names they are likely to mean. */
function problems(sweep: string, more?: string, training?: string): string[][] {
  const text = recipe(sweep, more, training);
  const checked = checkRecipe(text);
  if ('recipe' in checked) return [];
  return checked.problems.map(({ offset, length, message, nearest }) => [
    text.slice(offset, offset + length),
    message,
    ...(nearest === undefined ? [] : [nearest]),
  ]);
}

describe('a sweep’s values', () => {
  it('are those of a list, or of a range up to its end and not beyond', () => {
    expect(valuesOf(['a', 2])).toEqual(['a', 2]);
    expect(valuesOf({ from: 1, to: 3 })).toEqual([1, 2, 3]);
    expect(valuesOf({ from: 1, to: 20, step: 8 })).toEqual([1, 9, 17]);
    expect(valuesOf({ from: 0.1, to: 0.3, step: 0.1 })).toEqual([0.1, 0.2, 0.3]);
    expect(valuesOf({ from: 0.001, to: 1, factor: 10 })).toEqual([0.001, 0.01, 0.1, 1]);
  });
});

describe('a sweep', () => {
  it('is every combination as a recipe with a name of its own; the bare model is scored once', () => {
    const text = recipe('"method.num_virtual_tokens": [1, 20], "training.seed": { "from": 0, "to": 1 }', method);
    const { fields, runs } = planSweep(text, 'tickets');
    expect(fields).toEqual(['method.num_virtual_tokens', 'training.seed']);
    expect(runs.map(({ name, values }) => [name, ...Object.values(values)])).toEqual([
      ['tickets-num_virtual_tokens-1-seed-0', 1, 0],
      ['tickets-num_virtual_tokens-1-seed-1', 1, 1],
      ['tickets-num_virtual_tokens-20-seed-0', 20, 0],
      ['tickets-num_virtual_tokens-20-seed-1', 20, 1],
    ]);
    expect(
      runs.map(({ recipe: of }) => [of.name, promptConfig(of.method).num_virtual_tokens, of.training, of.baseline]),
    ).toMatchObject(
      runs.map(({ name, values }, i) => [
        name,
        values['method.num_virtual_tokens'],
        { seed: values['training.seed'], maxSteps: 7 },
        i === 0,
      ]),
    );
    expect(runs[0]?.recipe).not.toHaveProperty('sweep');
  });

  it('scores the bare model anew where it is another, or its text is', () => {
    const { runs } = planSweep(recipe('"data.addBos": [true, false], "training.seed": [0, 1]'), 'a');
    expect(runs.map(({ recipe: of }) => of.baseline)).toEqual([true, false, true, false]);
  });

  it('names runs that no folder could be called after by a mark that other values do not move', () => {
    const name = (sweep: string): string[] => planSweep(recipe(sweep), 'a').runs.map((run) => run.name);
    const [first, second] = name('"data.template": ["{text} is", "{text}: is"]');
    expect([first, second]).toEqual([
      expect.stringMatching(/^a-template-text-is-[0-9a-f]{8}$/),
      expect.stringMatching(/^a-template-text-is-[0-9a-f]{8}$/),
    ]);
    expect(first).not.toBe(second);
    expect(name('"data.template": ["other", "{text}: is"]')[1]).toBe(second);
    expect(name('"model": ["m", "M"]').map((each) => each.toLowerCase())).toHaveLength(2);
    expect(new Set(name('"model": ["m", "M"]').map((each) => each.toLowerCase())).size).toBe(2);
  });

  it('leaves a test without a metric to its preset', () => {
    const text = `{
      "data": { "train": "a", "preset": "sst2" }, "tests": [{ "file": "t", "atLeast": 0.5 }], "sweep": { "training.seed": [1] }
    }`;
    expect(checkRecipe(text)).toHaveProperty('recipe');
    const { runs } = planSweep(text, 'sst2');
    expect(runs.map(({ recipe: of }) => of.tests)).toEqual([[{ file: 't', metric: 'accuracy', atLeast: 0.5 }]]);
  });

  it('varies methods together with the fields that only some of them have', () => {
    const methods = '{ "peft_type": "PREFIX_TUNING" }, { "peft_type": "P_TUNING", "encoder_hidden_size": 64 }';
    expect(problems(`"method": [${methods}]`)).toEqual([]);
    const { runs } = planSweep(recipe(`"method": [${methods}]`), 'a');
    expect(runs.map(({ recipe: of }) => promptConfig(of.method).prompt_tuning_init)).toEqual([
      'activations',
      'class-labels',
    ]);
    expect(problems('"method.peft_type": ["PREFIX_TUNING"], "method.prompt_tuning_init": ["random"]', method)).toEqual(
      [],
    );
  });
});

const method = '"method": { "peft_type": "PROMPT_TUNING", "prompt_tuning_init": "vocab" },';

describe('the check of a sweep', () => {
  it('says which field an unknown one is likely to mean, and marks its name', () => {
    expect(problems('"training.sead": [1]')).toEqual([
      ['"training.sead"', 'there is no such field; did you mean "training.seed"?', 'training.seed'],
    ]);
    expect(problems('"seed": [1]')).toEqual([
      ['"seed"', 'there is no such field; did you mean "training.seed"?', 'training.seed'],
    ]);
    expect(problems('"name": ["a"]')[0]?.[0]).toBe('"name"');
    expect(problems('"training": [{}], "training.seed": [1]')).toEqual([
      ['"training.seed"', 'this field lies in "training", which is varied as a whole'],
    ]);
  });

  it('marks a wrong value with its field’s own error', () => {
    expect(problems('"training.seed": [1, -1, "2"], "training.maxSteps": [5, 6]')).toEqual([
      ['-1', 'found -1; expected a number ≥ 0'],
      ['"2"', 'found "2"; expected a number'],
    ]);
    expect(problems('"method.peft_type": ["LORA"]', method)).toEqual([
      ['"LORA"', 'found "LORA"; expected one of "PROMPT_TUNING", "PREFIX_TUNING", "P_TUNING", "WARP", "MODEL_TUNING"'],
    ]);
    expect(problems('"training.seed": { "from": 0.5, "to": 2 }')[0]).toEqual([
      '{ "from": 0.5, "to": 2 }',
      'found 0.5; expected a whole number',
    ]);
  });

  it('marks the value that does not go with the rest of the recipe', () => {
    expect(problems('"training.seed": [1, 2], "training.maxSteps": [5, 20]', '', '"warmupSteps": 10')).toEqual([
      ['5', 'training.warmupSteps: 10 is more than the 5 steps of the whole run (maxSteps)'],
    ]);
  });

  it('says what a range lacks or has too much', () => {
    expect(problems('"training.seed": { "from": 0 }')).toEqual([['{ "from": 0 }', 'missing; expected a number']]);
    expect(problems('"training.seed": { "from": 0, "to": 1, "stp": 2 }')).toEqual([
      ['"stp"', 'there is no such field; did you mean "step"?', 'step'],
    ]);
    expect(problems('"training.seed": 3')).toEqual([['3', 'found 3; expected a list or an object']]);
    expect(problems('"training.seed": []')).toEqual([['[]', 'found a list; expected a list of ≥ 1 items']]);
    expect(problems('"training.seed": { "from": 3, "to": 1 }')[0]?.[1]).toBe('1 is less than "from", which is 3');
    expect(problems('"training.seed": { "from": 1, "to": 9, "step": 1, "factor": 2 }')[0]?.[0]).toBe('2');
    expect(problems('"training.learningRate": { "from": 0, "to": 9, "factor": 2 }')[0]?.[0]).toBe('0');
    expect(problems('')).toEqual([['{  }', 'there is no field here to vary']]);
  });

  it('refuses more runs than anyone waits for', () => {
    const sweep = '"training.seed": { "from": 1, "to": 100 }, "method.num_virtual_tokens": { "from": 1, "to": 11 }';
    expect(problems(sweep)).toEqual([
      ['"sweep"', 'these are 1100 runs, and a sweep has 1000 at most; leave out values'],
    ]);
  });
});
