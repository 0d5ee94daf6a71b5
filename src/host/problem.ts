import * as vscode from 'vscode';
import { SoftpromptError } from '../errors/softpromptError.js';
import { showFailure } from './showFailure.js';

/** Does what a command asks for; what a person can act on is told in words. Anything else is a defect, which the editor reports. */
export async function attempt(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SoftpromptError)) throw error;
    void showFailure(error);
  }
}

/** Says what was done, with a button, without waiting for it: the command is over. */
export function offer(message: string, button: string, act: () => unknown): void {
  void vscode.window
    .showInformationMessage(message, button)
    .then((answer) => (answer === button ? attempt(act) : undefined));
}
