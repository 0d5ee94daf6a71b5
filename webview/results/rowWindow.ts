/** Which rows of a long table are seen, and where they stand. Rows are of one height; only those that are seen exist. */
export interface RowWindow {
  /** From this row to that one, exclusive, with some beyond both edges. */
  readonly first: number;
  readonly end: number;
  /** Where the first of them stands, in pixels from the top. */
  readonly top: number;
  /** Of the whole, in pixels. */
  readonly height: number;
}

export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
}

/** Rows beyond each edge, so that scrolling a little shows no gap. */
const beyond = 10;
/** A browser draws nothing further down than about 33 million pixels. */
export const tallest = 16_000_000;

/** Where the whole would be too tall, a pixel of scrolling moves by more than a pixel of rows. */
export function rowWindow({ scrollTop, height }: Viewport, total: number, rowHeight: number): RowWindow {
  const whole = total * rowHeight;
  const shownHeight = Math.min(whole, tallest);
  const scrollable = Math.max(1, shownHeight - height);
  const position = whole <= tallest ? scrollTop : (Math.min(scrollTop, scrollable) / scrollable) * (whole - height);
  const seen = Math.floor(position / rowHeight);
  const first = Math.max(0, seen - beyond);
  const end = Math.min(total, Math.ceil((position + height) / rowHeight) + beyond);
  return { first, end: Math.max(first, end), top: scrollTop + first * rowHeight - position, height: shownHeight };
}

/** How far to scroll so that a row is seen; as it is where it already is. */
export function scrollTo(row: number, viewport: Viewport, total: number, rowHeight: number): number {
  const { scrollTop, height } = viewport;
  const whole = total * rowHeight;
  const isScaled = whole > tallest;
  const scale = isScaled ? (tallest - height) / (whole - height) : 1;
  const position = scrollTop / scale;
  const top = row * rowHeight;
  const wanted = top < position ? top : top + rowHeight > position + height ? top + rowHeight - height : position;
  return wanted * scale;
}

/** The row that a key moves to; undefined for keys that move to none. */
export function rowAfterKey(key: string, row: number, total: number, rowsSeen: number): number | undefined {
  const last = total - 1;
  const to = (wanted: number): number => Math.min(last, Math.max(0, wanted));
  switch (key) {
    case 'ArrowDown':
      return to(row + 1);
    case 'ArrowUp':
      return to(row - 1);
    case 'PageDown':
      return to(row + Math.max(1, rowsSeen - 1));
    case 'PageUp':
      return to(row - Math.max(1, rowsSeen - 1));
    case 'Home':
      return to(0);
    case 'End':
      return to(last);
    default:
      return undefined;
  }
}
