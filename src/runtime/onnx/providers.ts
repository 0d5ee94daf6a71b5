import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, listSupportedBackends } from 'onnxruntime-node';
import * as z from 'zod';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Recipe } from '../../protocol/recipe.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { checkProvider, type CheckResult } from './selfCheck.js';

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
  if (!listSupportedBackends().some((backend) => backend.name === name))
    return {
      name,
      works: false,
      faster: false,
      reason: `onnxruntime-node ${onnxruntimeVersion()} has no ${name} on ${process.platform}-${process.arch}`,
    };
  try {
    return describeCheck(name, await checkProvider(name, threads));
  } catch (error) {
    return { name, works: false, faster: false, reason: firstLine(error) };
  }
}

function describeCheck(name: Provider, { agrees, distance, faster }: CheckResult): ProviderState {
  if (!agrees)
    return {
      name,
      works: false,
      faster,
      reason: `its gradient differs from the CPU's by ${distance.toExponential(1)}`,
    };
  return { name, works: true, faster, ...(!faster && { reason: 'it works, but is slower than the CPU here' }) };
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
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
