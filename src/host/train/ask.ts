import * as vscode from 'vscode';
import { failureLines } from './failureLines.js';
import type { Answer, Place } from './walk.js';

export interface Choice<T> extends vscode.QuickPickItem {
  /** Absent: to be read, not chosen. */
  readonly value?: T;
}

/** A line between choices, with words or without. */
export const separator = (label: string): Choice<never> => ({ label, kind: vscode.QuickPickItemKind.Separator });

/** The editor tells that nothing is active also while it replaces a list. */
const settledMs = 100;

interface Asked {
  readonly place: Place;
  readonly title: string;
  readonly placeholder: string;
}

export interface Question<T, R> extends Asked {
  /** Shown at once. */
  readonly choices: readonly Choice<T>[];
  /** All choices, where finding them takes a while. */
  readonly allChoices?: (closed: vscode.CancellationToken) => Promise<readonly Choice<T>[]>;
  readonly isDefault?: (value: T) => boolean;
  readonly buttons?: readonly (vscode.QuickInputButton & { readonly value: T })[];
  /** Chosen already, before anything is shown. */
  readonly chosen?: T | undefined;
  /** What a choice leads to. Where it fails, the question stays, with the reason; another choice takes its place at any time. */
  readonly accept: (value: T) => Promise<R> | R;
}

/** A quick pick that waits for slow answers without blocking the keyboard, and shows failures in its list. */
export function pick<T, R>(question: Question<T, R>): Promise<Answer<R>> {
  const picker = vscode.window.createQuickPick<Choice<T>>();
  const closed = new vscode.CancellationTokenSource();
  let { choices } = question;
  let failure: readonly Choice<T>[] = [];
  /** What was made active before anybody chose. */
  let offered: Choice<T> | undefined;
  let offering: NodeJS.Timeout | undefined;
  let working = 0;
  /** What the answer waits for; a later choice takes its place. */
  let accepting: { readonly value: T } | undefined;

  return new Promise((resolve) => {
    present(picker, question);
    picker.placeholder = question.placeholder;
    picker.matchOnDescription = true;
    picker.matchOnDetail = true;
    picker.keepScrollPosition = true;
    picker.buttons = [...backButton(question.place), ...(question.buttons ?? [])];
    picker.onDidAccept(() => void accept(picker.activeItems[0]?.value));
    picker.onDidChangeActive(offerAgain);
    picker.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) finish('back');
      else void accept(question.buttons?.find((own) => own === button)?.value);
    });
    picker.onDidHide(() => finish(undefined));
    show();
    picker.show();
    if (question.allChoices) {
      void work(question.allChoices(closed.token), (all) => {
        choices = all;
        show();
      });
    }
    void accept(question.chosen);

    async function accept(value: T | undefined): Promise<void> {
      // A second Enter must not start a second run.
      if (value === undefined || value === accepting?.value) return;
      const turn = { value };
      accepting = turn;
      failure = [];
      await work(
        Promise.resolve(value).then(question.accept),
        (answer) => finish({ value: answer }),
        () => accepting === turn,
      );
      if (accepting === turn) accepting = undefined;
    }

    async function work<V>(promise: Promise<V>, done: (value: V) => void, isWanted = () => true): Promise<void> {
      working++;
      picker.busy = true;
      try {
        const value = await promise;
        if (isWanted() && !closed.token.isCancellationRequested) done(value);
      } catch (error) {
        if (!isWanted() || closed.token.isCancellationRequested) return;
        failure = failureLines(error).map((label) => ({ label, alwaysShow: true }));
        show();
      } finally {
        picker.busy = --working > 0;
      }
    }

    function show(): void {
      const active = picker.activeItems[0];
      // What is typed hides choices; which of the others is active is then the editor's to say.
      const isTyped = picker.value !== '';
      picker.items = [...failure, ...choices];
      const kept =
        active === offered && !isTyped
          ? undefined
          : choices.find(({ label, description }) => label === active?.label && description === active.description);
      const preferred = choices.find(({ value }) => value !== undefined && question.isDefault?.(value));
      const first = choices.find(({ value }) => value !== undefined);
      const next = kept ?? (isTyped ? undefined : (preferred ?? first));
      // The first is active by itself, also where typing hides it that is not known here yet.
      if (next && next !== picker.items.find(({ kind }) => kind === undefined)) picker.activeItems = [next];
      offered = next;
    }

    /** What was made active may just have been hidden by what was typed: Enter would do nothing. */
    function offerAgain(): void {
      clearTimeout(offering);
      offering = setTimeout(() => {
        if (picker.activeItems.length === 0 && picker.value !== '') show();
      }, settledMs);
    }

    function finish(answer: Answer<R>): void {
      resolve(answer);
      clearTimeout(offering);
      closed.cancel();
      picker.dispose();
    }
  });
}

/** A quick pick of one or more; what carries `picked` is ticked at first. */
export function pickMany<T>(
  question: Asked & { readonly choices: readonly (Choice<T> & { readonly value: T })[] },
): Promise<Answer<readonly T[]>> {
  const picker = vscode.window.createQuickPick<Choice<T> & { readonly value: T }>();
  return new Promise((resolve) => {
    present(picker, question);
    picker.placeholder = question.placeholder;
    picker.canSelectMany = true;
    picker.buttons = backButton(question.place);
    picker.items = question.choices;
    picker.selectedItems = question.choices.filter(({ picked }) => picked);
    picker.onDidAccept(() => {
      if (picker.selectedItems.length > 0) finish({ value: picker.selectedItems.map(({ value }) => value) });
    });
    picker.onDidTriggerButton(() => finish('back'));
    picker.onDidHide(() => finish(undefined));
    picker.show();

    function finish(answer: Answer<readonly T[]>): void {
      resolve(answer);
      picker.dispose();
    }
  });
}

export interface TextQuestion {
  readonly place: Place;
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  /** What is wrong with a text. */
  readonly problem: (text: string) => Promise<string | undefined> | string | undefined;
}

export function askText(question: TextQuestion): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  return new Promise((resolve) => {
    present(input, question);
    input.prompt = question.prompt;
    input.value = question.value;
    input.buttons = backButton(question.place);
    input.onDidChangeValue(() => void check());
    input.onDidAccept(async () => {
      const text = input.value;
      if ((await check()) === undefined && text === input.value) finish({ value: text });
    });
    input.onDidTriggerButton(() => finish('back'));
    input.onDidHide(() => finish(undefined));
    input.show();

    async function check(): Promise<string | undefined> {
      const text = input.value;
      const problem = await question.problem(text);
      if (text === input.value) input.validationMessage = problem;
      return problem;
    }

    function finish(answer: Answer<string>): void {
      resolve(answer);
      input.dispose();
    }
  });
}

function present(input: vscode.QuickInput, { place, title }: Pick<Asked, 'place' | 'title'>): void {
  input.title = title;
  input.step = place.step;
  input.totalSteps = place.totalSteps;
  // A look at another window, for a column's name perhaps, must not throw the answers away.
  input.ignoreFocusOut = true;
}

const backButton = ({ step }: Place): vscode.QuickInputButton[] => (step > 1 ? [vscode.QuickInputButtons.Back] : []);
