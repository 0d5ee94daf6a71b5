import { presetIds, type PresetId } from '../../protocol/presets.js';
import type { Table } from '../../protocol/dataset.js';
import { parseTemplate } from '../template.js';
import { fits, presetReading, presets } from './presets.js';
import type { Layout } from './preset.js';

/**
 * The one published set that a file is: it has the columns of one of its layouts and no others, and no label that the set does not have.
 * Columns that many files have (`sentence`, `label`) are not enough: the file or its folder must then bear the set's name, too.
 */
export function recognisePreset(table: Table, path: string): PresetId | undefined {
  const [only, another] = presetIds.filter((id) => isSet(id, table, path));
  return another === undefined ? only : undefined;
}

function isSet(id: PresetId, table: Table, path: string): boolean {
  const layout = presets[id].layouts.find((candidate) => fits(candidate, table.columns));
  return (
    layout !== undefined && isWhole(layout, table) && (!layout.common || isNamed(id, path)) && hasLabels(id, table)
  );
}

function isWhole({ needs, also = [], format }: Layout, { columns, source }: Table): boolean {
  if (format !== undefined && source.format !== format) return false;
  return columns.every((column) => needs.includes(column) || also.includes(column));
}

/** SST-2/train.tsv and data/sst2.train.tsv are `sst2`; a set of SuperGLUE has its name without it. */
function isNamed(id: PresetId, path: string): boolean {
  const name = letters(id.replace(/^superglue-/, ''));
  return path
    .split(/[\\/]/)
    .slice(-2)
    .some((part) => letters(part).startsWith(name));
}

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

function hasLabels(id: PresetId, table: Table): boolean {
  const { labels, target = '' } = presets[id];
  if (!labels) return true;
  const [column = ''] = parseTemplate(target).columns;
  const { read } = presetReading(table, id);
  return table.rows.every((row) => {
    const label = read(row).values[column];
    return label !== null && typeof label !== 'object' && Object.hasOwn(labels, String(label));
  });
}
