import type { Row } from '../../protocol/dataset.js';

/** A row of csv or tsv whose cells have no names yet. */
export interface CellRow extends Pick<Row, 'line' | 'start' | 'end'> {
  readonly cells: readonly string[];
}
