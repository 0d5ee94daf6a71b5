import { html, type Markup } from './markup.js';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The values that it is the mean of, drawn as points where they are several. */
  readonly points: readonly number[];
  /** Behind the bar. */
  readonly text: string;
}

export interface BarChart {
  /** Of the page's charts this one alone. */
  readonly id: string;
  readonly title: string;
  readonly bars: readonly Bar[];
  /** What a whole bar stands for; the largest value unless told. */
  readonly full?: number;
}

/** In units of the drawing. */
const [width, bar, gap, labelHeight] = [480, 14, 14, 16];
const room = 96;

/** Bars from zero, one below the other, each with its name above and its value behind. */
export function barChart({ id, title, bars, full }: BarChart): Markup | undefined {
  const most = full ?? Math.max(...bars.flatMap(({ value, points }) => [value, ...points]));
  if (bars.length === 0 || !(most > 0)) return undefined;
  const at = (value: number): number => Math.round(10 * ((width - room) * Math.min(1, value / most))) / 10;
  const height = bars.length * (labelHeight + bar + gap);
  const spoken = [title, ...bars.map(({ label, text }) => `${label}: ${text}`)].join('. ');
  return html`<figure>
    <figcaption id="${id}">${title}</figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${spoken}">
      ${bars.map(({ label, value, points, text }, i) => {
        const top = i * (labelHeight + bar + gap) + labelHeight;
        return html`<text x="0" y="${top - 4}">${label}</text>
          <rect class="track" x="0" y="${top}" width="${width - room}" height="${bar}" />
          <rect class="bar" x="0" y="${top}" width="${at(value)}" height="${bar}" />
          ${points.length > 1 ? points.map((point) => html`<circle class="point" cx="${at(point)}" cy="${top + bar / 2}" r="3" />`) : undefined}
          <text class="value" x="${width - room + 8}" y="${top + bar - 3}">${text}</text>`;
      })}
    </svg>
  </figure>`;
}
