import { applyEdits } from 'jsonc-parser';
import { expect, it } from 'vitest';
import { quickFixes } from '../../../src/host/recipes/quickFixes.js';

it('corrects names of fields that are nearly right', () => {
  const text =
    '{\n  // rows\n  "data": { "train": "a.csv", "maxLenght": 64 }, // mind the memory\n  "wholly different": 1\n}';
  const fixes = quickFixes(text, []);
  expect(fixes).toMatchObject([{ title: 'Change to maxLength', offset: text.indexOf('"maxLenght"'), length: 11 }]);
  expect(applyEdits(text, [...(fixes[0]?.edits ?? [])])).toBe(text.replace('maxLenght', 'maxLength'));
});

it('corrects columns wherever the template and the target name them, and keeps comments', () => {
  const text = '{ "data": { "train": "a.csv", // rows\n "template": "{txt}\\n{txt}:", "target": "{label}" } }';
  const args = { file: 'a.csv', column: 'txt', columns: 'text, label', nearest: 'te$&xt' };
  const fixes = quickFixes(text, [{ path: ['data', 'template'], error: { code: 'data.missingColumn', args } }]);
  expect(fixes).toMatchObject([{ title: 'Change to {te$&xt}', offset: text.indexOf('"{txt}') }]);
  expect(applyEdits(text, [...(fixes[0]?.edits ?? [])])).toBe(text.replaceAll('{txt}', () => '{te$&xt}'));
});

it('offers nothing where no name is near, or the text is not JSON', () => {
  const error = { code: 'data.missingColumn', args: { file: 'a', column: 'x', columns: 'text', nearest: '' } };
  expect(quickFixes('{ "data": { "train": "a", "template": "{x}" } }', [{ path: ['data'], error }])).toEqual([]);
  expect(quickFixes('{ "data": ', [])).toEqual([]);
});
