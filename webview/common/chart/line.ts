import type { Points } from './thin.js';

/** One thing that a chart shows. It is told from the others by its dashes and its shape as well as by its colour. */
export interface ChartLine extends Points {
  readonly label: string;
  readonly colour: ChartColour;
  /** Marks each point; without one there is only a line. */
  readonly shape?: Shape;
  /** Lengths of dashes and gaps in pixels; a full line by default. */
  readonly dash?: readonly number[];
  /** Only the points. */
  readonly pointsOnly?: boolean;
}

/** A place worth a word, such as the best step. */
export interface ChartMark {
  readonly x: number;
  readonly label: string;
}

/** Of `--vscode-charts-*`, without orange, which is a translucent highlight in the editor's oldest themes. */
export type ChartColour = 'blue' | 'yellow' | 'green' | 'purple' | 'red' | 'foreground';
export type Shape = 'dot' | 'circle' | 'square' | 'diamond' | 'triangle';

/** How the runs of a comparison look, beginning with the panel's own; after the last it begins anew. */
const looks: readonly Pick<ChartLine, 'colour' | 'dash' | 'shape'>[] = [
  { colour: 'blue', shape: 'circle' },
  { colour: 'purple', shape: 'diamond', dash: [8, 4] },
  { colour: 'green', shape: 'triangle', dash: [2, 3] },
  { colour: 'red', shape: 'square', dash: [10, 3, 2, 3] },
  { colour: 'yellow', shape: 'circle', dash: [4, 4] },
];
export function lookOf(run: number): Pick<ChartLine, 'colour' | 'dash' | 'shape'> {
  return looks[run % looks.length] ?? { colour: 'blue' };
}
