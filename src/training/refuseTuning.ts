import { totalmem } from 'node:os';
import { SoftpromptError } from '../errors/softpromptError.js';
import { estimateRun } from './estimate.js';
import type { RunPlan } from './runContext.js';

/**
 * Bytes that a run may take. macOS counts as free only what nothing was ever kept in, so there the whole memory counts.
 */
const availableBytes = (): number => (process.platform === 'darwin' ? totalmem() : process.availableMemory());

/**
 * Throws `run.noRoom` where all weights of a model are to be trained and do not fit into memory with what training keeps of each:
 * found before the start, as a machine that swaps helps nobody.
 */
export function refuseWithoutRoom(plan: RunPlan, threads: number, available = availableBytes()): void {
  if (!plan.method.tunesModel) return;
  const { memoryMb, modelParameters } = estimateRun(plan, threads);
  if (memoryMb * 2 ** 20 <= available) return;
  throw new SoftpromptError('run.noRoom', {
    model: plan.base.name,
    parameters: modelParameters,
    neededMb: Math.round(memoryMb),
    availableMb: Math.round(available / 2 ** 20),
  });
}
