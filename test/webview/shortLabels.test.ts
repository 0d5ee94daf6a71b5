import { expect, it } from 'vitest';
import { shortLabels } from '../../webview/ensemble/shortLabels.js';

it.each([
  [
    ['negative', 'positive'],
    ['N', 'P'],
  ],
  [
    ['entailment', 'contradiction', 'neutral'],
    ['E', 'C', 'N'],
  ],
  [
    ['0', '1'],
    ['0', '1'],
  ],
  [
    ['billing', 'bugs', 'shipping'],
    ['BI', 'BU', 'SH'],
  ],
  [
    ['same thing 1', 'same thing 2'],
    ['same thing 1', 'same thing 2'],
  ],
])('%j are %j', (labels, short) => {
  expect([...shortLabels(labels).values()]).toEqual(short);
});
