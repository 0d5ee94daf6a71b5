import { describe, expect, it } from 'vitest';
import { checkRecipe } from '../../src/protocol/checkRecipe.js';

/** The marked texts and their messages. */
function marks(text: string): unknown[] {
  const checked = checkRecipe(text);
  if ('recipe' in checked) throw new Error('the recipe was accepted');
  return checked.problems.map(({ offset, length, message, nearest, bySchema }) => {
    return { marked: text.slice(offset, offset + length), message, nearest, bySchema };
  });
}

describe('checkRecipe', () => {
  it('gives back a recipe that has no problems', () => {
    expect(checkRecipe('{ "data": { "train": "a" } }')).toMatchObject({ recipe: { data: { train: 'a' } } });
  });

  it('marks values, names and what is missing', () => {
    expect(marks('{ "data": { "train": 3, "tets": "b" }, "threads": 0 }')).toMatchObject([
      { marked: '3', bySchema: true },
      { marked: '"tets"', nearest: 'test', bySchema: true },
      { marked: '0', message: 'found 0; expected a number ≥ 1' },
    ]);
    expect(marks('{ "data": { } }')).toMatchObject([{ marked: '{ }' }]);
    expect(marks('{ "data": { "train": "a", "train": "b" } }')).toMatchObject([{ marked: '"train"', bySchema: true }]);
  });

  it('tells what no schema sees apart', () => {
    expect(marks('{ "data": { "train": "a" }, "training": { "warmupSteps": 11, "maxSteps": 10 } }')).toMatchObject([
      { marked: '11', bySchema: false },
    ]);
  });

  it('marks where the syntax breaks', () => {
    expect(marks('{ "data" 3 }')).toMatchObject([{ marked: '3', message: 'expected a colon' }]);
    expect(marks('')).toMatchObject([{ marked: '', bySchema: true }]);
  });
});

describe('a method', () => {
  const withMethod = (method: string, data = ''): string =>
    `{ "data": { "train": "a"${data} }, "method": { ${method} } }`;
  const messages = (method: string, data?: string): unknown[] =>
    marks(withMethod(method, data)).map((mark) => (mark as { message: string }).message);
  const accept = (method: string, data?: string): void => {
    expect(checkRecipe(withMethod(method, data))).toHaveProperty('recipe');
  };

  it('is one of those that there are', () => {
    const kinds = 'one of "PROMPT_TUNING", "PREFIX_TUNING", "P_TUNING", "WARP", "MODEL_TUNING"';
    expect(marks(withMethod('"peft_type": "LORA"'))).toMatchObject([
      { marked: '"LORA"', message: `found "LORA"; expected ${kinds}`, bySchema: true },
    ]);
    expect(messages('"num_virtual_tokens": 4')).toEqual([`missing; expected ${kinds}`]);
  });

  it('has fields of its own: near names are looked for among them, and other methods’ are said to be theirs', () => {
    expect(marks(withMethod('"peft_type": "PREFIX_TUNING", "prefix_projecton": true'))).toMatchObject([
      { marked: '"prefix_projecton"', nearest: 'prefix_projection' },
    ]);
    expect(messages('"peft_type": "PROMPT_TUNING", "prefix_projecton": true')).toEqual([
      'there is no such field; the fields here are peft_type, num_virtual_tokens, prompt_tuning_init, prompt_tuning_init_text, prompt_tuning_init_file',
    ]);
    expect(marks(withMethod('"peft_type": "PROMPT_TUNING", "encoder_hidden_size": 64'))).toMatchObject([
      {
        marked: '"encoder_hidden_size"',
        nearest: undefined,
        message:
          'PROMPT_TUNING has no such field, which is one of PREFIX_TUNING, P_TUNING; the fields here are peft_type, num_virtual_tokens, prompt_tuning_init, prompt_tuning_init_text, prompt_tuning_init_file',
      },
    ]);
  });

  it('begins from what it can begin from', () => {
    expect(messages('"peft_type": "PREFIX_TUNING", "prompt_tuning_init": "class-labels"')).toEqual([
      'found "class-labels"; expected one of "activations", "random", "file", "RANDOM"',
    ]);
    expect(messages('"peft_type": "P_TUNING", "prompt_tuning_init": "activations"')).toEqual([
      'found "activations"; expected one of "class-labels", "vocab", "text", "random", "file"',
    ]);
    accept('"peft_type": "PREFIX_TUNING", "prompt_tuning_init": "activations"');
  });

  it.each(['PROMPT_TUNING', 'PREFIX_TUNING', 'P_TUNING'])('%s from a file needs the file', (type) => {
    expect(marks(withMethod(`"peft_type": "${type}", "prompt_tuning_init": "file"`))).toMatchObject([
      { marked: '"file"', message: '"file" also needs "prompt_tuning_init_file", which is missing', bySchema: false },
    ]);
  });

  it.each(['PROMPT_TUNING', 'P_TUNING'])('%s from a text needs the text', (type) => {
    expect(messages(`"peft_type": "${type}", "prompt_tuning_init": "text"`)).toEqual([
      '"text" also needs "prompt_tuning_init_text", which is missing',
    ]);
  });

  it.each(['"peft_type": "P_TUNING"', '"peft_type": "PREFIX_TUNING", "prefix_projection": true'])(
    'with a network (%s) needs one that is wide enough for the vectors it begins with',
    (type) => {
      expect(marks(withMethod(`${type}, "num_virtual_tokens": 65, "encoder_hidden_size": 64`))).toMatchObject([
        {
          marked: '64',
          bySchema: false,
          message:
            'a network of width 64 (encoder_hidden_size) cannot begin with 65 given vectors (num_virtual_tokens); make it at least 65 wide, or set "prompt_tuning_init": "random"',
        },
      ]);
      expect(marks(withMethod(`${type}, "num_virtual_tokens": 513`))).toMatchObject([{ marked: '513' }]);
      accept(`${type}, "num_virtual_tokens": 64, "encoder_hidden_size": 64`);
      accept(`${type}, "num_virtual_tokens": 65, "encoder_hidden_size": 64, "prompt_tuning_init": "random"`);
    },
  );

  it('stands in each attention once, and nowhere but in the decoder where blocks share as PEFT has it', () => {
    const at = (attention: string, more = ''): string =>
      `"peft_type": "PREFIX_TUNING", "prefix_attention": ${attention}${more}`;
    const sharing = ', "peft_layer_sharing": true';
    expect(messages(at('["cross", "encoder", "cross"]'))).toEqual(['"cross" stands here twice']);
    expect(messages(at('[]'))).toEqual(['found a list; expected a list of ≥ 1 items']);
    expect(messages(at('["encoders"]'))).toEqual(['found "encoders"; expected one of "decoder", "encoder", "cross"']);
    expect(messages(at('["decoder", "cross"]', sharing))).toEqual([
      '"peft_layer_sharing" is PEFT’s, which has prefixes of the decoder alone; leave it out, or set this to ["decoder"]',
    ]);
    accept(at('["encoder", "decoder", "cross"]'));
    accept(at('["decoder"]', sharing));
  });

  it('without a network asks for no width', () => {
    accept('"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 65, "encoder_hidden_size": 64');
    accept('"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 600');
  });

  it('has as many virtual tokens as the template places', () => {
    const template = ', "template": "[P×3] {a} [Px2] {b}"';
    expect(marks(withMethod('"peft_type": "P_TUNING", "num_virtual_tokens": 6', template))).toMatchObject([
      {
        marked: '6',
        bySchema: false,
        message: 'the template places 5 virtual tokens, and num_virtual_tokens is 6',
      },
    ]);
    expect(marks(withMethod('"peft_type": "PROMPT_TUNING"', template))).toMatchObject([
      {
        marked: '"[P×3] {a} [Px2] {b}"',
        message: 'the template places 5 virtual tokens, and num_virtual_tokens is 20',
      },
    ]);
    accept('"peft_type": "P_TUNING", "num_virtual_tokens": 5', template);
  });

  it('has none to place in prefix tuning, nor in the target', () => {
    expect(
      marks(withMethod('"peft_type": "PREFIX_TUNING", "num_virtual_tokens": 3', ', "template": "[P×3] {a}"')),
    ).toMatchObject([
      { marked: '"[P×3] {a}"', message: expect.stringContaining('prefix tuning has no vectors'), bySchema: false },
    ]);
    expect(marks(withMethod('"peft_type": "PROMPT_TUNING"', ', "target": "{b} [P×20]"'))).toMatchObject([
      { marked: '"{b} [P×20]"', message: expect.stringContaining('target'), bySchema: false },
    ]);
  });
});

