import { SoftpromptError } from '../errors/softpromptError.js';

/** Whether the operating system refused with one of these codes, such as `ENOENT`. */
export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/** A failed write as the user's error: a full disk or a place that cannot be written. Anything else passes unchanged. */
export function asWriteError(error: unknown, file: string): unknown {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return new SoftpromptError('store.noSpace', { file }, { cause: error });
  if (isErrno(error, 'EROFS', 'EACCES', 'EPERM')) {
    return new SoftpromptError('store.readOnly', { file }, { cause: error });
  }
  return error;
}

/** A failed read as the user's error: no such file, or one that may not be read. Anything else passes unchanged. */
export function asReadError(error: unknown, file: string): unknown {
  if (isErrno(error, 'ENOENT', 'ENOTDIR')) return new SoftpromptError('store.fileMissing', { file }, { cause: error });
  if (isErrno(error, 'EACCES', 'EPERM', 'EISDIR', 'EIO', 'ELOOP')) {
    return new SoftpromptError('store.unreadable', { file, reason: error.code ?? '' }, { cause: error });
  }
  return error;
}
