/** What is known of where the lines go. */
export interface Screen {
  /** Characters in a line; without end where nothing wraps. */
  readonly columns: number;
  readonly colour: boolean;
  /** Whether a line can be drawn again in place. */
  readonly live: boolean;
}

/** The part of a stream that is written to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

/** Colours follow NO_COLOR and FORCE_COLOR as Node's own streams do. */
export function screenOf(output: Output): Screen {
  const live = output.isTTY === true;
  return { columns: live ? (output.columns ?? 80) : Infinity, colour: output.hasColors?.() === true, live };
}

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof styles;

export function styled(screen: Pick<Screen, 'colour'>, style: Style, text: string): string {
  return screen.colour ? `\u001b[${styles[style]}m${text}\u001b[0m` : text;
}

/** Lines, and one line below them, short enough not to wrap, that is drawn again in place where the terminal can. */
export interface Display {
  print(lines: readonly string[], status?: string): void;
  /** Takes the line below away. */
  close(): void;
}

/** Drawing more often costs time and flickers. */
const redrawEveryMs = 50;

export function openDisplay(output: Output, nowMs: () => number = () => performance.now()): Display {
  const { live } = screenOf(output);
  let shown = false;
  let drawnMs = -Infinity;
  const clear = (): void => {
    if (shown) output.write('\r\u001b[2K');
    shown = false;
  };
  return {
    print: (lines, status) => {
      const due = nowMs() - drawnMs >= redrawEveryMs;
      if (lines.length === 0 && (!live || !due)) return;
      clear();
      if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
      if (!live || status === undefined) return;
      output.write(status);
      shown = true;
      drawnMs = nowMs();
    },
    close: clear,
  };
}

/** Columns that a text takes: East Asian wide characters and emoji two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function clipped(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let [kept, used] = ['', 0];
  for (const character of text) {
    used += characterWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Columns two spaces apart, each as wide as its widest cell; every line without spaces at its end. */
export function columnLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The wide ranges of Unicode's East Asian Width that text and emoji come from. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|[\u{20000}-\u{3FFFD}]/u;

function characterWidth(character: string): number {
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
