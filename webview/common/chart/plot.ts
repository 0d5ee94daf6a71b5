import uPlot from 'uplot';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import { withoutSharedZeros } from './axisLabels.js';
import type { ChartLine, ChartMark } from './line.js';
import { addShape } from './shapes.js';
import { themeColour, themeFont } from './theme.js';
import { thin } from './thin.js';

/** From where to where, in steps. */
export type Zoom = readonly [from: number, to: number];

export interface PlotSettings {
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
  readonly logScale: boolean;
  /** The y axis for the values that are seen; by default a little more than them. */
  readonly range: ((low: number, high: number) => [number, number]) | undefined;
  readonly format: (value: number) => string;
  readonly zoom: Zoom | undefined;
}

export interface Plot {
  readonly element: HTMLElement;
  /** Draws as the settings are now; the lines may have other points, but must be as many as before. */
  draw(): void;
  resize(width: number): void;
  /** Moves the cursor to a step, or takes it away. */
  point(x: number | undefined): void;
  dispose(): void;
}

export interface PlotListener {
  zoomed(zoom: Zoom | undefined): void;
  /** The cursor stands near a step, with each line's value there; or nowhere. */
  hovered(x: number | undefined, values: readonly (number | undefined)[]): void;
}

const height = 220;
/** Shapes nearer than this, in pixels, would run together: of those only the first is drawn. */
const shapeGap = 9;
/** Cursors of all charts move together: they all have steps on their x axis. */
const syncKey = 'steps';

/** A uPlot chart over steps. `settings` is asked anew at each drawing. */
export function plotLines(target: HTMLElement, settings: () => PlotSettings, listener: PlotListener): Plot {
  const { lines, logScale } = settings();
  const options: uPlot.Options = {
    width: Math.max(1, target.clientWidth),
    height,
    // Room for the words of marks, and for half of the last step's number.
    padding: [16, 22, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 4 },
      sync: { key: syncKey, scales: ['x', null], setSeries: false },
      points: { size: 8, width: 1 },
      bind: {
        dblclick: () => () => {
          listener.zoomed(undefined);
          return null;
        },
      },
    },
    scales: {
      x: { time: false, range: (_, low, high) => [...(settings().zoom ?? [Math.min(0, low), Math.max(high, 1)])] },
      y: logScale
        ? { distr: 3, range: (_, low, high) => logRange(low, high) }
        : { range: (_, low, high) => settings().range?.(low, high) ?? padded(low, high) },
    },
    axes: [
      axis({
        size: 28,
        values: (_, splits) => splits.map((step) => (Number.isInteger(step) ? wholeNumber(step) : '')),
      }),
      axis({
        size: 58,
        // Those that the filter leaves out come as null, whatever the type says.
        values: (_, splits: (number | null)[]) =>
          withoutSharedZeros(splits.map((value) => (value === null ? '' : settings().format(value)))),
        ...(logScale && { filter: (_: uPlot, splits: number[]) => readable(splits) }),
      }),
    ],
    series: [{}, ...lines.map(series)],
    hooks: {
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width > 0) listener.zoomed([u.posToVal(left, 'x'), u.posToVal(left + width, 'x')]);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [(u) => listener.hovered(...valuesAt(u))],
      draw: [(u) => drawMarks(u, settings().marks)],
    },
  };
  const plot = new uPlot(options, aligned(settings(), options.width), target);
  return {
    element: plot.root,
    draw: () => plot.setData(aligned(settings(), plot.width)),
    resize: (width) => {
      if (width > 0 && width !== plot.width) plot.setSize({ width, height });
    },
    point: (x) => {
      const left = x === undefined ? -10 : plot.valToPos(x, 'x');
      plot.setCursor({ left, top: x === undefined ? -10 : plot.over.clientHeight / 2 });
    },
    dispose: () => plot.destroy(),
  };
}

/** What is seen of the lines, on one x axis. */
function aligned({ lines, zoom }: PlotSettings, width: number): uPlot.AlignedData {
  const ends = lines.map(({ x }) => x[x.length - 1] ?? 0);
  const [from, to] = zoom ?? [0, Math.max(...ends)];
  return uPlot.join(lines.map((line) => thin(line, from, to, width)));
}

function series({ colour, dash, shape, pointsOnly }: ChartLine): uPlot.Series {
  const stroke = (): string => themeColour(colour);
  return {
    stroke,
    width: 1.5,
    ...(dash && { dash: [...dash] }),
    ...(pointsOnly && { paths: () => null }),
    points: shape
      ? {
          show: true,
          width: 0,
          fill: stroke,
          paths: (u, i, first, last) => {
            const path = new Path2D();
            const [xs, ys] = [u.data[0], u.data[i] ?? []];
            let drawn = -Infinity;
            for (let p = first; p <= last; p++) {
              const [x, y] = [xs[p], ys[p]];
              if (x === undefined || y === undefined || y === null) continue;
              const left = u.valToPos(x, 'x', true);
              if (shape !== 'dot' && left - drawn < shapeGap * uPlot.pxRatio) continue;
              drawn = left;
              addShape(path, shape, left, u.valToPos(y, 'y', true), uPlot.pxRatio);
            }
            return { fill: path };
          },
        }
      : { show: false },
    // Single steps are many, and the smoothed line lies over them.
    ...(shape === 'dot' && { alpha: 0.45 }),
  };
}

function axis(options: uPlot.Axis): uPlot.Axis {
  const grid = { stroke: () => themeColour('grid'), width: 1 };
  return {
    stroke: () => themeColour('text'),
    font: themeFont(),
    grid,
    ticks: { ...grid, size: 4 },
    ...options,
  };
}

function drawMarks(u: uPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox } = u;
  const scale = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = themeColour('text');
  ctx.lineWidth = scale;
  ctx.setLineDash([3 * scale, 3 * scale]);
  ctx.font = themeFont().replace(/^\d+/, (size) => String(Number(size) * scale));
  ctx.textBaseline = 'bottom';
  let free = -Infinity;
  for (const { x, label } of marks) {
    const left = u.valToPos(x, 'x', true);
    if (left < bbox.left || left > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(left, bbox.top);
    ctx.lineTo(left, bbox.top + bbox.height);
    ctx.stroke();
    const { width } = ctx.measureText(label);
    const start = Math.max(bbox.left, Math.min(left - width / 2, bbox.left + bbox.width - width));
    if (start > free) {
      ctx.fillText(label, start, bbox.top - 2 * scale);
      free = start + width;
    }
  }
  ctx.restore();
}

function valuesAt(u: uPlot): [x: number | undefined, values: (number | undefined)[]] {
  const { idx, idxs } = u.cursor;
  if (idx === null || idx === undefined) return [undefined, []];
  const values = u.data.slice(1).map((ys, i) => {
    const at = idxs?.[i + 1];
    return at === null || at === undefined ? undefined : (ys[at] ?? undefined);
  });
  return [u.data[0][idx], values];
}

function padded(low: number, high: number): [number, number] {
  const pad = 0.08 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low >= 0 ? Math.max(0, low - pad) : low - pad, high + pad];
}

function logRange(low: number, high: number): [number, number] {
  return low > 0 ? [low / 1.15, high * 1.15] : [1e-6, Math.max(1, high)];
}

/** 1, 2 and 5 of each power of ten. */
function readable(splits: number[]): (number | null)[] {
  return splits.map((value) => ([1, 2, 5].includes(Number(value.toExponential(0)[0])) ? value : null));
}
