import { findNodeAtLocation, parseTree, type ParseError } from 'jsonc-parser';
import * as z from 'zod';
import { defined } from '../../common/assert.js';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import { lineIndexAt, textLines } from '../textLines.js';
import { jsonErrorAt, objectTable } from './jsonObjects.js';
import { asPublished, distinct } from './published.js';

const text = z.string();
const squadSchema = z.object({
  data: z.array(
    z.object({
      title: text.optional(),
      paragraphs: z.array(
        z.object({
          context: text,
          qas: z.array(z.object({ id: text, question: text, answers: z.array(z.object({ text })) })),
        }),
      ),
    }),
  ),
});

/** SQuAD's file: articles of paragraphs of questions. A row a question, with every answer and with the first alone. */
export function readSquad(json: string, file: string, source: DatasetSource): Table {
  const errors: ParseError[] = [];
  const root = parseTree(json, errors, { disallowComments: true });
  if (errors[0] !== undefined || root === undefined) {
    throw jsonErrorAt(json, file, 1, errors[0] ?? { offset: 0, length: 1 });
  }
  const lines = textLines(json);
  const lineAt = (offset: number): number => lineIndexAt(lines, offset) + 1;
  const nodeAt = (path: readonly PropertyKey[]): typeof root | undefined =>
    findNodeAtLocation(
      root,
      path.map((key) => (typeof key === 'number' ? key : String(key))),
    );
  const { data } = asPublished(squadSchema, JSON.parse(json), {
    file,
    format: 'squad',
    lineOf: (path) => lineAt((nodeAt(path) ?? nodeAt(path.slice(0, -1)) ?? root).offset),
  });
  const rows = data.flatMap(({ title, paragraphs }, article) =>
    paragraphs.flatMap(({ context, qas }, paragraph) => {
      const nodes = defined(nodeAt(['data', article, 'paragraphs', paragraph, 'qas'])?.children, 'questions');
      return qas.map(({ id, question, answers }, i): Row => {
        const { offset, length } = defined(nodes[i], 'a question');
        const texts = distinct(answers.map((answer) => answer.text));
        const values = { id, title: title ?? null, context, question, answer: texts[0] ?? null, answers: texts };
        return { values, line: lineAt(offset), start: offset, end: offset + length };
      });
    }),
  );
  return objectTable(file, rows, source);
}