describe('a prompt for each group', () => {
  const grouped = (data: string, rest = ''): string => `{ "data": { "train": "a"${data} }, "groupBy": "user"${rest} }`;
  const whole = ', "template": "{t}", "target": "{l}", "labels": { "a": "a", "b": "b" }';

  it('needs in writing what would be inferred from the rows of all', () => {
    expect(marks(grouped('')).map((mark) => (mark as { message: string }).message)).toHaveLength(3);
    expect(marks(grouped(', "template": "{t}", "target": "{l}"'))).toHaveLength(1);
    expect(checkRecipe(grouped(whole))).toHaveProperty('recipe.groupBy', 'user');
    expect(checkRecipe(grouped(', "template": "{t}", "target": "{l}", "task": "generation"'))).toHaveProperty('recipe');
    expect(checkRecipe(grouped(', "preset": "sst2"'))).toHaveProperty('recipe');
    expect(marks(grouped(', "preset": "classification"'))).toHaveLength(3);
  });

  it('is one matrix, which WARP and model tuning do not make', () => {
    const masked = ', "template": "{t} {mask}", "target": "{l}", "labels": { "a": "a", "b": "b" }';
    expect(marks(grouped(masked, ', "method": { "peft_type": "WARP" }'))).toMatchObject([{ marked: '"WARP"' }]);
    const tuning = ', "method": { "peft_type": "MODEL_TUNING" }';
    expect(marks(grouped(whole, tuning))).toMatchObject([{ marked: '"MODEL_TUNING"' }]);
  });

  it('is no run of a sweep, and is shown no rows of others as examples', () => {
    const sweep = '{ "training.seed": [1, 2] }';
    expect(marks(grouped(whole, `, "sweep": ${sweep}`))).toMatchObject([{ marked: sweep }]);
    expect(marks(grouped(whole, ', "evaluation": { "examples": 4 }'))).toMatchObject([{ marked: '4' }]);
    expect(marks('{ "data": { "train": "a" }, "sweep": { "groupBy": ["user"] } }')).toMatchObject([
      { marked: '"groupBy"' },
    ]);
  });
});
