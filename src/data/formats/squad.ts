import { findNodeAtLocation, type Node } from 'jsonc-parser';
import * as z from 'zod';
import { defined } from '../../common/assert.js';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import { lineIndexAt, textLines } from '../textLines.js';
import { jsonTree, objectTable } from './jsonObjects.js';
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
  const root = jsonTree(json, file);
  const lines = textLines(json);
  const lineAt = (offset: number): number => lineIndexAt(lines, offset) + 1;
  const nodeAt = (path: readonly PropertyKey[]): Node | undefined =>
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
