import * as z from 'zod';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import { objectTable } from './jsonObjects.js';
import { readJsonLines } from './jsonl.js';
import { asPublished, distinct } from './published.js';

type NestedFormat = 'mrqa' | 'multirc' | 'record' | 'wsc';
type Values = Row['values'];

const text = z.string();
const scalar = z.union([text, z.number(), z.boolean()]);
const index = z.int().min(0);

/** The rows that one line of a published file holds: each has the line's place. */
const unfolders = {
  mrqa: unfolder(
    z.object({ context: text, qas: z.array(z.object({ qid: text, question: text, answers: z.array(text) })) }),
    ({ context, qas }) =>
      qas.map(({ qid, question, answers }) => ({ id: qid, context, question, ...answered(answers) })),
  ),
  multirc: unfolder(
    z.object({
      passage: z.object({
        text,
        questions: z.array(
          z.object({ question: text, answers: z.array(z.object({ text, label: scalar.optional() })) }),
        ),
      }),
    }),
    ({ passage }) =>
      passage.questions.flatMap(({ question, answers }) =>
        answers.map((answer) => ({
          paragraph: passage.text,
          question,
          answer: answer.text,
          label: answer.label ?? null,
        })),
      ),
  ),
  record: unfolder(
    z.object({
      passage: z.object({ text, entities: z.array(z.object({ start: index, end: index })) }),
      qas: z.array(z.object({ query: text, answers: z.array(z.object({ text })).optional() })),
    }),
    ({ passage, qas }) => {
      // `end` is the last character's, counted as Python counts: an emoji is one.
      const characters = [...passage.text];
      const names = passage.entities.map(({ start, end }) => characters.slice(start, end + 1).join(''));
      const entities = distinct(names).sort().join(', ');
      return qas.map(({ query, answers = [] }) => {
        return { passage: passage.text, entities, query, ...answered(answers.map((answer) => answer.text)) };
      });
    },
  ),
  wsc: unfolder(
    z.object({
      text,
      target: z.object({ span1_text: text, span1_index: index, span2_text: text, span2_index: index }),
      label: scalar.nullish(),
    }),
    ({ text: sentence, target, label = null }) => [{ text: sentence, ...target, label }],
  ),
} satisfies Record<NestedFormat, unknown>;

type Unfold = (line: Row, file: string, format: NestedFormat) => Values[];

function unfolder<T>(schema: z.ZodType<T>, unfold: (published: T) => Values[]): Unfold {
  return ({ values, line }, file, format) => unfold(asPublished(schema, values, { file, format, lineOf: () => line }));
}

function answered(texts: readonly string[]): Values {
  const answers = distinct(texts);
  return { answer: answers[0] ?? null, answers };
}

/** Lines of JSON with several rows in each, or a row's fields in objects. MRQA's files begin with a line about themselves. */
export const readNestedLines =
  (format: NestedFormat) =>
  (json: string, file: string, source: DatasetSource): Table => {
    const lines = readJsonLines(json, file, source).rows.filter(({ values }) => !isHeader(values));
    const rows = lines.flatMap((line) =>
      unfolders[format](line, file, format).map((values): Row => ({ ...line, values })),
    );
    return objectTable(file, rows, source);
  };

const isHeader = ({ header, qas }: Values): boolean => isObject(header) && !Array.isArray(qas);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Which of these formats an object of a line has, if any. */
export function nestedFormatOf(values: Values): NestedFormat | undefined {
  const { passage, qas, target } = values;
  const has = (value: unknown, field: string): boolean => isObject(value) && Object.hasOwn(value, field);
  if (has(passage, 'questions')) return 'multirc';
  if (has(passage, 'entities')) return 'record';
  if (has(target, 'span1_text')) return 'wsc';
  const isAlone = isObject(values.header) && Object.keys(values).length === 1;
  return isAlone || (Array.isArray(qas) && has(qas[0], 'qid')) ? 'mrqa' : undefined;
}
