import * as l10n from '@vscode/l10n';
import { describe } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';

/** What scripts can trust; `softprompt --help` says it too. */
export const exitCodes = { ok: 0, failed: 1, badInput: 2, stopped: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface Failure {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly advice: string;
  /** For programs: code and arguments. */
  readonly error: { readonly code: string; readonly args: unknown };
}

/** Nothing that the user gave was wrong: the run itself failed, or the machine. */
const runFailures: ReadonlySet<string> = new Set([
  'run.crashed',
  'run.diverged',
  'run.noProvider',
  'run.tensorflowBroken',
  'store.noSpace',
  'store.readOnly',
  'store.runInUse',
  'store.sweepInUse',
  'slurm.refused',
]);

/** An error in words, with the exit code that it means. What is not in the catalogue is a defect of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SoftpromptError) {
    const { code, args } = error;
    const exitCode = runFailures.has(code) ? exitCodes.failed : exitCodes.badInput;
    return { exitCode, ...describe(code, args), error: { code, args } };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    exitCode: exitCodes.failed,
    message: l10n.t('Unexpected: {reason}', { reason }),
    advice: l10n.t('This is a defect of Softprompt: run again with SOFTPROMPT_DEBUG=1 and report what it shows.'),
    error: { code: 'internal', args: { reason } },
  };
}

/** The stack with those of its causes, for SOFTPROMPT_DEBUG=1. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\n${l10n.t('Caused by:')} ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
