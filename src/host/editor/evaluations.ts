import { createHash, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Judge, RowDetail, RowFilter, VoteRule } from '../../protocol/evaluation.js';
import {
  changeText,
  closeEvaluation,
  exportPredictions,
  finishedNotification,
  judgedNotification,
  layoutNotification,
  openEvaluation,
  rowsRequest,
  startEvaluation,
  stopEvaluation,
  voteRequest,
  type EvaluationStarted,
} from '../../protocol/evaluationMessages.js';
import type { Evaluator, Stores } from '../services.js';
import type { FileEvaluation } from './fileEvaluation.js';
import { verdictText } from './markTexts.js';
import { rowMarks, type LineChange } from './rowMarks.js';

/** What is to be judged, and by whom. */
export interface EvaluationStart {
  readonly file: string;
  readonly judge: Judge;
  readonly name: string;
  /** Keeps the results. */
  readonly store?: string;
  /** The prompt's column → the file's. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly baselines: { readonly none: boolean; readonly examples: number };
}

/** Results that a store keeps, with what a panel remembers of them. */
export interface KeptEvaluation {
  readonly folder: string;
  readonly judge: Judge;
  readonly name: string;
}

/** The evaluations of this window, one a file. */
export interface Evaluations {
  /** Also when it was cleared: `of` then knows it no longer. */
  readonly onDidChange: vscode.Event<FileEvaluation>;
  of(uri: vscode.Uri): FileEvaluation | undefined;
  readonly all: readonly FileEvaluation[];
  /** Back as soon as the file's rows are known; then it goes on by itself. Throws `SoftpromptError`s, such as `data.missingColumn`. */
  start(request: EvaluationStart): Promise<FileEvaluation>;
  open(kept: KeptEvaluation): Promise<FileEvaluation>;
  stop(id: string): Promise<void>;
  clear(id: string): void;
  rows(
    id: string,
    filter: RowFilter,
    from: number,
    count: number,
  ): Promise<{ readonly total: number; readonly rows: readonly RowDetail[] }>;
  vote(id: string, vote: VoteRule): Promise<void>;
  exportTo(id: string, path: string): Promise<void>;
  /** Kept for as long as something shows it, also when its document is closed. */
  hold(id: string): vscode.Disposable;
}

/** So long after its document was closed, a file's evaluation is let go. */
const keptClosedMs = 5 * 60_000;

type Changes = readonly { readonly offset: number; readonly length: number; readonly text: string }[];

/** An evaluation with what only this file knows of it. */
interface Session extends Mutable<FileEvaluation> {
  /** Of the document's changes, counted here. */
  revision: number;
  /** Changes that are made before the process knows the text. */
  waiting: { readonly revision: number; readonly changes: Changes; readonly lines: readonly LineChange[] }[];
  holders: number;
  /** SHA-256 of the document's text when it was closed. */
  closedText?: string;
  /** Of the file, where no document was open. */
  changedMs?: number;
  closing?: NodeJS.Timeout | undefined;
  readonly cancel: vscode.CancellationTokenSource;
  readonly watching: vscode.Disposable;
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function openEvaluations(evaluator: Evaluator, stores: Stores): Evaluations & vscode.Disposable {
  const changed = new vscode.EventEmitter<FileEvaluation>();
  const sessions = new Map<string, Session>();

  const ofFile = (file: string): Session | undefined => [...sessions.values()].find((one) => one.file === file);
  const tell = (session: Session): void => {
    session.version++;
    changed.fire(session);
  };

  /** Without its process, its prompt or its file nothing more is known of the rows. */
  const end = (session: Session, problem: ErrorMessage): void => {
    if (session.state === 'ended') return;
    session.state = 'ended';
    session.problem = problem;
    session.marks.forget();
    delete session.summary;
    session.cancel.cancel();
    tell(session);
  };
  const drop = (session: Session): void => {
    if (!sessions.delete(session.id)) return;
    clearTimeout(session.closing);
    session.cancel.cancel();
    session.watching.dispose();
    evaluator.notify(closeEvaluation, { id: session.id });
  };
  const letGoLater = (session: Session): void => {
    clearTimeout(session.closing);
    if (session.holders > 0 || documentOf(session.file)) return;
    session.closing = setTimeout(() => {
      drop(session);
      tell(session);
    }, keptClosedMs);
  };

  const fileChanged = (session: Session): void => {
    // An open document tells by itself, when it has read the file again.
    if (documentOf(session.file) || session.state === 'ended') return;
    session.changedSince = true;
    tell(session);
  };
  const fileGone = async (session: Session): Promise<void> => {
    // Programs that write a file anew delete it first.
    const isThere = await stat(session.file).then(
      () => true,
      () => false,
    );
    if (!isThere) end(session, new SoftpromptError('data.fileMissing', { file: session.file }).toMessage());
  };

  const add = (about: { id: string; file: string; judge: Judge; name: string }): Session => {
    const before = ofFile(about.file);
    if (before) drop(before);
    const watcher = vscode.workspace.createFileSystemWatcher(
      // Brackets and braces of a name are no pattern.
      new vscode.RelativePattern(vscode.Uri.file(dirname(about.file)), basename(about.file).replace(/[[\]{}*?]/g, '?')),
    );
    const session: Session = {
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
      holders: before?.holders ?? 0,
      cancel: new vscode.CancellationTokenSource(),
      watching: vscode.Disposable.from(
        watcher,
        watcher.onDidChange(() => fileChanged(session)),
        watcher.onDidCreate(() => fileChanged(session)),
        watcher.onDidDelete(() => fileGone(session)),
      ),
    };
    sessions.set(session.id, session);
    tell(session);
    return session;
  };

  const begin = (session: Session, { lines, task, trainedOn, folder }: EvaluationStarted): void => {
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
    tell(session);
  };

  const start = async (request: EvaluationStart): Promise<FileEvaluation> => {
    const { file, judge, name, baselines, store, columns } = request;
    const document = documentOf(file);
    const session = add({ id: randomUUID(), file, judge, name });
    try {
      session.changedMs = await modified(file);
      const text = document && (await textBesideFile(document));
      const first = seenLines(file);
      const started = await evaluator.request(
        startEvaluation,
        {
          id: session.id,
          judge,
          source: { path: file },
          baselines,
          ...(text !== undefined && { text }),
          ...(columns && { columns }),
          ...(first && { first }),
          ...(store !== undefined && { store }),
        },
        session.cancel.token,
      );
      if (sessions.has(session.id)) begin(session, started);
      // Stopped while the process read the model: it only now knows what it need not judge.
      else evaluator.notify(closeEvaluation, { id: session.id });
      return session;
    } catch (error) {
      drop(session);
      tell(session);
      throw error;
    }
  };

  const open = async ({ folder, judge, name }: KeptEvaluation): Promise<FileEvaluation> => {
    const id = randomUUID();
    const opened = await evaluator.request(openEvaluation, { id, folder });
    const session = add({ id, file: opened.file, judge, name });
    begin(session, { ...opened, folder });
    session.summary = opened.summary;
    // The process has read the file as it is now, and judges the rows that were not kept.
    const document = documentOf(session.file);
    session.changedSince = document !== undefined && (await textBesideFile(document)) !== undefined;
    tell(session);
    return session;
  };

  const edit = ({ document, contentChanges }: vscode.TextDocumentChangeEvent): void => {
    const session = document.uri.scheme === 'file' ? ofFile(document.uri.fsPath) : undefined;
    if (!session || contentChanges.length === 0) return;
    const revision = ++session.revision;
    const changes = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      offset: rangeOffset,
      length: rangeLength,
      text,
    }));
    const lines = contentChanges.map(lineChange);
    if (session.state === 'starting') session.waiting.push({ revision, changes, lines });
    else {
      session.marks.edit(revision, lines);
      // What was judged is another text: no change of this one means anything there.
      const isFollowed = session.state !== 'ended' && !session.changedSince;
      if (isFollowed) evaluator.notify(changeText, { id: session.id, revision, changes });
    }
    tell(session);
  };

  const opened = async (document: vscode.TextDocument): Promise<void> => {
    const session = document.uri.scheme === 'file' ? ofFile(document.uri.fsPath) : undefined;
    if (!session) return;
    clearTimeout(session.closing);
    const isSame =
      session.closedText === undefined
        ? session.changedMs === undefined || session.changedMs === (await modified(session.file))
        : session.closedText === hash(document);
    if (isSame) return;
    session.changedSince = true;
    session.marks.forget();
    tell(session);
  };
  const closed = (document: vscode.TextDocument): void => {
    const session = document.uri.scheme === 'file' ? ofFile(document.uri.fsPath) : undefined;
    if (!session) return;
    session.closedText = hash(document);
    letGoLater(session);
  };

  const promptsChanged = (): void => {
    const there = new Set(stores.prompts.map(({ folder }) => folder));
    for (const session of sessions.values()) {
      const gone = session.judge.prompts.find((folder) => known.has(folder) && !there.has(folder));
      if (gone !== undefined)
        end(session, new SoftpromptError('store.promptGone', { prompt: basename(gone) }).toMessage());
    }
    known = new Set([...known, ...there]);
  };
  let known = new Set(stores.prompts.map(({ folder }) => folder));

  const following = vscode.Disposable.from(
    changed,
    evaluator.onNotification(judgedNotification, ({ id, revision, verdicts, done, total }) => {
      const session = sessions.get(id);
      if (!session || session.state === 'ended') return;
      session.marks.judge(revision, verdicts);
      Object.assign(session, { done, total });
      tell(session);
    }),
    evaluator.onNotification(layoutNotification, ({ id, revision, lines, cameFrom, problem }) => {
      const session = sessions.get(id);
      if (!session || session.state === 'ended') return;
      session.marks.layout(revision, lines, cameFrom);
      if (problem) session.problem = problem;
      else delete session.problem;
      tell(session);
    }),
    evaluator.onNotification(finishedNotification, ({ id, revision, summary, problem }) => {
      const session = sessions.get(id);
      if (!session || session.state === 'ended' || revision < session.marks.revision) return;
      session.summary = summary;
      session.state = summary.complete ? 'finished' : 'stopped';
      if (problem) session.problem = problem;
      tell(session);
    }),
    evaluator.onDidEnd((error) => sessions.forEach((session) => end(session, error.toMessage()))),
    vscode.workspace.onDidChangeTextDocument(edit),
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidCloseTextDocument(closed),
    stores.onDidChangePrompts(promptsChanged),
  );

  return {
    onDidChange: changed.event,
    of: (uri) => (uri.scheme === 'file' ? ofFile(uri.fsPath) : undefined),
    get all() {
      return [...sessions.values()];
    },
    start,
    open,
    stop: async (id) => {
      const session = sessions.get(id);
      if (session?.state === 'starting') {
        drop(session);
        tell(session);
      } else if (session?.state === 'running') await evaluator.request(stopEvaluation, { id });
    },
    clear: (id) => {
      const session = sessions.get(id);
      if (!session) return;
      drop(session);
      tell(session);
    },
    rows: (id, filter, from, count) => evaluator.request(rowsRequest, { id, filter, from, count }),
    vote: async (id, vote) => {
      const session = sessions.get(id);
      if (!session) return;
      await evaluator.request(voteRequest, { id, vote });
      session.judge = { ...session.judge, vote };
      tell(session);
    },
    exportTo: async (id, path) => void (await evaluator.request(exportPredictions, { id, path })),
    hold: (id) => {
      const session = sessions.get(id);
      if (session) session.holders++;
      return new vscode.Disposable(() => {
        // Evaluated again, the file's new evaluation took over who shows it.
        const now = sessions.get(id) ?? (session && ofFile(session.file));
        if (!now) return;
        now.holders--;
        letGoLater(now);
      });
    },
    dispose: () => {
      sessions.forEach(drop);
      following.dispose();
    },
  };
}

export const documentOf = (file: string): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === file && !isClosed);

/** What an editor shows, where the file holds something else: unsaved changes, or line breaks of two kinds, which editors make one. */
async function textBesideFile(document: vscode.TextDocument): Promise<string | undefined> {
  const text = document.getText();
  if (document.isDirty) return text;
  const [bytes, mark] = [Buffer.byteLength(text), 3];
  const { size } = await stat(document.uri.fsPath);
  return size === bytes || size === bytes + mark ? undefined : text;
}

/** The lines of a file that are seen, 1-based. */
function seenLines(file: string): readonly [number, number] | undefined {
  const [seen] =
    vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === file)?.visibleRanges ?? [];
  return seen && [seen.start.line + 1, seen.end.line + 1];
}

async function modified(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (cause) {
    throw new SoftpromptError('data.fileMissing', { file }, { cause });
  }
}

const hash = (document: vscode.TextDocument): string => createHash('sha256').update(document.getText()).digest('hex');

function lineChange({ range: { start, end }, text }: vscode.TextDocumentContentChangeEvent): LineChange {
  return {
    startLine: start.line,
    startCharacter: start.character,
    endLine: end.line,
    endCharacter: end.character,
    text,
  };
}
