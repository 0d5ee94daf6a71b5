import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openInspectProcess } from '../../src/host/process/inspectProcess.js';
import { childNamed, codeOf } from '../support/processes.js';

const opened: { dispose(): void }[] = [];
afterEach(() => opened.splice(0).forEach((process) => process.dispose()));

/** The real process as the extension starts it. */
function open(node = process.execPath) {
  const inspector = openInspectProcess(resolve('.'), () => node, { warn: () => undefined });
  opened.push(inspector);
  return inspector;
}

describe('the inspect process', () => {
  it('answers, with errors as they were in it', async () => {
    const inspector = open();
    expect((await inspector.dataset(resolve('media/sample/tickets/train.jsonl'))).columns).toContain('text');
    expect(await codeOf(inspector.dataset(resolve('media/sample/none.csv')))).toBe('data.fileMissing');
  });

  it.skipIf(process.platform !== 'linux')(
    'that is killed says so to who asked it, and is started again by the next question',
    async () => {
      const inspector = open();
      await inspector.cache({ clear: [] });
      const pid = await childNamed('inspect');
      process.kill(pid, 'SIGSTOP');
      const asked = [inspector.cache({ clear: [] }), inspector.models([])].map(codeOf);
      process.kill(pid, 'SIGKILL');
      expect(await Promise.all(asked)).toEqual(['run.inspectorEnded', 'run.inspectorEnded']);
      expect(await codeOf(inspector.cache({ clear: [] }))).toBe('answered');
    },
  );

  it('that cannot be started says why', async () => {
    const failed = open('/no/such/node').cache({ clear: [] });
    await expect(failed).rejects.toMatchObject({
      code: 'run.inspectorEnded',
      args: { reason: expect.stringContaining('ENOENT') },
    });
  });
});
