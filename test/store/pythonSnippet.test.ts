import { expect, it } from 'vitest';
import { pythonSnippet } from '../../src/store/pythonSnippet.js';

it('loads an adapter on its base model', () => {
  expect(
    pythonSnippet({ base: 'org/model', adapter: 'C:\\store\\tickets', text: 'say "hi"\nQueue:' }),
  ).toMatchInlineSnapshot();
});

it('tells transformers which file of a folder is the GGUF', () => {
  expect(
    pythonSnippet({ base: '/models/x/m-q8.gguf', adapter: 'a', text: 't' }).split('\n').slice(3, 6),
  ).toMatchInlineSnapshot();
});
