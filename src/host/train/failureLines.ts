import { errorWords } from '../errorWords.js';

/** A line of a quick pick shows about this many characters. */
const lineLength = 90;

/** A failure and its advice as lines of a quick pick, which shows no long ones. */
export function failureLines(error: unknown): string[] {
  const { message, advice } = errorWords(error);
  return [...marked('error', message), ...marked('lightbulb', advice)];
}

function marked(icon: string, text: string): string[] {
  return wrap(text, lineLength).map((line, i) => (i === 0 ? `$(${icon}) ${line}` : `$(blank) ${line}`));
}

/** Breaks at spaces; a word or a path that is longer than a line stays whole. */
export function wrap(text: string, length: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(' ')) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
