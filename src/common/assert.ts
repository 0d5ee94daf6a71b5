/** A condition that only a defect of ours can break; bad input goes through the error catalogue instead. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Internal error: ${message}`);
}

/** The value, where `undefined` could only be a defect of ours. */
export function defined<T>(value: T | undefined, what: string): T {
  assert(value !== undefined, `${what} is missing`);
  return value;
}
