import { appendFileSync, closeSync, ftruncateSync, openSync } from 'node:fs';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { RunEvent } from '../protocol/events.js';
import { runEventSchema } from './eventSchema.js';
import { asWriteError } from './fileErrors.js';
import { checkJson, readText, type Damage } from './readJson.js';
import { kindOf } from './storeLocation.js';

/** A run's events on disk: one JSON object a line; an event's number is its line's, from 0. */
export interface EventLog {
  /** How many events it holds, which is the number of the next. */
  readonly count: number;
  /** At once in the operating system's hands, so that a killed process loses none. Throws `store.noSpace` or `store.readOnly`. */
  append(event: RunEvent): void;
  close(): void;
}

/**
 * Opens a log for appending, and makes it where there is none. What a killed process left of a last line is cut off, and so is
 * everything after the first `keep` events, which a resumed run tells again.
 * Throws `store.badRun`, `store.unreadable`, `store.noSpace` or `store.readOnly`.
 */
export async function openEventLog(file: string, keep = Infinity): Promise<EventLog> {
  const text = (await kindOf(file)) === undefined ? '' : await readText(file);
  const events = parseEvents(text, file, badRun);
  let count = Math.min(events.length, keep);
  const kept = text.split('\n').slice(0, count);
  const handle = failing(file, () => openSync(file, 'a'));
  try {
    failing(file, () => ftruncateSync(handle, Buffer.byteLength(kept.map((line) => `${line}\n`).join(''))));
  } catch (error) {
    closeSync(handle);
    throw error;
  }
  return {
    get count() {
      return count;
    },
    append: (event) => {
      failing(file, () => appendFileSync(handle, formatEvents([event])));
      count++;
    },
    close: () => closeSync(handle),
  };
}

/** The events of a log, none where there is no such file. Throws `store.badRun` with the line, or `store.unreadable`. */
export async function readEvents(file: string): Promise<RunEvent[]> {
  return (await kindOf(file)) === undefined ? [] : parseEvents(await readText(file), file, badRun);
}

/** Reads events, one a line. A last line without its end was cut short by a kill and is passed over; any other must be whole. */
export function parseEvents(text: string, file: string, damaged: Damage): RunEvent[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line, i) => checkJson(line, `${file}:${i + 1}`, runEventSchema, damaged));
}

export function formatEvents(events: readonly RunEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

export function badRun(
  file: string,
  found: string,
  expected: string,
  cause?: unknown,
): SoftpromptError<'store.badRun'> {
  return new SoftpromptError('store.badRun', { file, found, expected }, cause === undefined ? undefined : { cause });
}

function failing<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw asWriteError(error, file);
  }
}
