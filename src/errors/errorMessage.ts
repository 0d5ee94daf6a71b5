/** An error between processes: a code of the catalogue and its arguments; whoever shows it finds the words. */
export interface ErrorMessage {
  readonly code: string;
  readonly args: Readonly<Record<string, unknown>>;
}
