import { describe, expect, it } from 'vitest';
import { completionPlace, trainFile } from '../../../src/host/recipes/completionPlace.js';

/** The place at the bar of a text, and what it replaces. */
function at(marked: string): unknown {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = completionPlace(text, offset);
  return place && { kind: place.kind, replaced: text.slice(place.start, place.end), isClosed: place.isClosed };
}

describe('completionPlace', () => {
  it('finds columns between braces', () => {
    expect(at('{ "data": { "template": "a {te|" } }')).toEqual({ kind: 'column', replaced: 'te', isClosed: false });
    expect(at('{ "data": { "target": "{|" } }')).toEqual({ kind: 'column', replaced: '', isClosed: false });
    expect(at('{ "data": { "template": "{te|xt} b" } }')).toEqual({ kind: 'column', replaced: 'text', isClosed: true });
  });

  it('knows that two braces stand for one', () => {
    expect(at('{ "data": { "template": "{{te|" } }')).toBeUndefined();
    expect(at('{ "data": { "template": "{{{te|" } }')).toEqual({ kind: 'column', replaced: 'te', isClosed: false });
    expect(at('{ "data": { "template": "{text} |" } }')).toBeUndefined();
  });

  it('finds paths of data files, also in objects', () => {
    expect(at('{ "data": { "train": "tr|ain" } }')).toMatchObject({ kind: 'data file', replaced: 'train' });
    expect(at('{ "data": { "test": { "path": "|" } } }')).toMatchObject({ kind: 'data file', replaced: '' });
    expect(at('{ "data": { "train": "tr| } }')).toMatchObject({ kind: 'data file' });
    expect(at('{ "data": { "test": { "format": "|" } } }')).toBeUndefined();
    expect(at('{ "tests": [{ "file": "t|" }] }')).toMatchObject({ kind: 'data file', replaced: 't' });
    expect(at('{ "tests": [{ "file": { "path": "|" } }] }')).toMatchObject({ kind: 'data file', replaced: '' });
    expect(at('{ "tests": [{ "metric": "|" }] }')).toBeUndefined();
  });

  it('finds labels that are still missing', () => {
    expect(at('{ "data": { "labels": { "a": "b", "|" } } }')).toEqual({
      kind: 'label',
      replaced: '""',
      isClosed: false,
    });
    expect(at('{ "data": { "labels": { "|": "b" } } }')).toEqual({ kind: 'label', replaced: '""', isClosed: true });
    expect(completionPlace('{ "data": { "labels": { "a": "b", "" } } }', 35)?.taken).toContain('a');
    expect(at('{ "data": { "labels": { "a": "|" } } }')).toBeUndefined();
  });

  it('finds nothing elsewhere', () => {
    expect(at('{ "na|me": "a" }')).toBeUndefined();
    expect(at('{ "data": { "te|" } }')).toBeUndefined();
    expect(at('{ "data": { "template": "{a}"| } }')).toBeUndefined();
  });
});

it('reads where the training rows are from a text that is being written', () => {
  expect(trainFile('{ "data": { "train": "a.csv", "tem')).toBe('a.csv');
  expect(trainFile('{ "data": { "train": { "path": "b.csv" } } }')).toBe('b.csv');
  expect(trainFile('{')).toBeUndefined();
});
