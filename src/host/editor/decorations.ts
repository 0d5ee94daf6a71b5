import * as vscode from 'vscode';
import { atMostEvery } from '../views/atMostEvery.js';
import type { Evaluations } from './evaluations.js';
import { columnWidth, markPlaces, markText, type MarkPlace } from './markTexts.js';
import type { Mark, Outcome, RowMarks } from './rowMarks.js';

const betweenDrawingsMs = 60;
/** The whole file's wrong rows, for the overview ruler. */
const betweenRulersMs = 1000;
/** Lines above and below what is seen, so that scrolling a little shows no gap. */
const margin = 60;
/** More marks than pixels in the ruler. */
const mostRanges = 5000;

/** Marks at the ends of rows, and where the wrong ones are in the gutter and the overview ruler. */
export function registerRowDecorations(evaluations: Evaluations, extensionUri: vscode.Uri): vscode.Disposable {
  const types = decorationTypes(extensionUri);
  const draw = atMostEvery(betweenDrawingsMs, () => vscode.window.visibleTextEditors.forEach(drawRows));
  const drawRulers = atMostEvery(betweenRulersMs, () => vscode.window.visibleTextEditors.forEach(drawRuler));
  const decorated = new WeakSet<vscode.TextEditor>();

  const marksOf = (editor: vscode.TextEditor): RowMarks | undefined => {
    const evaluation = evaluations.of(editor.document.uri);
    return evaluation?.changedSince === true ? undefined : evaluation?.marks;
  };
  const drawRows = (editor: vscode.TextEditor): void => {
    const marks = marksOf(editor);
    if (!marks && !decorated.has(editor)) return;
    decorated.add(editor);
    const seen = marks ? seenMarks(editor, marks) : [];
    const placeOf = markPlaces(lineLengths(editor.document), isWordWrapped(editor));
    const width = columnWidth(evaluations.of(editor.document.uri)?.task);
    for (const outcome of ['right', 'wrong', 'problem'] as const) {
      const own = seen.filter((mark) => mark.outcome === outcome);
      editor.setDecorations(
        types.rows[outcome],
        own.map((mark) => decoration(mark, editor.document, placeOf, width)),
      );
    }
    editor.setDecorations(
      types.gutter,
      seen.flatMap((mark) => (mark.outcome === 'wrong' ? [linesRange(mark.first, mark.last)] : [])),
    );
  };
  const drawRuler = (editor: vscode.TextEditor): void => {
    const marks = marksOf(editor);
    if (!marks && !decorated.has(editor)) return;
    const ranges = marks?.wrongRanges(mostRanges, editor.document.lineCount) ?? [];
    editor.setDecorations(
      types.ruler,
      ranges.map(([first, last]) => linesRange(first, last)),
    );
  };
  const drawAll = (): void => {
    draw();
    drawRulers();
  };
  drawAll();

  return vscode.Disposable.from(
    draw,
    drawRulers,
    ...Object.values(types.rows),
    types.gutter,
    types.ruler,
    evaluations.onDidChange(drawAll),
    vscode.window.onDidChangeVisibleTextEditors(drawAll),
    vscode.window.onDidChangeTextEditorVisibleRanges(draw),
    vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('editor.wordWrap') && draw()),
  );
}

function seenMarks({ visibleRanges, document }: vscode.TextEditor, marks: RowMarks): Mark[] {
  const seen = new Map<number, Mark>();
  for (const { start, end } of visibleRanges) {
    const last = Math.min(end.line + margin, document.lineCount - 1);
    for (const mark of marks.inLines(Math.max(0, start.line - margin), last))
      // Until the process has read what was typed, a row may stand below the document's end.
      if (mark.last < document.lineCount) seen.set(mark.row, mark);
  }
  return [...seen.values()];
}

/** From the file's beginning, which says enough of the rest. */
function lineLengths(document: vscode.TextDocument): number[] {
  return Array.from({ length: Math.min(document.lineCount, 300) }, (_, line) => document.lineAt(line).text.length);
}

function decoration(
  mark: Mark,
  document: vscode.TextDocument,
  placeOf: (length: number) => MarkPlace,
  width: number,
): vscode.DecorationOptions {
  const [first, last] = [document.lineAt(mark.first), document.lineAt(mark.last)];
  const place = placeOf(Math.max(first.text.length, last.text.length));
  const at = place === 'end' ? last.range.end : first.range.start;
  const contentText = markText(mark);
  const margin = place === 'end' ? '0 0 0 2em' : '0 1em 0 0';
  const attachment = { contentText, margin, ...(place === 'column' && { width: `${width}ch` }) };
  return {
    range: new vscode.Range(at, at),
    renderOptions: place === 'end' ? { after: attachment } : { before: attachment },
  };
}

/** With `auto` and the rest, lines are wrapped at what the editor shows. */
function isWordWrapped({ document }: vscode.TextEditor): boolean {
  return vscode.workspace.getConfiguration('editor', document).get('wordWrap') !== 'off';
}

const linesRange = (first: number, last: number): vscode.Range => new vscode.Range(first, 0, last, 0);

interface Types {
  readonly rows: Readonly<Record<Outcome, vscode.TextEditorDecorationType>>;
  readonly gutter: vscode.TextEditorDecorationType;
  readonly ruler: vscode.TextEditorDecorationType;
}

/** Grey unless wrong; signs and icons differ as the colours do. */
function decorationTypes(extensionUri: vscode.Uri): Types {
  const icon = (theme: 'light' | 'dark'): { gutterIconPath: vscode.Uri } => ({
    gutterIconPath: vscode.Uri.joinPath(extensionUri, 'media', 'icons', `wrong-${theme}.svg`),
  });
  const text = (color: string): vscode.TextEditorDecorationType => {
    const attachment = { color: new vscode.ThemeColor(color) };
    return vscode.window.createTextEditorDecorationType({
      before: attachment,
      after: attachment,
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  };
  return {
    rows: {
      right: text('descriptionForeground'),
      wrong: text('editorError.foreground'),
      problem: text('editorWarning.foreground'),
    },
    gutter: vscode.window.createTextEditorDecorationType({
      light: icon('light'),
      dark: icon('dark'),
      gutterIconSize: 'contain',
    }),
    ruler: vscode.window.createTextEditorDecorationType({
      overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.errorForeground'),
      overviewRulerLane: vscode.OverviewRulerLane.Right,
    }),
  };
}
