import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A script of the referee, which stands beside the checkout. */
export const refereeScript = (name: 'peft_train' | 'peft_logits' | 'peft_eval' | 'random_model'): string =>
  resolve('../shared/referee', `${name}.py`);

const shownOfErrors = 2000;

/** What a program prints, line by line. Rejects with the end of its error output where it ends with another code than 0. */
export async function runLines(program: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise<number | NodeJS.Signals | null>((done, failed) =>
    child.on('error', failed).on('close', (code, signal) => done(code ?? signal)),
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-shownOfErrors)));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const code = await exit;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${errors}`);
  return lines;
}
