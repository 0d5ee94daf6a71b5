/** What a report of a fault needs, as headed parts that can be pasted into an issue. */
export function diagnosticsText(parts: Readonly<Record<string, unknown>>): string {
  return Object.entries(parts)
    .map(([head, content]) => {
      const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
      return `## ${head}\n\n\`\`\`\n${text}\n\`\`\`\n`;
    })
    .join('\n');
}
