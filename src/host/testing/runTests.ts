import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { describe, describeMessage } from '../../errors/catalogue.js';
import type { RowDetail } from '../../protocol/evaluation.js';
import { asksForTexts, gateResultText, gateText, holdAgainst } from '../../protocol/promptTest.js';
import { errorWords } from '../errorWords.js';
import type { Evaluator, Stores } from '../services.js';
import { storeOf } from '../train/dataFiles.js';
import { judgeFile, judgeTexts, type JudgedFile } from './judgeFile.js';
import type { FileTest } from './recipeTests.js';

/** A test of the explorer, what it stands for, and the wrong rows of its last run, which are shown beneath when somebody looks. */
export interface PromptTest {
  readonly item: vscode.TestItem;
  readonly recipe: vscode.Uri;
  /** As the recipe has it now. */
  test: FileTest;
  prompt: string;
  wrong: readonly RowDetail[];
  /** Shows the rows that are wrong now: VS Code asks once for what stands beneath a test, however often it runs. */
  unfold?: () => void;
}

export interface TestServices {
  readonly stores: Stores;
  readonly evaluator: () => Promise<Evaluator>;
}

/** Wrong rows that stand beneath a test. */
const mostRows = 200;

/** Runs tests one after the other: each passes or fails as a whole. */
export async function runTests(
  run: vscode.TestRun,
  tests: readonly PromptTest[],
  services: TestServices,
): Promise<void> {
  for (const { item } of tests) run.enqueued(item);
  for (const test of tests) {
    if (run.token.isCancellationRequested) run.skipped(test.item);
    else await runTest(run, test, services);
  }
}

async function runTest(run: vscode.TestRun, test: PromptTest, services: TestServices): Promise<void> {
  const { item, prompt, test: file } = test;
  run.started(item);
  forgetRows(test);
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  try {
    const judged = await judge(run, test, services);
    const { metrics, problem, unjudged } = judged;
    const results = file.gates.map((gate) => holdAgainst(gate, metrics));
    for (const result of results) tell(run, test, `${prompt} · ${file.name}: ${gateResultText(result)}`);
    if (problem) run.errored(item, new vscode.TestMessage(words(describeMessage(problem))), elapsed());
    else if (unjudged.length > 0)
      run.errored(
        item,
        unjudged.map((row) => unjudgedMessage(test, row)),
        elapsed(),
      );
    else {
      keepRows(test, judged.wrong);
      const missed = results.filter(({ passed }) => !passed);
      if (missed.length === 0) run.passed(item, elapsed());
      else
        run.failed(
          item,
          missed.map((result) => new vscode.TestMessage(gateResultText(result))),
          elapsed(),
        );
    }
  } catch (error) {
    if (error instanceof vscode.CancellationError) run.skipped(item);
    else run.errored(item, new vscode.TestMessage(words(errorWords(error))), elapsed());
  }
}

/** What a test asks for, beside its name. */
export const gatesText = ({ gates }: FileTest): string => gates.map(gateText).join(', ');

async function judge(run: vscode.TestRun, asked: PromptTest, { stores, evaluator }: TestServices): Promise<JudgedFile> {
  const { item, test, prompt, recipe } = asked;
  await stores.ready();
  const promptFolder = trainedPrompt(prompt, recipe.fsPath, stores)?.folder;
  if (promptFolder === undefined) {
    const file = vscode.workspace.asRelativePath(recipe);
    const store = storeOf(recipe.fsPath, stores.folders) ?? '';
    const { message } = describe('recipe.untrained', { file, prompt, store });
    throw new Error(message);
  }
  const request = {
    id: randomUUID(),
    judge: { prompts: [promptFolder] },
    source: test.source,
    baselines: { none: false, examples: 0 },
  };
  const onProgress = (done: number, total: number): void => {
    item.description = vscode.l10n.t('{done} of {total} rows', { done, total });
  };
  try {
    const process = await evaluator();
    return test.gates.some(asksForTexts)
      ? await judgeTexts(process, request, test.gates, onProgress, run.token)
      : await judgeFile(process, request, mostRows, onProgress, run.token);
  } finally {
    item.description = gatesText(asked.test);
  }
}

/** The trained prompt of a recipe: of its name, in the store that keeps its runs. */
export function trainedPrompt(name: string, recipeFile: string, { folders, prompts, groupSets }: Stores) {
  const store = storeOf(recipeFile, folders);
  for (const listed of [...prompts, ...groupSets])
    if (listed.store === store && 'value' in listed && listed.value.name === name) return listed;
  return undefined;
}

function forgetRows(test: PromptTest): void {
  test.wrong = [];
  test.item.children.replace([]);
  test.item.canResolveChildren = false;
}

function keepRows(test: PromptTest, wrong: readonly RowDetail[]): void {
  test.wrong = wrong.slice(0, mostRows);
  test.item.canResolveChildren = wrong.length > 0;
  test.unfold?.();
}

/** The wrong rows of a test's last run as items beneath it. They neither pass nor fail: the gate does. */
export function showRows(controller: vscode.TestController, test: PromptTest): void {
  const uri = vscode.Uri.file(test.test.source.path);
  const items = test.wrong.map((row) => {
    const label = vscode.l10n.t('line {line}: {input}', { line: row.line, input: oneLine(row.input) });
    const item = controller.createTestItem(`${test.item.id}#${row.row}`, label, uri);
    const { expected, predicted } = row;
    item.description = vscode.l10n.t('expected {expected}, predicted {predicted}', { expected, predicted });
    item.range = rangeOf(row);
    item.sortText = String(row.row).padStart(9, '0');
    return item;
  });
  test.item.children.replace(items);
}

function unjudgedMessage({ test }: PromptTest, row: RowDetail): vscode.TestMessage {
  const message = new vscode.TestMessage(row.problem ? words(describeMessage(row.problem)) : '');
  message.location = new vscode.Location(vscode.Uri.file(test.source.path), rangeOf(row));
  return message;
}

/** The lines of a row; 1-based where they are told. */
const rangeOf = ({ line, endLine }: RowDetail): vscode.Range => new vscode.Range(line - 1, 0, endLine - 1, 0);

const words = ({ message, advice }: { message: string; advice: string }): string => `${message} ${advice}`;

function tell(run: vscode.TestRun, { item }: PromptTest, line: string): void {
  run.appendOutput(`${line}\r\n`, undefined, item);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`;
}
