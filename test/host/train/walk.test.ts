import { expect, it } from 'vitest';
import { walk, type Answer, type Step } from '../../../src/host/train/walk.js';

interface Draft {
  readonly file?: string;
  readonly columns?: string;
}

/** Steps that answer in turn from a script, and what they were asked. */
function scripted(script: readonly Answer<Draft>[]): { steps: Step<Draft>[]; asked: string[] } {
  const answers = [...script];
  const asked: string[] = [];
  const step = (name: string, isNeeded?: (draft: Draft) => boolean): Step<Draft> => ({
    ...(isNeeded && { isNeeded }),
    ask: (_draft, { step: number, totalSteps }) => {
      asked.push(`${name} ${number}/${totalSteps}`);
      return Promise.resolve(answers.shift());
    },
  });
  return { steps: [step('file'), step('columns', ({ file }) => file === 'b'), step('name')], asked };
}

it('asks the steps that are needed, in order, and counts them', async () => {
  const { steps, asked } = scripted([{ value: { file: 'a' } }, { value: { file: 'a', columns: '-' } }]);
  expect(await walk(steps, {})).toEqual({ file: 'a', columns: '-' });
  expect(asked).toEqual(['file 1/2', 'name 2/2']);
});

it('goes back over steps that are not needed, keeping what was answered', async () => {
  const { steps, asked } = scripted([
    { value: { file: 'a' } },
    'back',
    { value: { file: 'b' } },
    { value: { file: 'b', columns: 'x' } },
    'back',
    { value: { file: 'b', columns: 'y' } },
    { value: { file: 'b', columns: 'y' } },
  ]);
  expect(await walk(steps, {})).toEqual({ file: 'b', columns: 'y' });
  expect(asked).toEqual(['file 1/2', 'name 2/2', 'file 1/2', 'columns 2/3', 'name 3/3', 'columns 2/3', 'name 3/3']);
});

it('ends without an answer where a step is left', async () => {
  const { steps } = scripted([{ value: { file: 'a' } }, undefined]);
  expect(await walk(steps, {})).toBeUndefined();
});
