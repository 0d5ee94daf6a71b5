import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { env, listSupportedBackends } from 'onnxruntime-node';
import * as z from 'zod';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { programPath } from '../../common/productFolder.js';
import type { Recipe } from '../../protocol/recipe.js';
import { writeFileAtomic } from '../../store/atomicFile.js';

/** Execution providers in the order in which `auto` tries them; the CPU is always there. */
const providers = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const;
export type Provider = (typeof providers)[number];

export interface ProviderState {
  readonly name: Provider;
  readonly works: boolean;
  /** Why it does not work, or why `auto` leaves it out. */
  readonly reason?: string;
  readonly faster: boolean;
}

interface ProviderOptions {
  readonly threads: number;
  readonly cacheFolder: string;
}

/** The provider to run on. A named one must pass the gradient check (else `run.noProvider`); `auto` takes the first that passes and is faster than the CPU. */
export async function chooseProvider(asked: Recipe['provider'], options: ProviderOptions): Promise<Provider> {
  if (asked === 'cpu') return asked;
  if (asked !== 'auto') {
    const state = await examine(asked, options.threads);
    if (!state.works) throw new SoftpromptError('run.noProvider', { provider: asked, reason: state.reason ?? '' });
    return asked;
  }
  const known = (await rememberedStates(options)) ?? (await examineProviders(options));
  return known.find((p) => p.works && p.faster)?.name ?? 'cpu';
}

/** Tries every provider and remembers the outcome for this machine and version of onnxruntime. */
export async function examineProviders(options: ProviderOptions): Promise<ProviderState[]> {
  const states: ProviderState[] = [];
  for (const provider of providers) states.push(await examine(provider, options.threads));
  const record = { runtime: onnxruntimeVersion(), states };
  await writeFileAtomic(recordFile(options), JSON.stringify(record)).catch((error: unknown) => {
    // The record only saves time.
    if (!(error instanceof SoftpromptError)) throw error;
  });
  return states;
}

async function examine(name: Provider, threads: number): Promise<ProviderState> {
  if (name === 'cpu') return { name, works: true, faster: true };
  const failed = (reason: string): ProviderState => ({ name, works: false, faster: false, reason });
  if (!listSupportedBackends().some((backend) => backend.name === name))
    return failed(`onnxruntime-node ${onnxruntimeVersion()} has no ${name} on ${process.platform}-${process.arch}`);
  const outcome = await checkInProcess(name, threads);
  if ('error' in outcome) return failed(outcome.error);
  const { agrees, distance, faster } = outcome;
  if (!agrees) return failed(`its gradient differs from the CPU's by ${distance.toExponential(1)}`);
  return { name, works: true, faster, ...(!faster && { reason: 'it works, but is slower than the CPU here' }) };
}

const outcomeSchema = z.union([
  z.object({ distance: z.number(), agrees: z.boolean(), faster: z.boolean() }),
  z.object({ error: z.string() }),
]);
const checkTimeoutMs = 60_000;

/** Runs `checkProviderProcess`, which stands beside the programs. */
async function checkInProcess(name: Provider, threads: number): Promise<z.infer<typeof outcomeSchema>> {
  const program = programPath('checkProviderProcess.mjs');
  const options = { timeout: checkTimeoutMs };
  const run = promisify(execFile)(process.execPath, [program, name, String(threads)], options);
  try {
    const outcome = outcomeSchema.parse(JSON.parse((await run).stdout));
    return 'error' in outcome ? { error: plainReason(outcome.error) } : outcome;
  } catch {
    return { error: 'its libraries crashed or did not answer' };
  }
}

/** onnxruntime's message without its source lines and macros. */
function plainReason(message: string): string {
  const [firstLine = ''] = message.split('\n');
  return firstLine.replace(/^.* was false\. /, '').replace(/^OrtSessionOptionsAppendExecutionProvider_\w+: /, '');
}

const stateSchema = z.object({
  name: z.enum(providers),
  works: z.boolean(),
  faster: z.boolean(),
  reason: z.string().optional(),
});
const recordSchema = z.object({ runtime: z.string(), states: z.array(stateSchema) });

async function rememberedStates(options: ProviderOptions): Promise<z.infer<typeof stateSchema>[] | undefined> {
  const text = await readFile(recordFile(options), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const record = recordSchema.safeParse(JSON.parse(text));
    return record.success && record.data.runtime === onnxruntimeVersion() ? record.data.states : undefined;
  } catch {
    return undefined;
  }
}

const recordFile = ({ cacheFolder }: ProviderOptions): string => join(cacheFolder, 'providers.json');
export const onnxruntimeVersion = (): string => env.versions.node ?? env.versions.common;
