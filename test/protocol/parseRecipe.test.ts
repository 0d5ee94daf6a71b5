import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { describe as inWords } from '../../src/errors/catalogue.js';
import { SoftpromptError } from '../../src/errors/softpromptError.js';
import { nameFromFile, parseRecipe, recipeJsonSchema, recipeName } from '../../src/protocol/parseRecipe.js';
import { initialisationsOf, type PeftType } from '../../src/protocol/recipe.js';

interface Init {
  readonly peft_type: { readonly const: PeftType };
  readonly prompt_tuning_init: { readonly enum: string[]; readonly enumDescriptions: string[] };
}

/** The lines of problems that a recipe is refused with. */
function problemsIn(text: string): string[] {
  try {
    parseRecipe(text, 'my.softprompt.json');
  } catch (error) {
    if (!(error instanceof SoftpromptError) || error.code !== 'recipe.invalid') throw error;
    const args = error.args as { file: string; problems: string };
    expect(args.file).toBe('my.softprompt.json');
    expect(inWords('recipe.invalid', args).message).toContain(args.problems);
    return args.problems.split('\n');
  }
  throw new Error('the recipe was accepted');
}

describe('parseRecipe', () => {
  it('reads JSON with comments and trailing commas and fills in every default', () => {
    const recipe = parseRecipe(
      '// tickets\n{ "data": { "train": "train.jsonl", /* few */ "devRows": 10, }, "training": { "maxSteps": 30 } }\n',
      'a.softprompt.json',
    );
    expect(recipe.data).toEqual({ train: 'train.jsonl', devRows: 10 });
    expect(recipe.model).toBe('softprompt-9m');
    expect(recipe.method).toEqual({
      peft_type: 'PROMPT_TUNING',
      num_virtual_tokens: 20,
      prompt_tuning_init: 'class-labels',
    });
    expect(recipe.training).toMatchObject({ optimizer: 'adamw', maxSteps: 30, batchSize: 16, bucket: true });
    expect(recipe).toMatchObject({ baseline: true, engine: 'onnxruntime', provider: 'auto' });
  });

  it('accepts what it gives back', () => {
    const recipe = parseRecipe('{"data":{"train":{"path":"a.csv","header":false}},"threads":2}', 'a');
    expect(parseRecipe(JSON.stringify(recipe), 'a')).toEqual(recipe);
  });

  it('says where the syntax breaks', () => {
    expect(problemsIn('{\n  "name": "a"\n  "model": "b"\n}')).toEqual(['3:3: expected a comma']);
    expect(problemsIn('{"name": "a')).toEqual([
      '1:10: this text is not closed',
      '1:12: expected a comma or a closing brace',
    ]);
    expect(problemsIn('')).toEqual(['1:1: expected a value']);
    expect(problemsIn('  // nothing')).toEqual(['1:13: expected a value']);
  });

  it('lists every problem with line, column, field, what was found and what is expected, in the order of the file', () => {
    const text = `{
  "name": "two words",
  "model": 3,
  "nme": 1,
  "data": {
    "train": { "path": "a", "forma": "csv" },
    "dev": 3,
    "labels": { "a": 1 },
    "task": "regression",
    "maxLength": 2.5,
    "wholly different": 1
  },
  "method": { "peft_type": "LORA" },
  "training": { "learningRate": -1, "maxSteps": 0, "warmupSteps": "3", "batchSize": 1e99 },
  "threads": null
}`;
    expect(problemsIn(text)).toMatchInlineSnapshot(`
      [
        "2:11 name: found "two words"; expected letters, digits, dot, dash and underscore, beginning with a letter or digit",
        "3:12 model: found 3; expected a text",
        "4:3 nme: there is no such field; did you mean "name"?",
        "6:29 data.train.forma: there is no such field; did you mean "format"?",
        "7:12 data.dev: found 3; expected a text or an object",
        "8:22 data.labels.a: found 1; expected a text",
        "9:13 data.task: found "regression"; expected one of "classification", "generation"",
        "10:18 data.maxLength: found 2.5; expected a whole number",
        "11:5 data.wholly different: there is no such field; the fields here are train, dev, test, devRows, preset, template, target, labels, task, targetPrefix, addBos, addEos, sentinel, maxLength",
        "13:28 method.peft_type: found "LORA"; expected one of "PROMPT_TUNING", "PREFIX_TUNING", "P_TUNING", "WARP", "MODEL_TUNING"",
        "14:33 training.learningRate: found -1; expected a number > 0",
        "14:49 training.maxSteps: found 0; expected a number ≥ 1",
        "14:67 training.warmupSteps: found "3"; expected a number",
        "14:85 training.batchSize: found 1e+99; expected a number ≤ 9007199254740991",
        "15:14 threads: found null; expected a number",
      ]
    `);
  });

  it('names the object that a field is missing from', () => {
    expect(problemsIn('{ "data": {} }')).toEqual(['1:11 data.train: missing; expected a text or an object']);
    expect(problemsIn('\n{}')).toEqual(['2:1 data: missing; expected an object']);
    expect(problemsIn('[]')).toEqual(['1:1 (the whole recipe): found a list; expected an object']);
  });

  it('finds names that stand twice, where JSON would silently take the last', () => {
    expect(problemsIn('{ "data": { "train": "a",\n "train": "b" } }')).toEqual([
      '2:2 data.train: this name stands here twice',
    ]);
  });

  it('finds fields that need each other', () => {
    const withMethod = (method: string): string =>
      `{ "data": { "train": "a" }, "method": { "peft_type": "PROMPT_TUNING", ${method} } }`;
    expect(problemsIn(withMethod('"prompt_tuning_init": "TEXT"'))).toEqual([
      '1:93 method.prompt_tuning_init: "TEXT" also needs "prompt_tuning_init_text", which is missing',
    ]);
    expect(problemsIn(withMethod('"prompt_tuning_init": "file"'))).toEqual([
      '1:93 method.prompt_tuning_init: "file" also needs "prompt_tuning_init_file", which is missing',
    ]);
    parseRecipe(withMethod('"prompt_tuning_init": "text", "prompt_tuning_init_text": "Classify"'), 'a');
    expect(problemsIn('{ "data": { "train": "a" },\n"training": { "warmupSteps": 11, "maxSteps": 10 } }')).toEqual([
      '2:30 training.warmupSteps: 11 is more than the 10 steps of the whole run (maxSteps)',
    ]);
    parseRecipe('{ "data": { "train": "a" }, "training": { "warmupSteps": 10, "maxSteps": 10 } }', 'a');
  });
});

