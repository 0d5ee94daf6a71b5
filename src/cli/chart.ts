import plot from 'simple-ascii-chart';
import { shortNumber, wholeNumber } from '../protocol/numbers.js';
import { displayWidth, type Screen } from './terminal.js';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

const height = 8;
const widest = 64;
/** Room for the numbers at the left. */
const margin = 10;

/** A line chart with its title; nothing where fewer than two points could be drawn. */
export function chart(
  title: string,
  points: readonly ChartPoint[],
  screen: Screen,
  formatY: (y: number) => string = shortNumber,
): string[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.x <= first.x) return [];
  const width = Math.max(20, Math.min(widest, screen.columns - margin));
  const drawn = averaged(points, width);
  const ys = drawn.map(({ y }) => y);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const picture = plot(
    drawn.map(({ x, y }): [number, number] => [x, y]),
    {
      width,
      height,
      customXAxisTicks: [drawn[0]?.x ?? 0, drawn.at(-1)?.x ?? 0],
      customYAxisTicks: high > low ? [low, high] : [low],
      formatter: (value, { axis }) => (axis === 'x' ? wholeNumber(value) : formatY(value)),
      ...(screen.colour && { color: 'ansiCyan' as const }),
    },
  );
  const lines = picture.split('\n').map((line) => line.trimEnd());
  return [title, ...lines.filter((line) => line !== '' && displayWidth(line.trim()) > 0 && line.trim() !== '▲')];
}

/** At most `count` points, each the mean of its neighbours, with the first and the last kept in their places. */
function averaged(points: readonly ChartPoint[], count: number): ChartPoint[] {
  if (points.length <= count) return [...points];
  return Array.from({ length: count }, (_, i) => {
    const group = points.slice(Math.floor((i * points.length) / count), Math.floor(((i + 1) * points.length) / count));
    const y = group.reduce((sum, point) => sum + point.y, 0) / group.length;
    const at = i === 0 ? group[0] : i === count - 1 ? group.at(-1) : group[Math.floor(group.length / 2)];
    return { x: at?.x ?? 0, y };
  });
}
