import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { LineChange } from './rowMarks.js';

/** The open document of a file. */
export const documentOf = (file: string): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find(({ uri, isClosed }) => uri.scheme === 'file' && uri.fsPath === file && !isClosed);

/** What an editor shows, where the file holds something else: unsaved changes, or line breaks of two kinds, which editors make one. */
export async function textBesideFile(document: vscode.TextDocument): Promise<string | undefined> {
  const text = document.getText();
  if (document.isDirty) return text;
  const [bytes, mark] = [Buffer.byteLength(text), 3];
  const { size } = await stat(document.uri.fsPath);
  return size === bytes || size === bytes + mark ? undefined : text;
}

/** The lines of a file that are seen, 1-based. */
export function seenLines(file: string): readonly [number, number] | undefined {
  const [seen] =
    vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === file)?.visibleRanges ?? [];
  return seen && [seen.start.line + 1, seen.end.line + 1];
}

/** When a file was changed last, in milliseconds since 1970. Throws `data.fileMissing`. */
export async function modified(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (cause) {
    throw new SoftpromptError('data.fileMissing', { file }, { cause });
  }
}

/** SHA-256 of what a document shows. */
export const shownHash = (document: vscode.TextDocument): string =>
  createHash('sha256').update(document.getText()).digest('hex');

/** A change in the lines that it had before. */
export function lineChange({ range: { start, end }, text }: vscode.TextDocumentContentChangeEvent): LineChange {
  return {
    startLine: start.line,
    startCharacter: start.character,
    endLine: end.line,
    endCharacter: end.character,
    text,
  };
}
