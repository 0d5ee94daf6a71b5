import { extname } from 'node:path';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import type { PresetId } from '../../protocol/presets.js';
import { formatOfName } from '../formats/formatOfName.js';
import { parseTemplate } from '../template.js';
import { glue } from './glue.js';
import { plain } from './plain.js';
import type { Layout, Preset } from './preset.js';
import { questionAnswering } from './questionAnswering.js';
import { superglue } from './superglue.js';
import { tableToText } from './tableToText.js';
import { topics } from './topics.js';

export const presets: Readonly<Record<PresetId, Preset>> = {
  ...glue,
  ...superglue,
  ...questionAnswering,
  ...tableToText,
  ...topics,
  ...plain,
};

/** The columns that a preset's template and target name. */
function namedColumns({ template = '', target = '' }: Preset): string[] {
  return [...parseTemplate(template).columns, ...parseTemplate(target).columns];
}

/** How a file's rows are read by a preset. */
export interface PresetReading {
  /** The file's columns and the preset's. */
  readonly columns: readonly string[];
  readonly read: (row: Row) => Row;
}

/**
 * Reads the first layout that a file has; a file that has the preset's own columns already needs none.
 * Throws `data.presetColumns` where it is none of them.
 */
export function presetReading({ columns, file }: Pick<Table, 'columns' | 'file'>, id: PresetId): PresetReading {
  const preset = presets[id];
  const own = namedColumns(preset);
  const { layouts, title } = preset;
  const layout = layouts.find((candidate) => fits(candidate, columns));
  if (!layout) {
    if (own.every((column) => columns.includes(column))) return { columns, read: (row) => row };
    const expected = layouts.map(({ needs }) => needs.join(', ')).join(' | ');
    throw new SoftpromptError('data.presetColumns', { file, preset: title, columns: columns.join(', '), expected });
  }
  const { read } = layout;
  if (!read) return { columns, read: (row) => row };
  return {
    columns: [...new Set([...columns, ...own])],
    read: (row) => ({ ...row, values: { ...row.values, ...read(row.values) } }),
  };
}

export const fits = ({ needs }: Layout, columns: readonly string[]): boolean =>
  needs.every((column) => columns.includes(column));

/** How a preset's file is read where neither the recipe nor the file's name says so. */
export function presetSource(source: DatasetSource, id: PresetId | undefined): DatasetSource {
  const usual = id && presets[id].source;
  if (!usual || source.format !== undefined || formatOfName(extname(source.path)) !== undefined) return source;
  return { ...usual, ...source };
}
