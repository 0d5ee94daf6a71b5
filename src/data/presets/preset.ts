import type { DatasetSource, Row } from '../../protocol/dataset.js';
import type { DataConfig } from '../../protocol/recipe.js';

type Values = Row['values'];

/** A published data set: what a recipe would say of it, and the shapes in which its files are found. */
export interface Preset extends Pick<DataConfig, 'template' | 'target' | 'labels' | 'task'> {
  readonly title: string;
  /** None for a plain one, which takes any file. */
  readonly layouts: readonly Layout[];
  /** The column with a list of every right answer, where there is one. */
  readonly references?: string;
  /** How a file is read whose name does not tell its format. */
  readonly source?: Omit<DatasetSource, 'path'>;
}

/** A shape in which a set is published. */
export interface Layout {
  /** The columns that are read. */
  readonly needs: readonly string[];
  /** Columns that may stand beside them and are not read. */
  readonly also?: readonly string[];
  /** Other files may well have these columns: one of them is recognised only where its path names the set. */
  readonly common?: true;
  /** The format that files of this shape have, where it tells them apart. */
  readonly format?: DatasetSource['format'];
  /** The preset's columns from the file's; those of one name need nothing. */
  readonly read?: (values: Values) => Values;
}

/** Columns under the preset's names: own → the file's. */
export const renamed =
  (names: Readonly<Record<string, string>>) =>
  (values: Values): Values =>
    Object.fromEntries(Object.entries(names).map(([own, theirs]) => [own, values[theirs]]));

/** A label column whose values have other names there; one that is not listed stays, to be reported with its line. */
export const relabelled =
  (values: Readonly<Record<string, string>>, column = 'label') =>
  (row: Values): Values => {
    const found = String(row[column]);
    return { label: Object.hasOwn(values, found) ? values[found] : row[column] };
  };
