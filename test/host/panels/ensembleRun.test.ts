import { expect, it } from 'vitest';
import type { NotificationType, RequestType } from 'vscode-jsonrpc';
import { SoftpromptError } from '../../../src/errors/softpromptError.js';
import { ensembleRun, type EnsembleRun } from '../../../src/host/panels/ensembleRun.js';
import type { Evaluator } from '../../../src/host/services.js';
import type { EvaluationSummary, VoteScore } from '../../../src/protocol/evaluation.js';

const score: VoteScore = {
  metrics: { n: 4, accuracy: 0.75, labels: ['a', 'b'] },
  value: 0.75,
  gain: 0.25,
  gainInterval: { low: 0, high: 0.5 },
  calibration: { error: 0.1, bins: [] },
};
const summary = (change: Partial<EvaluationSummary> = {}): EvaluationSummary => ({
  metrics: score.metrics,
  baselines: { none: { n: 4, accuracy: 0.5 } },
  ensemble: {
    members: [],
    mean: 0.5,
    best: 0.5,
    votes: { majority: score, mean: score, weighted: score },
    entropy: 0.5,
    disagreement: 0.1,
    disagreed: [1, 3],
  },
  rows: 4,
  judged: 4,
  problems: 0,
  seconds: 1,
  complete: true,
  ...change,
});

/** The evaluation process's place: notes what it is asked, answers as it is told, and says what the test says. */
function process(answers: Readonly<Record<string, unknown>>) {
  const asked: { method: string; params: { readonly id: string } & Record<string, unknown> }[] = [];
  const handlers = new Map<string, (params: unknown) => void>();
  let die: (error: SoftpromptError) => void = () => undefined;
  const note = (method: string, params: unknown): void =>
    void asked.push({ method, params: params as (typeof asked)[number]['params'] });
  const evaluator: Evaluator = {
    request: async <P, R>({ method }: RequestType<P, R, void>, params: P) => {
      note(method, params);
      const answer = answers[method];
      if (answer instanceof Error) throw answer;
      return answer as R;
    },
    notify: ({ method }, params) => note(method, params),
    onNotification: <P>({ method }: NotificationType<P>, handler: (params: P) => void) => {
      handlers.set(method, handler as (params: unknown) => void);
      return { dispose: () => handlers.delete(method) };
    },
    onDidEnd: (listener) => {
      die = listener;
      return { dispose: () => undefined };
    },
  };
  const tell = (method: string, params: object): void =>
    handlers.get(method)?.({
      id: asked.find(({ params: of }) => 'judge' in of || 'folder' in of)?.params.id,
      ...params,
    });
  return { evaluator, asked, tell, die: (error: SoftpromptError) => die(error), listening: () => handlers.size };
}

const answers = {
  'evaluation/start': { rows: 4, lines: [], task: {}, trainedOn: 2, folder: '/store/evaluations/e' },
  'evaluation/rows': { total: 2, rows: [] },
};
const kept = { ...answers['evaluation/start'], summary: summary(), file: '/w/dev.tsv', changedSince: true };
const request = {
  prompts: ['/p/a', '/p/b'],
  vote: 'majority' as const,
  source: { path: '/w/dev.tsv' },
  store: '/store',
  examples: 0,
};
const opened = (evaluator: Evaluator, reported: unknown[] = []): EnsembleRun =>
  ensembleRun({
    evaluator,
    shown: (path) => path.replace('/w/', ''),
    changed: () => undefined,
    rowsChanged: () => undefined,
    reported: (_report, of) => void reported.push(of),
  });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('an ensemble’s run goes from loading over rows to a report, which is told once', async () => {
  const { evaluator, asked, tell } = process(answers);
  const reported: unknown[] = [];
  const run = opened(evaluator, reported);
  const starting = run.start(request);
  expect(run.work).toEqual({ kind: 'running', file: 'dev.tsv', done: 0, total: 0 });
  await starting;
  expect(asked[0]).toMatchObject({
    method: 'evaluation/start',
    params: {
      judge: { prompts: request.prompts, vote: 'majority' },
      store: '/store',
      baselines: { none: true, examples: 0 },
    },
  });
  tell('evaluation/judged', { revision: 0, verdicts: [], done: 6, total: 12 });
  expect(run.work).toMatchObject({ kind: 'running', done: 6, total: 12 });
  tell('evaluation/finished', { revision: 0, summary: summary() });
  await settled();
  expect(run.work).toEqual({ kind: 'idle' });
  expect(run.outcome).toMatchObject({ file: 'dev.tsv', trainedOn: 2, report: { disagreed: 2 } });
  expect(run.rows).toEqual(answers['evaluation/rows']);
  await run.vote('mean');
  tell('evaluation/finished', { revision: 0, summary: summary() });
  await settled();
  expect(reported[0]).toEqual({ file: '/w/dev.tsv', rows: 4, evaluation: '/store/evaluations/e' });
  expect(asked.map(({ method }) => method)).toEqual([
    'evaluation/start',
    'evaluation/rows',
    'evaluation/vote',
    'evaluation/rows',
  ]);
});

