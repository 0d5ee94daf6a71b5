import { SoftpromptError } from '../errors/softpromptError.js';
import type { Table } from '../protocol/dataset.js';
import type { PresetId } from '../protocol/presets.js';
import type { DataConfig } from '../protocol/recipe.js';
import { answerColumn, virtualSlots } from '../protocol/virtualSlots.js';
import { presetReading, presets } from './presets/presets.js';
import { escapeTemplate, missingColumn, parseTarget, parseTemplate, type Template } from './template.js';

/** What a recipe says about its task, and what `inferTask` fills in. */
export type TaskConfig = Pick<DataConfig, 'preset' | 'template' | 'target' | 'labels' | 'task'>;

/** How a row becomes input and target, with nothing left open. */
export interface ResolvedTask {
  readonly template: string;
  readonly target: string;
  readonly task: 'classification' | 'generation';
  /** For classification: each value of the target column and the words that stand for it, in the order of the label indices. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The published set whose columns these are, which its files may have under other names. */
  readonly preset?: PresetId;
}

/** Names of target columns, the likeliest first. */
const targetNames = (
  'label labels target class category queue sentiment intent topic emotion answer answers output completion response ref reference ' +
  'summary highlights'
).split(' ');

/** Names of columns that number the rows: id, idx, #1 ID, user_id, pairID, but not "valid". */
const idName = /(^|[^a-z])(id|idx|guid|uuid|index)$/i;
const idNameInCamelCase = /[a-z](ID|Id)$/;

const mostLabels = 100;

/**
 * Fills in what the recipe leaves out: by its preset, then by the table.
 * - target: `{target}` where `input` and `target` both exist; else the column whose name says so; else the only one with few distinct values.
 * - task: classification where `labels` are given, or where the target has few distinct values: at most 100, none with a line break, and two
 *   rows or more for each on average.
 * - labels: the target's values, each standing for itself; in numeric order if all are numbers, else sorted. (JavaScript puts the keys 0, 1, 2,
 *   … of an object first, in numeric order, whatever is asked.)
 * - template: `{input}`; `{text}\nTarget:` for one column; `column: {column}` lines and `Target:` for several. Left out are the target, a column
 *   that is the target under other names, ids, and columns that hold lists or objects.
 *
 * Throws `data.missingColumn`, `data.noTarget`, `data.noInput`, `data.oneLabel`, `data.labelTarget`, `data.labelWord`,
 * `data.labelsForGeneration`, `data.slotInTarget`, and what `parseTemplate` and `presetReading` throw.
 */
export function inferTask(table: Table, { preset, ...data }: TaskConfig): ResolvedTask {
  if (preset === undefined) return taskOfTable(table, data);
  const { columns, read } = presetReading(table, preset);
  const { template, target, labels, task } = presets[preset];
  // Its labels are those of its own target.
  const isOwn = (data.target ?? target) === target && data.task !== 'generation';
  const known = given({ template, target, task, ...(isOwn && { labels }) });
  const resolved = taskOfTable({ ...table, columns, rows: table.rows.map(read) }, { ...known, ...given(data) });
  return presets[preset].layouts.length === 0 ? resolved : { ...resolved, preset };
}

const given = (data: TaskConfig): TaskConfig =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));

function taskOfTable(table: Table, data: TaskConfig): ResolvedTask {
  const target = data.target ?? inferTarget(table);
  const targetColumns = knownColumns(parseTarget(target), table);
  const [labelColumn] = targetColumns.length === 1 ? targetColumns : [];
  const fewValues = labelColumn !== undefined && labelValues(table, labelColumn) !== undefined;
  const task = data.task ?? (data.labels !== undefined || fewValues ? 'classification' : 'generation');
  if (task === 'generation' && data.labels !== undefined) {
    throw new SoftpromptError('data.labelsForGeneration', { labels: Object.keys(data.labels).join(', ') });
  }
  if (task === 'classification' && labelColumn === undefined) throw new SoftpromptError('data.labelTarget', { target });

  const template = data.template ?? inferTemplate(table, targetColumns, task);
  knownColumns(parseTemplate(template), table);
  if (task === 'generation' || labelColumn === undefined) return { template, target, task };
  return { template, target, task, labels: data.labels ? checkedLabels(data.labels) : ownLabels(table, labelColumn) };
}

function inferTarget(table: Table): string {
  const byName = new Map(nameable(table).map((column) => [column.trim().toLowerCase(), column]));
  const named = byName.has('input') && byName.has('target') ? 'target' : targetNames.find((name) => byName.has(name));
  if (named !== undefined) return placeholder(byName.get(named) ?? named);
  const [only, another] = nameable(table).filter((column) => (labelValues(table, column)?.size ?? 0) > 1);
  if (only !== undefined && another === undefined) return placeholder(only);
  throw new SoftpromptError('data.noTarget', { file: table.file, columns: table.columns.join(', ') });
}

