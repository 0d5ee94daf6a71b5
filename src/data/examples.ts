import { SoftpromptError } from '../errors/softpromptError.js';
import type { Example, Row, Table, VirtualSlot } from '../protocol/dataset.js';
import { answerColumn } from '../protocol/virtualSlots.js';
import type { ResolvedTask } from './columns.js';
import { presetReading, presets } from './presets/presets.js';
import { cellText, missingColumn, parseTarget, parseTemplate, renderTemplate, type Template } from './template.js';

/**
 * Renders every row of a table. For classification the target's cell is looked up among the labels and its words take the cell's place.
 * Throws, with file and line, `data.missingColumn`, `data.missingCell`, `data.notText`, `data.unknownLabel`, `data.emptyInput`,
 * `data.emptyTarget` and `data.slotInTarget`: no row is left out in silence.
 */
export function makeExamples(table: Table, task: ResolvedTask): Example[] {
  return table.rows.map(exampleMaker(table, task));
}

/** As `makeExamples`, row by row: it throws for a missing column or a bad target, and what it gives back for what is wrong with a row. */
export function exampleMaker(table: Pick<Table, 'columns' | 'file'>, task: ResolvedTask): (row: Row) => Example {
  const template = parseTemplate(task.template);
  const target = parseTarget(task.target);
  const { columns, read } = task.preset
    ? presetReading(table, task.preset)
    : { columns: table.columns, read: (row: Row) => row };
  const unknown = [...template.columns, ...target.columns].find((column) => !columns.includes(column));
  if (unknown !== undefined) throw missingColumn(unknown, columns, table.file);
  const answer =
    task.labels === undefined ? freeAnswer(target, table.file) : labelAnswer(target, table.file, task.labels);
  const references = task.preset && presets[task.preset].references;
  return (published) => {
    const row = read(published);
    const place = { file: table.file, line: row.line };
    const { text: input, slots } = renderTemplate(template, row, table.file);
    if (isBlank(input, template, row)) throw new SoftpromptError('data.emptyInput', place);
    const answered = answer(row);
    if (isBlank(answered.target, target, row)) throw new SoftpromptError('data.emptyTarget', place);
    const others = references === undefined ? undefined : row.values[references];
    return {
      input,
      ...(slots.length > 0 && { slots }),
      ...answered,
      ...(Array.isArray(others) && { references: others.map(String) }),
      ...place,
    };
  };
}

/** An example's input for a reader, with `[P×3]` where virtual tokens stand and `{mask}` where a masked model's answer does. */
export function inputWithSlots({ input, slots = [] }: Pick<Example, 'input' | 'slots'>): string {
  const written = ({ offset, count, isAnswer }: VirtualSlot): string =>
    isAnswer ? `${offset === 0 ? '' : ' '}{${answerColumn}}` : `[P×${count}]`;
  const ends = slots.map((slot, i) => input.slice(slots[i - 1]?.offset ?? 0, slot.offset) + written(slot));
  return ends.join('') + input.slice(slots.at(-1)?.offset ?? 0);
}

type Answer = (row: Row) => Pick<Example, 'target' | 'label'>;

function freeAnswer(target: Template, file: string): Answer {
  return (row) => ({ target: renderTemplate(target, row, file).text });
}

function labelAnswer(target: Template, file: string, labels: Readonly<Record<string, string>>): Answer {
  const [column] = target.columns;
  if (column === undefined || target.columns.length > 1)
    throw new SoftpromptError('data.labelTarget', { target: target.text });
  const known = new Map(Object.entries(labels).map(([value, word], label) => [value, { word, label }]));
  return (row) => {
    const found = cellText(row, column, file);
    const match = known.get(found);
    if (match === undefined) {
      throw new SoftpromptError('data.unknownLabel', {
        file,
        line: row.line,
        found,
        known: [...known.keys()].join(', '),
      });
    }
    const worded: Row = { ...row, values: { [column]: match.word } };
    return { target: renderTemplate(target, worded, file).text, label: match.label };
  };
}

/** Whether nothing but the template's own words is left: a text without any, or one whose every placeholder is blank. */
function isBlank(text: string, template: Template, row: Row): boolean {
  if (text.trim() === '') return true;
  return template.columns.length > 0 && template.columns.every((column) => String(row.values[column]).trim() === '');
}
