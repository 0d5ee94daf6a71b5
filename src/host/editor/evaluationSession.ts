import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import type { Judge } from '../../protocol/evaluation.js';
import { changeText, type EvaluationStarted } from '../../protocol/evaluationMessages.js';
import type { Evaluator } from '../services.js';
import { documentOf, lineChange, modified, shownHash } from './fileDocument.js';
import type { FileEvaluation } from './fileEvaluation.js';
import { verdictText } from './markTexts.js';
import { rowMarks, type LineChange } from './rowMarks.js';

type Changes = readonly { readonly offset: number; readonly length: number; readonly text: string }[];
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An evaluation with what the host alone knows of it. */
export interface EvaluationSession extends Mutable<FileEvaluation> {
  /** Of the document's changes, counted here. */
  revision: number;
  /** Changes that are made before the process knows the text. */
  waiting: { readonly revision: number; readonly changes: Changes; readonly lines: readonly LineChange[] }[];
  /** How many show it. */
  holders: number;
  /** SHA-256 of the document's text when it was closed. */
  closedText?: string;
  /** Of the file, where no document was open. */
  changedMs?: number;
  closing?: NodeJS.Timeout | undefined;
  readonly cancel: vscode.CancellationTokenSource;
}

export function newSession(about: { id: string; file: string; judge: Judge; name: string }): EvaluationSession {
  return {
    ...about,
    state: 'starting',
    version: 0,
    done: 0,
    total: 0,
    marks: rowMarks([], () => ''),
    trainedOn: 0,
    changedSince: false,
    revision: 0,
    waiting: [],
    holders: 0,
    cancel: new vscode.CancellationTokenSource(),
  };
}

/** The process has read the rows; it hears of what was changed meanwhile. */
export function beginSession(session: EvaluationSession, started: EvaluationStarted, evaluator: Evaluator): void {
  const { lines, task, trainedOn, folder } = started;
  session.marks = rowMarks(lines, (verdict) => verdictText(verdict, task.task));
  session.task = task;
  session.trainedOn = trainedOn;
  session.total = lines.length / 2;
  if (folder !== undefined) session.folder = folder;
  session.state = 'running';
  for (const { revision, changes, lines: lineChanges } of session.waiting) {
    session.marks.edit(revision, lineChanges);
    evaluator.notify(changeText, { id: session.id, revision, changes });
  }
  session.waiting = [];
}

/** Without its process, its prompt or its file nothing more is known of the rows. */
export function endSession(session: EvaluationSession, problem: ErrorMessage): void {
  session.state = 'ended';
  session.problem = problem;
  session.marks.forget();
  delete session.summary;
  session.cancel.cancel();
}

/** The document was changed: marks move with their lines, and the process hears of it. */
export function editSession(
  session: EvaluationSession,
  made: readonly vscode.TextDocumentContentChangeEvent[],
  evaluator: Evaluator,
): void {
  const revision = ++session.revision;
  const changes = made.map(({ rangeOffset, rangeLength, text }) => ({
    offset: rangeOffset,
    length: rangeLength,
    text,
  }));
  const lines = made.map(lineChange);
  if (session.state === 'starting') {
    session.waiting.push({ revision, changes, lines });
    return;
  }
  session.marks.edit(revision, lines);
  // What was judged is another text: no change of this one means anything there.
  const isFollowed = session.state !== 'ended' && !session.changedSince;
  if (isFollowed) evaluator.notify(changeText, { id: session.id, revision, changes });
}

/** Whether a document that was opened has the text that was judged. */
export async function isJudgedText(session: EvaluationSession, document: vscode.TextDocument): Promise<boolean> {
  if (session.closedText !== undefined) return session.closedText === shownHash(document);
  return session.changedMs === undefined || session.changedMs === (await modified(session.file));
}

/** Tells of a file that is changed by others, where no document does, and of one that is gone. */
export function watchFile(
  file: string,
  told: { readonly changed: () => void; readonly gone: () => void },
): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    // Brackets and braces of a name are no pattern.
    new vscode.RelativePattern(vscode.Uri.file(dirname(file)), basename(file).replace(/[[\]{}*?]/g, '?')),
  );
  const changed = (): void => {
    // An open document tells by itself, when it has read the file again.
    if (!documentOf(file)) told.changed();
  };
  // Programs that write a file anew delete it first.
  const deleted = (): Promise<void> => modified(file).then(() => undefined, told.gone);
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(deleted),
  );
}
