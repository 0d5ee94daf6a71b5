export type Point = readonly [x: number, y: number];

/** At most two points for each of `columns`: the lowest and the highest of its points, in their order, so that no peak is lost. */
export function thinned(points: readonly Point[], columns: number): readonly Point[] {
  if (points.length <= 2 * columns) return points;
  return Array.from({ length: columns }, (_, column) => {
    const begin = Math.floor((column * points.length) / columns);
    const own = points.slice(begin, Math.floor(((column + 1) * points.length) / columns));
    const ys = own.map(([, y]) => y);
    const [low, high] = [ys.indexOf(Math.min(...ys)), ys.indexOf(Math.max(...ys))];
    return own.filter((_point, i) => i === low || i === high);
  }).flat();
}
