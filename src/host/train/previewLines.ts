import * as l10n from '@vscode/l10n';
import { describeNotice } from '../../errors/notices.js';
import type { Preview, PreviewRow } from '../../protocol/inspectMessages.js';
import type { RunEvent } from '../../protocol/events.js';
import { shareText, wholeNumber } from '../../protocol/numbers.js';
import { placesVirtualTokens, virtualSlotPattern } from '../../protocol/virtualSlots.js';
import { byteSize, roughDuration } from '../amounts.js';

/** A line of a quick pick. */
export interface Line {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** What the second line of a quick pick's item shows in a wide font: the target stands at its end, and must be seen. */
const shownCharacters = 80;

/** A row as the model will see it: virtual tokens, the text, the target in its place. */
export function rowLine(row: PreviewRow): Line {
  const { line, tokens, cutTokens, split } = row;
  const counted = l10n.t('line {line} · {tokens} tokens', { line, tokens: wholeNumber(tokens) });
  const label =
    cutTokens === 0 ? counted : l10n.t('{counted} · {cut} cut off', { counted, cut: wholeNumber(cutTokens) });
  return { label, ...(split !== 'train' && { description: splitName(split) }), detail: drawn(row) };
}

/** What the rows are together, and what to know of them. */
export function dataLines(events: readonly RunEvent[]): Line[] {
  return events.flatMap((event): Line[] => {
    if (event.type === 'notice') return [{ label: `$(warning) ${describeNotice(event.code, event.args)}` }];
    if (event.type !== 'data') return [];
    const { split, rows, tokens, cutRows } = event;
    const size = l10n.t('{rows} rows, {mean} tokens on average, at most {max}', {
      rows: wholeNumber(rows),
      mean: tokens.mean.toFixed(1),
      max: wholeNumber(tokens.max),
    });
    const counted = tokens.sampled ? l10n.t('{size} (of a sample)', { size }) : size;
    const cut = {
      label: `$(warning) ${l10n.t('Rows too long, whose beginning is cut off: {rows}', { rows: wholeNumber(cutRows) })}`,
      description: splitName(split),
    };
    return [{ label: `$(info) ${counted}`, description: splitName(split) }, ...(cutRows > 0 ? [cut] : [])];
  });
}

/** 430 MB of memory */
export const memoryText = ({ estimate }: Pick<Preview, 'estimate'>): string =>
  l10n.t('{memory} of memory', { memory: byteSize(Number((estimate.memoryMb * 1e6).toPrecision(2))) });

/** What a run costs, in one line. */
export function estimateText({ estimate }: Preview): string {
  const { trainable, modelParameters } = estimate;
  return [
    l10n.t('{steps} steps in {duration}', {
      steps: wholeNumber(estimate.steps),
      duration: roughDuration(estimate.seconds),
    }),
    memoryText({ estimate }),
    l10n.t('{trainable} trained parameters ({share})', {
      trainable: wholeNumber(trainable),
      share: shareText(trainable / modelParameters),
    }),
  ].join(' · ');
}

/** Virtual tokens in front, or where the text says. */
function drawn({ virtualTokens, input, target }: PreviewRow): string {
  const text = visible(input).replace(virtualSlotPattern, (_, count: string) => `▢×${count}`);
  const before = placesVirtualTokens(input) || virtualTokens === 0 ? '' : `▢×${virtualTokens} `;
  const after = `⟨${visible(target)}⟩`;
  return before + shortened(text, Math.max(40, shownCharacters - before.length - after.length)) + after;
}

/** Line breaks as signs: an item has one line. */
const visible = (text: string): string => text.replace(/\r\n|\r|\n/g, '↵').replace(/\t/g, '⇥');

/** The end is what the model reads last, and often the question. */
function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const end = Math.floor(length / 3);
  return `${characters.slice(0, length - end - 1).join('')}…${characters.slice(-end).join('')}`;
}

function splitName(split: PreviewRow['split']): string {
  const names = { train: l10n.t('training rows'), dev: l10n.t('dev rows'), test: l10n.t('test rows') };
  return names[split];
}
