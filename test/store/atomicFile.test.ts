import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic, writeFolderAtomic } from '../../src/store/atomicFile.js';
import { asWriteError } from '../../src/store/fileErrors.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-atomic-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Root may write anywhere, so permissions prove nothing there. */
const permissionsHold = process.platform !== 'win32' && process.getuid?.() !== 0;

function fail(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

describe('writeFileAtomic', () => {
  it('writes text, bytes and chunks, and makes the folders above', async () => {
    await writeFileAtomic(join(folder, 'a/b/text'), 'héllo');
    await writeFileAtomic(join(folder, 'bytes'), new Uint8Array([1, 2]));
    await writeFileAtomic(
      join(folder, 'chunks'),
      (async function* () {
        yield new Uint8Array([3]);
        yield new Uint8Array([4, 5]);
      })(),
    );
    expect(await readFile(join(folder, 'a/b/text'), 'utf8')).toBe('héllo');
    expect([...(await readFile(join(folder, 'bytes')))]).toEqual([1, 2]);
    expect([...(await readFile(join(folder, 'chunks')))]).toEqual([3, 4, 5]);
    expect((await readdir(folder)).sort()).toEqual(['a', 'bytes', 'chunks']);
  });

  it('keeps the old file and leaves nothing behind when the chunks fail half way', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    const chunks = (function* () {
      yield Buffer.from('ne');
      throw new Error('the producer stopped');
    })();
    await expect(writeFileAtomic(path, chunks)).rejects.toThrow('the producer stopped');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('keeps the old file and names it when the disk is full', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    const cause = fail('ENOSPC');
    const chunks = (function* () {
      yield Buffer.from('ne');
      throw cause;
    })();
    await expect(writeFileAtomic(path, chunks)).rejects.toMatchObject({
      code: 'store.noSpace',
      args: { file: path },
      cause,
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.skipIf(!permissionsHold)('says that a folder cannot be written', async () => {
    await chmod(folder, 0o555);
    const path = join(folder, 'file');
    await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: 'store.readOnly', args: { file: path } });
    await chmod(folder, 0o755);
  });
});

describe('asWriteError', () => {
  it('tells a full disk, a place that cannot be written and anything else apart', () => {
    const other = fail('EMFILE');
    expect(asWriteError(fail('EDQUOT'), 'f')).toMatchObject({ code: 'store.noSpace' });
    for (const code of ['EROFS', 'EACCES', 'EPERM']) {
      expect(asWriteError(fail(code), 'f')).toMatchObject({
        code: 'store.readOnly',
        args: { file: 'f' },
        cause: { code },
      });
    }
    expect(asWriteError(other, 'f')).toBe(other);
  });
});

describe('writeFolderAtomic', () => {
  it('puts a folder in the place of another, with nothing of the old one left', async () => {
    const target = join(folder, 'prompt');
    await mkdir(target);
    await writeFile(join(target, 'old'), '');
    await writeFolderAtomic(target, async (temporary) => {
      await mkdir(join(temporary, 'sub'));
      await writeFile(join(temporary, 'sub/new'), 'n');
    });
    expect(await readdir(target)).toEqual(['sub']);
    expect(await readFile(join(target, 'sub/new'), 'utf8')).toBe('n');
    expect(await readdir(folder)).toEqual(['prompt']);
  });

  it('keeps the old folder and leaves nothing behind when the writer fails', async () => {
    const target = join(folder, 'prompt');
    await mkdir(target);
    await writeFile(join(target, 'old'), '');
    const failing = writeFolderAtomic(target, async (temporary) => {
      await writeFile(join(temporary, 'new'), '');
      throw new Error('the writer stopped');
    });
    await expect(failing).rejects.toThrow('the writer stopped');
    expect(await readdir(target)).toEqual(['old']);
    expect(await readdir(folder)).toEqual(['prompt']);
  });

  it('puts the old folder back when the new one cannot be moved in', async () => {
    const target = join(folder, 'prompt');
    await mkdir(target);
    await writeFile(join(target, 'old'), '');
    const failing = writeFolderAtomic(target, (temporary) => rm(temporary, { recursive: true }));
    await expect(failing).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(target)).toEqual(['old']);
    expect(await readdir(folder)).toEqual(['prompt']);
  });
});
