/** A token in quotes, so that its spaces are seen; line breaks and all that could command a terminal are written out. */
export function quoted(token: string): string {
  const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  const shown = token.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (c) => named[c] ?? `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `"${shown}"`;
}
