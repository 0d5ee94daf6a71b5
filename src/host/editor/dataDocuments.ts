import type * as vscode from 'vscode';
import { mayHoldRows } from '../train/dataFiles.js';

/** By the names of files: who contributes a language for JSON Lines, if anyone, differs. */
export const dataSelector: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/*.{jsonl,ndjson,json,csv,tsv}' },
  // Endings in capitals are as common where the files come from.
  { scheme: 'file', pattern: '**/*.{JSONL,NDJSON,JSON,CSV,TSV}' },
];

export const isDataDocument = ({ uri }: vscode.TextDocument): boolean =>
  uri.scheme === 'file' && mayHoldRows(uri.fsPath);
