import { svg, type TemplateResult } from 'lit';
import type { ChartLine, Shape } from './line.js';

type Corner = readonly [x: number, y: number];

/** Half of a shape's width, in CSS pixels. */
const radius: Record<Shape, number> = { dot: 1, circle: 3.5, square: 3, diamond: 4.5, triangle: 4 };

/** Corners in half widths; a circle has none. */
const corners: Record<Shape, readonly Corner[] | undefined> = {
  dot: [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  circle: undefined,
  square: [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  diamond: [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ],
  triangle: [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ],
};

/** To be filled, which closes it: `closePath` takes longer the more there is. `scale`: canvas pixels for one of CSS. */
export function addShape(path: Path2D, shape: Shape, x: number, y: number, scale: number): void {
  const size = radius[shape] * scale;
  const points = corners[shape];
  if (!points) {
    path.moveTo(x + size, y);
    path.arc(x, y, size, 0, 2 * Math.PI);
    return;
  }
  points.forEach(([cx, cy], i) => {
    if (i === 0) path.moveTo(x + cx * size, y + cy * size);
    else path.lineTo(x + cx * size, y + cy * size);
  });
}

/** A line as the legend shows it. */
export function swatch({ colour, dash, shape, pointsOnly }: ChartLine): TemplateResult {
  const [x, y] = [14, 6];
  const size = shape ? Math.max(2, radius[shape]) : 0;
  const points = shape && corners[shape];
  return svg`<svg class="swatch ${colour}" width="28" height="12" viewBox="0 0 28 12" aria-hidden="true">
    ${pointsOnly ? undefined : svg`<path d="M0 ${y}H28" stroke="currentColor" stroke-width="2" stroke-dasharray=${dash?.join(' ') ?? 'none'} />`}
    ${
      points
        ? svg`<polygon fill="currentColor" points=${points.map(([cx, cy]) => `${x + cx * size},${y + cy * size}`).join(' ')} />`
        : shape && svg`<circle fill="currentColor" cx=${x} cy=${y} r=${size} />`
    }
  </svg>`;
}
