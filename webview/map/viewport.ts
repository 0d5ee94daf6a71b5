import type { Place } from '../../src/protocol/interpretation.js';

/** Which part of the map is seen: the place in the middle, and how many pixels one of its units is long. */
export interface Viewport {
  readonly centre: Place;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels that stay free around everything. */
const margin = 28;

/** All places, as large as they can be. */
export function viewportOf(places: readonly Place[], { width, height }: Size): Viewport {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, right] = [least(xs), -least(xs.map((x) => -x))];
  const [low, high] = [least(ys), -least(ys.map((y) => -y))];
  const room = (size: number, span: number): number => Math.max(1, size - 2 * margin) / (span || 1);
  return {
    centre: [(left + right) / 2, (low + high) / 2],
    scale: Math.min(room(width, right - left), room(height, high - low)),
  };
}

const least = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), values.length === 0 ? 0 : Infinity);

/** In pixels from the upper left corner; the map's y points up. */
export const toPixels = ({ centre, scale }: Viewport, { width, height }: Size, [x, y]: Place): Place => [
  width / 2 + (x - centre[0]) * scale,
  height / 2 - (y - centre[1]) * scale,
];

export const toPlace = ({ centre, scale }: Viewport, { width, height }: Size, [left, top]: Place): Place => [
  centre[0] + (left - width / 2) / scale,
  centre[1] - (top - height / 2) / scale,
];

/** Nearer or farther, with what lies at a pixel staying there. */
export function zoomed(view: Viewport, size: Size, factor: number, pixel: Place): Viewport {
  const [x, y] = toPlace(view, size, pixel);
  return {
    centre: [x + (view.centre[0] - x) / factor, y + (view.centre[1] - y) / factor],
    scale: view.scale * factor,
  };
}

/** What is seen moves by so many pixels. */
export const panned = ({ centre, scale }: Viewport, [right, down]: Place): Viewport => ({
  centre: [centre[0] - right / scale, centre[1] + down / scale],
  scale,
});

/** The index of the place nearest to a pixel, within reach; undefined where none is. */
export function placeAt(
  places: readonly Place[],
  view: Viewport,
  size: Size,
  [left, top]: Place,
  reach: number,
): number | undefined {
  let [found, nearest]: [number | undefined, number] = [undefined, reach];
  places.forEach((place, i) => {
    const [x, y] = toPixels(view, size, place);
    const distance = Math.hypot(x - left, y - top);
    if (distance <= nearest) [found, nearest] = [i, distance];
  });
  return found;
}
