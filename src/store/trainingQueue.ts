import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder, writeFileAtomic } from './atomicFile.js';
import { asReadError, isErrno } from './fileErrors.js';
import { isAlive, isBeforeBoot } from './liveProcess.js';

/**
 * One training at a time on a device of this machine, first come first served, whatever started it. Lamport's bakery ("A New Solution of
 * Dijkstra's Concurrent Programming Problem", 1974) with files: whoever takes a number first says that it is choosing, so two processes
 * never hold the turn at once, and what a killed process leaves behind is recognised by its number and passed over.
 */
export interface Turn {
  release(): Promise<void>;
}

export interface TurnRequest {
  /** `queue` of the user's own store. */
  readonly folder: string;
  readonly device: string;
  /** For the others in the queue: what is trained. */
  readonly name: string;
  /** Called when who holds the turn is known to be someone else, and whenever that changes. */
  onWait(holder: string): void;
}

const pollMs = 300;
const choosingName = /^choosing-(\d+)$/;
const ticketName = /^ticket-(\d+)-(\d+)$/;

/** Waits for the turn. Undefined where the signal aborted first. Throws `store.noSpace` or `store.readOnly`. */
export async function takeTurn(request: TurnRequest, signal: AbortSignal): Promise<Turn | undefined> {
  const folder = join(request.folder, request.device);
  await makeFolder(folder);
  const ticket = await drawTicket(folder, request.name);
  const turn: Turn = { release: () => rm(join(folder, ticket), { force: true }) };
  let told = '';
  try {
    for (;;) {
      const holder = await holderBefore(folder, ticket);
      if (holder === undefined) return turn;
      if (signal.aborted) break;
      if (holder !== told && holder !== '') request.onWait(holder);
      told = holder;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  } catch (error) {
    await turn.release();
    throw error;
  }
  await turn.release();
  return undefined;
}

async function drawTicket(folder: string, name: string): Promise<string> {
  const choosing = join(folder, `choosing-${process.pid}`);
  await writeFileAtomic(choosing, '');
  try {
    const numbers = (await liveNames(folder)).map((file) => Number(ticketName.exec(file)?.[1] ?? 0));
    const ticket = `ticket-${String(Math.max(0, ...numbers) + 1).padStart(9, '0')}-${process.pid}`;
    await writeFileAtomic(join(folder, ticket), name);
    return ticket;
  } finally {
    await rm(choosing, { force: true });
  }
}

/** Whose turn it is before ours, by name; '' while someone is choosing; undefined where the turn is ours. */
async function holderBefore(folder: string, ticket: string): Promise<string | undefined> {
  const names = await liveNames(folder);
  const ours = order(ticket);
  if (names.some((name) => choosingName.test(name) && name !== `choosing-${process.pid}`)) return '';
  const [first] = names
    .filter((name) => ticketName.test(name) && order(name) < ours)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
  if (first === undefined) return undefined;
  return readFile(join(folder, first), 'utf8').catch(() => '');
}

/** By number, then by process. */
function order(name: string): string {
  const [, number = '', pid = ''] = ticketName.exec(name) ?? [];
  return `${number}-${pid.padStart(10, '0')}`;
}

/** The files of processes that live; those of dead ones are removed. */
async function liveNames(folder: string): Promise<string[]> {
  const live: string[] = [];
  for (const name of await list(folder)) {
    const pid = choosingName.exec(name)?.[1] ?? ticketName.exec(name)?.[2];
    if (pid === undefined) continue;
    if (isAlive(Number(pid)) && !(await isOlderThanBoot(join(folder, name)))) live.push(name);
    else await rm(join(folder, name), { force: true });
  }
  return live;
}

async function isOlderThanBoot(file: string): Promise<boolean> {
  try {
    return isBeforeBoot((await stat(file)).mtimeMs);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    throw asReadError(error, file);
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw asReadError(error, folder);
  }
}