function inferTemplate(table: Table, targetColumns: readonly string[], task: ResolvedTask['task']): string {
  const rest = nameable(table).filter((column) => !targetColumns.includes(column) && holdsText(table, column));
  const byName = rest.find((column) => column.trim().toLowerCase() === 'input');
  const [targetColumn] = targetColumns;
  if (byName !== undefined && targetColumn?.trim().toLowerCase() === 'target') return placeholder(byName);

  const values = targetColumn === undefined || task === 'generation' ? undefined : labelValues(table, targetColumn);
  const renamesTarget = (column: string): boolean =>
    values !== undefined && targetColumn !== undefined && pairOneToOne(table, column, targetColumn);
  const telling = rest.filter((column) => !isId(table, column) && !renamesTarget(column));
  const inputs = telling.length > 0 ? telling : rest;
  if (inputs.length === 0) {
    throw new SoftpromptError('data.noInput', { file: table.file, columns: table.columns.join(', ') });
  }
  const question = `${escapeTemplate(capitalised(targetColumn ?? 'target'))}:`;
  if (inputs.length === 1) return `${inputs.map(placeholder).join('')}\n${question}`;
  return `${inputs.map((column) => `${column}: ${placeholder(column)}\n`).join('')}${question}`;
}

/** The values of a column, if they are few enough for labels by the rule of `inferTask`. */
function labelValues(table: Table, column: string): Set<string> | undefined {
  const values = new Set<string>();
  for (const row of table.rows) {
    const value = scalarText(row.values[column]);
    if (value === undefined || /[\r\n]/.test(value)) return undefined;
    values.add(value);
    if (values.size > mostLabels) return undefined;
  }
  return 2 * values.size <= table.rows.length ? values : undefined;
}

function ownLabels(table: Table, column: string): Record<string, string> {
  const values = [...new Set(table.rows.flatMap((row) => scalarText(row.values[column]) ?? []))];
  const [first] = values;
  if (first !== undefined && values.length === 1) {
    throw new SoftpromptError('data.oneLabel', { file: table.file, label: first });
  }
  const numeric = values.every((value) => value.trim() !== '' && Number.isFinite(Number(value)));
  values.sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  return Object.fromEntries(values.map((value) => [value, value]));
}

/** Labels are told apart by their words alone, so each needs its own. */
function checkedLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const words = new Set<string>();
  for (const [label, word] of Object.entries(labels)) {
    if (word.trim() === '' || words.has(word)) throw new SoftpromptError('data.labelWord', { label, word });
    words.add(word);
  }
  return labels;
}

/** The columns that a template names, all of which must exist. */
function knownColumns({ columns }: Template, table: Table): readonly string[] {
  const unknown = columns.find((column) => !table.columns.includes(column));
  if (unknown !== undefined) throw missingColumn(unknown, table.columns, table.file);
  return columns;
}

/** The columns that a template can name, in a placeholder and in words. */
function nameable(table: Table): readonly string[] {
  return table.columns.filter(
    (column) => !/[{}]/.test(column) && column !== answerColumn && virtualSlots(column).length === 0,
  );
}

function isId(table: Table, column: string): boolean {
  if (idName.test(column.trim()) || idNameInCamelCase.test(column.trim())) return true;
  const values = new Set<string>();
  for (const row of table.rows) {
    const value = scalarText(row.values[column]);
    if (value === undefined || !/^-?\d+$/.test(value) || values.has(value)) return false;
    values.add(value);
  }
  return true;
}

/** Whether each value of one column always stands beside the same value of the other, and the other way round. */
function pairOneToOne(table: Table, a: string, b: string): boolean {
  const toB = new Map<unknown, unknown>();
  const toA = new Map<unknown, unknown>();
  return table.rows.every(({ values }) => {
    const [valueA, valueB] = [values[a], values[b]];
    if (!toB.has(valueA)) toB.set(valueA, valueB);
    if (!toA.has(valueB)) toA.set(valueB, valueA);
    return toB.get(valueA) === valueB && toA.get(valueB) === valueA;
  });
}

/** Whether no cell is a list or an object; missing cells are reported later, with their line. */
function holdsText(table: Table, column: string): boolean {
  return table.rows.every(({ values }) => typeof values[column] !== 'object' || values[column] === null);
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function placeholder(column: string): string {
  return `{${column}}`;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
