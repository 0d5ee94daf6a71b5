import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const lineSchema = z.looseObject({ type: z.string() });
export type CommandLine = z.infer<typeof lineSchema>;

/** Runs the product itself, with `--json`, in a home of its own, so that two do not wait for each other; gives its exit code. */
export async function runProduct(
  args: readonly string[],
  home: string,
  onLine: (line: CommandLine) => void,
): Promise<number | null> {
  const child = spawn(process.execPath, ['dist/softprompt.mjs', ...args, '--json'], {
    env: { ...process.env, SOFTPROMPT_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) onLine(lineSchema.parse(JSON.parse(line)));
  return ended;
}
