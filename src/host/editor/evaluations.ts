import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Judge, RowDetail, RowFilter, VoteRule } from '../../protocol/evaluation.js';
import {
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
import {
  beginSession,
  editSession,
  endSession,
  isJudgedText,
  newSession,
  watchFile,
  type EvaluationSession,
} from './evaluationSession.js';
import { documentOf, modified, seenLines, shownHash, textBesideFile } from './fileDocument.js';
import type { FileEvaluation } from './fileEvaluation.js';

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

export function openEvaluations(evaluator: Evaluator, stores: Stores): Evaluations & vscode.Disposable {
  const changed = new vscode.EventEmitter<FileEvaluation>();
  const sessions = new Map<string, EvaluationSession>();
  const watching = new Map<string, vscode.Disposable>();

  const ofFile = (file: string): EvaluationSession | undefined =>
    [...sessions.values()].find((one) => one.file === file);
  const ofDocument = ({ uri }: vscode.TextDocument): EvaluationSession | undefined =>
    uri.scheme === 'file' ? ofFile(uri.fsPath) : undefined;
  const tell = (session: EvaluationSession): void => {
    session.version++;
    changed.fire(session);
  };
  const end = (session: EvaluationSession, problem: ErrorMessage): void => {
    if (session.state === 'ended') return;
    endSession(session, problem);
    tell(session);
  };
  const drop = (session: EvaluationSession): void => {
    if (!sessions.delete(session.id)) return;
    clearTimeout(session.closing);
    session.cancel.cancel();
    watching.get(session.id)?.dispose();
    watching.delete(session.id);
    evaluator.notify(closeEvaluation, { id: session.id });
  };
  const clear = (session: EvaluationSession): void => {
    drop(session);
    tell(session);
  };
  const letGoLater = (session: EvaluationSession): void => {
    clearTimeout(session.closing);
    if (session.holders > 0 || documentOf(session.file)) return;
    session.closing = setTimeout(() => clear(session), keptClosedMs);
  };

  const add = (about: { id: string; file: string; judge: Judge; name: string }): EvaluationSession => {
    const session = newSession(about);
    const before = ofFile(about.file);
    if (before) {
      session.holders = before.holders;
      drop(before);
    }
    sessions.set(session.id, session);
    const whenChanged = (): void => {
      if (session.state === 'ended') return;
      session.changedSince = true;
      tell(session);
    };
    const whenGone = (): void =>
      end(session, new SoftpromptError('data.fileMissing', { file: session.file }).toMessage());
    watching.set(session.id, watchFile(session.file, { changed: whenChanged, gone: whenGone }));
    tell(session);
    return session;
  };
  const begin = (session: EvaluationSession, started: EvaluationStarted): void => {
    beginSession(session, started, evaluator);
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
      clear(session);
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
    const session = ofDocument(document);
    if (!session || contentChanges.length === 0) return;
    editSession(session, contentChanges, evaluator);
    tell(session);
  };
  const opened = async (document: vscode.TextDocument): Promise<void> => {
    const session = ofDocument(document);
    if (!session) return;
    clearTimeout(session.closing);
    if (await isJudgedText(session, document)) return;
    session.changedSince = true;
    session.marks.forget();
    tell(session);
  };
  const closed = (document: vscode.TextDocument): void => {
    const session = ofDocument(document);
    if (!session) return;
    session.closedText = shownHash(document);
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
      if (session?.state === 'starting') clear(session);
      else if (session?.state === 'running') await evaluator.request(stopEvaluation, { id });
    },
    clear: (id) => {
      const session = sessions.get(id);
      if (session) clear(session);
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
