import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SoftpromptError } from '../../src/errors/softpromptError.js';
import { openEvaluatorProcess } from '../../src/host/process/evaluatorProcess.js';
import { rowsRequest, startEvaluation } from '../../src/protocol/evaluationMessages.js';
import { childNamed, codeOf } from '../support/processes.js';
import { ownHome } from '../support/trainedRuns.js';

let home: string;
beforeAll(async () => {
  home = await ownHome('evaluator');
});
afterAll(() => rm(home, { recursive: true }));

const opened: { dispose(): void }[] = [];
afterEach(() => opened.splice(0).forEach((process) => process.dispose()));

/** The real process as the extension starts it; what it is told by hand, and which processes it started. */
function open(node = process.execPath) {
  const ends: SoftpromptError[] = [];
  const heard = new Set<(reason: SoftpromptError) => void>();
  const evaluator = openEvaluatorProcess({
    extensionFolder: resolve('.'),
    node: () => node,
    idleMinutes: () => 0,
    log: { warn: () => undefined },
    ended: {
      event: (listener) => {
        heard.add(listener);
        return { dispose: () => heard.delete(listener) };
      },
      fire: (reason) => {
        ends.push(reason);
        heard.forEach((listener) => listener(reason));
      },
      dispose: () => heard.clear(),
    },
  });
  opened.push(evaluator);
  return { evaluator, ends };
}

const question = (id: string) => ({ id, filter: { kind: 'all' as const }, from: 0, count: 1 });

describe('the evaluation process', () => {
  it('answers, with errors as they were in it', async () => {
    const { evaluator } = open();
    expect(await codeOf(evaluator.request(rowsRequest, question('none')))).toBe('run.evaluationClosed');
    const prompts = [join(home, 'no-prompt')];
    const request = {
      id: 'a',
      judge: { prompts },
      source: { path: 'x.jsonl' },
      baselines: { none: false, examples: 0 },
    };
    expect(await codeOf(evaluator.request(startEvaluation, request))).toBe('store.notAPrompt');
  });

  it.skipIf(process.platform !== 'linux')(
    'that is killed says so to who asked it and to who listens, and is started again by the next question',
    async () => {
      const { evaluator, ends } = open();
      await codeOf(evaluator.request(rowsRequest, question('none')));
      const pid = await childNamed('evaluate');
      process.kill(pid, 'SIGSTOP');
      const asked = codeOf(evaluator.request(rowsRequest, question('none')));
      process.kill(pid, 'SIGKILL');
      expect(await asked).toBe('run.evaluatorEnded');
      expect(ends.map(({ code, args }) => [code, args])).toEqual([['run.evaluatorEnded', { reason: 'SIGKILL' }]]);
      expect(await codeOf(evaluator.request(rowsRequest, question('none')))).toBe('run.evaluationClosed');
      expect(await childNamed('evaluate')).not.toBe(pid);
    },
  );

  it('that cannot be started says why', async () => {
    const { evaluator, ends } = open(join(home, 'no-node'));
    expect(await codeOf(evaluator.request(rowsRequest, question('none')))).toBe('run.evaluatorEnded');
    expect(ends[0]?.args).toMatchObject({ reason: expect.stringContaining('ENOENT') });
  });

  it('that is no longer wanted fails what was asked, and tells nobody', async () => {
    const { evaluator, ends } = open();
    const asked = codeOf(evaluator.request(rowsRequest, question('none')));
    evaluator.dispose();
    expect(['run.evaluatorEnded', 'run.evaluationClosed']).toContain(await asked);
    expect(ends).toEqual([]);
  });
});
