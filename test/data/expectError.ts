import { expect } from 'vitest';
import { describe as inWords, type ErrorArguments, type ErrorCode } from '../../src/errors/catalogue.js';
import { SoftpromptError } from '../../src/errors/softpromptError.js';

/** Expects exactly this code and these arguments, and words without a hole in them. */
export function expectError<C extends ErrorCode>(action: () => unknown, code: C, args: ErrorArguments<C>): void {
  checkError(thrownBy(action), code, args);
}

export async function expectRejection<C extends ErrorCode>(
  promise: Promise<unknown>,
  code: C,
  args: ErrorArguments<C>,
): Promise<void> {
  checkError(
    await promise.then(
      () => undefined,
      (error: unknown) => error,
    ),
    code,
    args,
  );
}

function checkError<C extends ErrorCode>(error: unknown, code: C, args: ErrorArguments<C>): void {
  expect(error).toBeInstanceOf(SoftpromptError);
  expect(error).toMatchObject({ code, args });
  const { message, advice } = inWords(code, args);
  expect(`${message} ${advice}`).not.toMatch(/undefined|\{(file|line|column|found|example|open|close)\}/);
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
