import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isErrno } from '../../store/fileErrors.js';
import { recipeTests, type FileTest } from './recipeTests.js';
import { gatesText, runTests, showRows, trainedPrompt, type PromptTest, type TestServices } from './runTests.js';

export interface TestExplorer extends vscode.Disposable {
  /** A recipe is new, another or gone. */
  update(recipe: vscode.Uri): Promise<void>;
}

/** The prompt tests of the workspace's recipes in the Test Explorer: a recipe, and beneath it a test for each file that it names. */
export function openTestExplorer(services: TestServices, findRecipes: () => Promise<void>): TestExplorer {
  const controller = vscode.tests.createTestController('softprompt.tests', 'Softprompt');
  const tests = new Map<string, PromptTest>();

  const forget = (recipe: vscode.Uri): void => {
    for (const [id, test] of tests) if (test.recipe.toString() === recipe.toString()) tests.delete(id);
  };

  const update = async (recipe: vscode.Uri): Promise<void> => {
    const text = await textOf(recipe);
    const found = text === undefined ? undefined : recipeTests(text, recipe.fsPath);
    const id = recipe.toString();
    if (text === undefined || !found) {
      forget(recipe);
      controller.items.delete(id);
      return;
    }
    const item = controller.items.get(id) ?? controller.createTestItem(id, found.prompt, recipe);
    item.label = found.prompt;
    item.description = vscode.workspace.asRelativePath(recipe);
    item.error = found.problem;
    const known = new Map([...tests].filter(([, test]) => test.recipe.toString() === id));
    forget(recipe);
    const children = found.files.map((test) => {
      const testId = `${id}#${JSON.stringify(test.source)}`;
      const now = { test, prompt: found.prompt };
      const before = known.get(testId);
      const item = before?.item ?? controller.createTestItem(testId, test.name, recipe);
      item.description = gatesText(test);
      item.range = rangeIn(text, test);
      // A run that is under way has this very object, and keeps its rows in it.
      tests.set(testId, before ? Object.assign(before, now) : { item, recipe, wrong: [], ...now });
      return item;
    });
    item.children.replace(children);
    controller.items.add(item);
  };

  /** The tests that a request is about; of a wrong row, the test that it stands beneath. */
  const requested = ({ include, exclude = [] }: vscode.TestRunRequest): PromptTest[] => {
    const isIn = (items: readonly vscode.TestItem[], { item, recipe }: PromptTest): boolean =>
      items.some(({ id }) => id === item.id || id === recipe.toString() || id.startsWith(`${item.id}#`));
    return [...tests.values()].filter((test) => (!include || isIn(include, test)) && !isIn(exclude, test));
  };

  const runNow = async (request: vscode.TestRunRequest, chosen: readonly PromptTest[]): Promise<void> => {
    const run = controller.createTestRun(request);
    try {
      await runTests(run, chosen, services);
    } finally {
      run.end();
    }
  };

  const runProfile = async (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> => {
    if (!request.continuous) return runNow(request, requested(request));
    const watching = watchTests(
      () => requested(request),
      services,
      (chosen) => runNow(request, chosen),
    );
    token.onCancellationRequested(() => watching.dispose());
  };

  controller.resolveHandler = async (item) => {
    if (!item) return findRecipes();
    const test = tests.get(item.id);
    if (!test) return;
    test.unfold = () => showRows(controller, test);
    test.unfold();
  };
  controller.refreshHandler = findRecipes;
  // Judging needs the cores for a while: "Run All" leaves it out unless a person says otherwise.
  const profile = controller.createRunProfile(
    vscode.l10n.t('Prompt tests'),
    vscode.TestRunProfileKind.Run,
    runProfile,
    false,
    undefined,
    true,
  );
  return {
    update,
    dispose: () => {
      profile.dispose();
      controller.dispose();
    },
  };
}

/** Tests that are to run again: their rows were saved, or their prompt was trained anew. One run at a time. */
function watchTests(
  watched: () => readonly PromptTest[],
  { stores }: TestServices,
  run: (tests: readonly PromptTest[]) => Promise<void>,
): vscode.Disposable {
  const due = new Set<string>();
  let running = false;
  const runDue = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      while (due.size > 0) {
        const tests = watched().filter(({ item }) => due.has(item.id));
        due.clear();
        await run(tests);
      }
    } finally {
      running = false;
    }
  };
  const again = (concerns: (test: PromptTest) => boolean): void => {
    for (const test of watched()) if (concerns(test)) due.add(test.item.id);
    if (due.size > 0) void runDue();
  };
  /** When each test's prompt was saved. */
  const stamps = new Map<string, string>();
  const stampOf = ({ prompt, recipe }: PromptTest): string => {
    const found = trainedPrompt(prompt, recipe.fsPath, stores);
    return found ? (found.value.details?.created ?? found.folder) : '';
  };
  for (const test of watched()) stamps.set(test.item.id, stampOf(test));
  return vscode.Disposable.from(
    vscode.workspace.onDidSaveTextDocument(({ uri }) => again(({ test }) => test.source.path === uri.fsPath)),
    stores.onDidChangePrompts(() =>
      again((test) => {
        const [before, now] = [stamps.get(test.item.id), stampOf(test)];
        stamps.set(test.item.id, now);
        return now !== '' && now !== before;
      }),
    ),
  );
}

/** Undefined where the file is gone. */
async function textOf(file: vscode.Uri): Promise<string | undefined> {
  try {
    return (await readFile(file.fsPath, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function rangeIn(text: string, { offset, length }: FileTest): vscode.Range {
  const position = (at: number): vscode.Position => {
    const lines = text.slice(0, at).split(/\r\n|\r|\n/);
    return new vscode.Position(lines.length - 1, lines.at(-1)?.length ?? 0);
  };
  return new vscode.Range(position(offset), position(offset + length));
}