describe('recipeName', () => {
  it('takes the recipe’s own name, or makes one from the file', () => {
    expect(recipeName({ name: 'a.b' }, 'x.softprompt.json')).toBe('a.b');
    expect(recipeName({}, 'folder/My tickets.softprompt.json')).toBe('My-tickets');
    expect(nameFromFile('C:\\data\\train (2).jsonl')).toBe('train-2');
    expect(nameFromFile('工单.softprompt.json')).toBe('prompt');
    expect(nameFromFile('..')).toBe('prompt');
  });
});

describe('the published schema', () => {
  it('is the one that the recipe’s source gives (vitest -u writes it anew)', async () => {
    const file = join(import.meta.dirname, '../../media/recipe.schema.json');
    const style = { ...(await resolveConfig(file)), parser: 'json' };
    await expect(await format(JSON.stringify(recipeJsonSchema()), style)).toMatchFileSnapshot(file);
  });

  it('says beside each initialisation when to use it', () => {
    const { properties } = recipeJsonSchema() as { properties: { method: { oneOf: { properties: Init }[] } } };
    const prompts = properties.method.oneOf.filter((method) => 'prompt_tuning_init' in method.properties);
    for (const { peft_type, prompt_tuning_init: init } of prompts.map((method) => method.properties)) {
      expect(init.enum).toEqual(initialisationsOf[peft_type.const]);
      expect(init.enumDescriptions.map((use) => use.length > 20)).toEqual(init.enum.map(() => true));
    }
    expect(prompts).toHaveLength(4);
    expect(properties.method.oneOf).toHaveLength(5);
  });

  it('is draft-07 and asks only for data', () => {
    expect(recipeJsonSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      required: ['data'],
      additionalProperties: false,
    });
  });
});
