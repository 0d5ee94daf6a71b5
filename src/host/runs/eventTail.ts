import { open } from 'node:fs/promises';
import type { RunEvent } from '../../protocol/events.js';
import { badRun, parseEvents } from '../../store/eventLog.js';
import { asReadError, isErrno } from '../../store/fileErrors.js';

/** Lines that are parsed at a time, so that a long history never holds up the extension host. */
const linesAtOnce = 500;

/** Follows a run's event log: only what is new is read. */
export interface EventTail {
  readonly events: readonly RunEvent[];
  /** The number of the first event that is new or another than before; undefined where nothing changed. */
  read(): Promise<number | undefined>;
}

export function openEventTail(file: string): EventTail {
  let events: RunEvent[] = [];
  /** Bytes read as whole lines, and the last of them, by which a log that was cut back and has grown again is known. */
  let offset = 0;
  let mark = Buffer.alloc(0);
  let reading: Promise<number | undefined> = Promise.resolve(undefined);

  const readOnce = async (): Promise<number | undefined> => {
    const found = await readFrom(file, offset, mark);
    if (!found) return undefined;
    if (found.restarted) {
      events = [];
      offset = 0;
    }
    const end = found.bytes.lastIndexOf(0x0a) + 1;
    const from = events.length;
    if (end === 0) return found.restarted ? 0 : undefined;
    const whole = found.bytes.subarray(0, end);
    const lines = whole.toString('utf8').split('\n').slice(0, -1);
    for (let i = 0; i < lines.length; i += linesAtOnce) {
      if (i > 0) await new Promise((resolve) => setImmediate(resolve));
      events.push(...parseEvents(`${lines.slice(i, i + linesAtOnce).join('\n')}\n`, file, badRun));
    }
    offset += end;
    mark = Buffer.from(whole.subarray(-markBytes));
    return from;
  };
  return {
    get events() {
      return events;
    },
    read: () => (reading = reading.then(readOnce, readOnce)),
  };
}

const markBytes = 64;

/** What stands in the file from `offset` on, or all of it where what was read before is no longer there. Undefined without a file. */
async function readFrom(
  file: string,
  offset: number,
  mark: Buffer,
): Promise<{ restarted: boolean; bytes: Buffer } | undefined> {
  const handle = await open(file).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw asReadError(error, file);
  });
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    const read = async (position: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const kept = size >= offset && (await read(offset - mark.length, mark.length)).equals(mark);
    return kept
      ? { restarted: false, bytes: await read(offset, size - offset) }
      : { restarted: true, bytes: await read(0, size) };
  } finally {
    await handle.close();
  }
}
