import type { Place } from '../../src/protocol/interpretation.js';
import { quoted } from '../../src/protocol/quoted.js';
import { themeColour, themeFont } from '../common/chart/theme.js';
import { fewLines, linkedWords, manyLines, type MapContent } from './mapView.js';
import { toPixels, type Size, type Viewport } from './viewport.js';

export interface Drawn extends MapContent {
  readonly view: Viewport;
  readonly size: Size;
  readonly selected: number | undefined;
  /** Words found by the search, as their indices. */
  readonly found: readonly number[];
  /** The word under the mouse. */
  readonly hovered: number | undefined;
}

export const markRadius = 9;
/** Where more words are seen, their names would only be in each other's way. */
const mostNames = 40;

/** Paints the map: words as faint dots, lines, starts as hollow marks with an arrow, virtual tokens as numbered marks on top, names. */
export function drawMap(context: CanvasRenderingContext2D, drawn: Drawn): void {
  const { map, size, view, selected } = drawn;
  const at = (place: Place): Place => toPixels(view, size, place);
  const word = (i: number): Place => at(map.words[i]?.at ?? [0, 0]);
  const isSeen = ([x, y]: Place): boolean => x > -50 && y > -50 && x < size.width + 50 && y < size.height + 50;
  context.clearRect(0, 0, size.width, size.height);
  context.font = themeFont();
  context.textBaseline = 'middle';

  const foreground = themeColour('foreground');
  context.fillStyle = `color-mix(in srgb, ${foreground} 38%, transparent)`;
  for (const { at: place } of map.words) {
    const [x, y] = at(place);
    context.fillRect(x - 1, y - 1, 2, 2);
  }
  map.virtual.forEach(({ at: place, start }, position) => {
    const isChosen = position === selected;
    const strength = isChosen ? 1 : 0.35;
    context.globalAlpha = strength;
    context.lineWidth = isChosen ? 1.5 : 1;
    const here = at(place);
    context.strokeStyle = themeColour('text');
    for (const i of linkedWords(drawn, position, isChosen ? manyLines : fewLines)) line(context, here, word(i));
    if (start) {
      context.strokeStyle = themeColour('purple');
      arrow(context, at(start), here);
    }
    context.globalAlpha = 1;
  });
  drawNames(context, drawn, word, isSeen);
  map.virtual.forEach(({ at: place }, position) => {
    if (position !== selected) mark(context, at(place), position, false);
  });
  const chosen = selected === undefined ? undefined : map.virtual[selected];
  if (chosen && selected !== undefined) mark(context, at(chosen.at), selected, true);
  const pointed = drawn.hovered === undefined ? undefined : map.words[drawn.hovered];
  if (pointed) {
    context.strokeStyle = foreground;
    ring(context, at(pointed.at), 4);
    name(context, at(pointed.at), pointed.token, []);
  }
}

/** Of the words that the selection leads to, those that were found, and all that are seen once they are few; none over another. */
function drawNames(
  context: CanvasRenderingContext2D,
  { map, found, selected, ...rest }: Drawn,
  word: (i: number) => Place,
  isSeen: (place: Place) => boolean,
): void {
  const linked = selected === undefined ? [] : linkedWords({ map, ...rest }, selected, manyLines);
  const seen = map.words.flatMap((_, i) => (isSeen(word(i)) ? [i] : []));
  context.strokeStyle = themeColour('yellow');
  context.lineWidth = 2;
  for (const i of found) ring(context, word(i), 5);
  const taken: Box[] = [];
  for (const i of new Set([...found, ...linked, ...(seen.length <= mostNames ? seen : [])]))
    name(context, word(i), map.words[i]?.token ?? '', taken);
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}
const nameHeight = 16;

/** On the page's own colour, so that what lies beneath does not disturb it; left out where another name stands. */
function name(context: CanvasRenderingContext2D, [x, y]: Place, token: string, taken: Box[]): void {
  const text = quoted(token);
  const box = { left: x + 5, top: y - nameHeight / 2, width: context.measureText(text).width + 4 };
  const isFree = taken.every(
    ({ left, top, width }) =>
      left > box.left + box.width || left + width < box.left || Math.abs(top - box.top) > nameHeight,
  );
  if (!isFree) return;
  taken.push(box);
  context.fillStyle = themeColour('background');
  context.globalAlpha = 0.85;
  context.fillRect(box.left, box.top, box.width, nameHeight);
  context.globalAlpha = 1;
  context.fillStyle = themeColour('foreground');
  context.fillText(text, box.left + 2, y);
}

/** Colours are turned around for the selected one, which is larger too. */
function mark(context: CanvasRenderingContext2D, [x, y]: Place, position: number, isChosen: boolean): void {
  const radius = isChosen ? markRadius + 3 : markRadius;
  context.fillStyle = themeColour(isChosen ? 'foreground' : 'background');
  context.strokeStyle = themeColour(isChosen ? 'foreground' : 'blue');
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.fillStyle = themeColour(isChosen ? 'background' : 'foreground');
  context.textAlign = 'center';
  context.fillText(String(position + 1), x, y + 1);
  context.textAlign = 'left';
}

function line(context: CanvasRenderingContext2D, [x, y]: Place, [toX, toY]: Place): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, [x, y]: Place, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** From a hollow mark to the edge of a virtual token's. */
function arrow(context: CanvasRenderingContext2D, from: Place, to: Place): void {
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const startRadius = 5;
  ring(context, from, startRadius);
  if (Math.hypot(to[0] - from[0], to[1] - from[1]) < startRadius + markRadius + 4) return;
  const along = ([x, y]: Place, by: number): Place => [x + by * Math.cos(angle), y + by * Math.sin(angle)];
  const tip = along(to, -markRadius - 2);
  line(context, along(from, startRadius), tip);
  for (const side of [angle + 2.7, angle - 2.7])
    line(context, tip, [tip[0] + 6 * Math.cos(side), tip[1] + 6 * Math.sin(side)]);
}