it('what was asked before another start comes too late', async () => {
  const { evaluator, asked, tell } = process(answers);
  const run = opened(evaluator);
  await run.start(request);
  await run.start({ ...request, source: { path: '/w/test.tsv' } });
  expect(asked.map(({ method }) => method)).toEqual(['evaluation/start', 'evaluation/close', 'evaluation/start']);
  tell('evaluation/finished', { revision: 0, summary: summary() });
  expect(run.work).toMatchObject({ kind: 'running', file: 'test.tsv' });
  expect(run.outcome).toBeUndefined();
});

it('a stopped evaluation shows what it judged, and is not kept as the ensemble’s result', async () => {
  const { evaluator, tell, asked } = process(answers);
  const reported: unknown[] = [];
  const run = opened(evaluator, reported);
  await run.start(request);
  await run.stop();
  expect(asked.at(-1)?.method).toBe('evaluation/stop');
  tell('evaluation/finished', { revision: 0, summary: summary({ complete: false, judged: 2 }) });
  expect(run.outcome).toMatchObject({ complete: false, judged: 2 });
  expect(reported).toEqual([]);
});

it('says why it failed: a file that cannot be read, a process that ended', async () => {
  const error = new SoftpromptError('data.empty', { file: 'dev.tsv' });
  const refused = opened(process({ 'evaluation/start': error }).evaluator);
  await refused.start(request);
  expect(refused.work).toMatchObject({
    kind: 'failed',
    problem: { message: 'dev.tsv: there are no rows in this file.' },
  });
  const { evaluator, die, asked } = process({ ...answers, 'evaluation/open': kept });
  const run = opened(evaluator);
  await run.start(request);
  die(new SoftpromptError('run.evaluatorEnded', { reason: 'SIGKILL' }));
  expect(run.work).toMatchObject({ kind: 'failed', problem: { message: expect.stringContaining('SIGKILL') } });
  // What was kept can still be voted on: another process opens it.
  await run.vote('mean');
  expect(asked.slice(-2).map(({ method }) => method)).toEqual(['evaluation/open', 'evaluation/vote']);
});

it('kept results are opened by the vote that the ensemble has now, and closed with the panel', async () => {
  const { evaluator, asked, listening } = process({ ...answers, 'evaluation/open': kept });
  const reported: unknown[] = [];
  const run = opened(evaluator, reported);
  await run.open('/store/evaluations/e', 'weighted');
  expect(run.outcome).toMatchObject({ file: 'dev.tsv', changedSince: true });
  expect(asked.at(-1)).toMatchObject({ method: 'evaluation/vote', params: { vote: 'weighted' } });
  run.dispose();
  expect(asked.at(-1)?.method).toBe('evaluation/close');
  expect(listening()).toBe(0);
  expect(reported).toEqual([]);
});
