import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { ResultsPanels } from '../panels/resultsPanels.js';
import type { Stores } from '../services.js';
import { storeOf } from '../train/dataFiles.js';
import { fileColumns, pickColumns, pickJudge } from './ask.js';
import { columnsOf } from './columns.js';
import { judgeKey, type EvaluationMemory } from './evaluationMemory.js';
import type { EvaluationStart, Evaluations } from './evaluations.js';
import { documentOf } from './fileDocument.js';
import type { FileEvaluation } from './fileEvaluation.js';
import { judgeChoices, type JudgeChoice } from './judges.js';
import { showProgress } from './progress.js';

export interface EvaluateServices {
  readonly stores: Stores;
  readonly evaluations: Evaluations;
  readonly memory: EvaluationMemory;
  /** How many examples prompt design gets, whose score stands beside the prompt's; 0: none. */
  readonly examples: (file: vscode.Uri) => number;
  readonly results: ResultsPanels;
}

/** Above this, and above 300,000 lines, an editor shows no lenses, and above 50 MB extensions are handed no document. */
const largestShown = 20e6;

/** Judges a file's rows with the prompt that a key names, or that the person chooses. */
export async function evaluateFile(
  file: string,
  key: string | undefined,
  services: EvaluateServices,
): Promise<FileEvaluation | undefined> {
  const { stores, memory } = services;
  await stores.ready();
  const choices = judgeChoices(stores, vscode.env.language);
  if (choices.length === 0) return offerTraining();
  const columns = await columnsOfFile(file);
  const named = choices.find(({ judge }) => judgeKey(judge) === key);
  const choice = named ?? (await pickJudge(file, choices, columns, memory.judgeOf(file)));
  if (!choice) return undefined;
  memory.keepJudge(file, choice.judge);
  await show(file, services);
  return startWith(choice, file, columns ?? [], services);
}

/** In an editor where one can show it with marks, else in the results panel; as it is where either shows it. */
async function show(file: string, { results }: EvaluateServices): Promise<void> {
  if (results.isOpen(file) || vscode.window.visibleTextEditors.some(({ document }) => document.uri.fsPath === file))
    return;
  const { size } = await sizeOf(file);
  if (size > largestShown) results.show(file);
  else await vscode.window.showTextDocument(vscode.Uri.file(file));
}

async function sizeOf(file: string): Promise<{ readonly size: number }> {
  try {
    return await stat(file);
  } catch (cause) {
    throw new SoftpromptError('data.fileMissing', { file }, { cause });
  }
}

async function startWith(
  choice: JudgeChoice,
  file: string,
  columns: readonly string[],
  services: EvaluateServices,
): Promise<FileEvaluation | undefined> {
  const { evaluations, memory, stores } = services;
  const { judge, name, isOfGroups } = choice;
  const store = storeOf(file, stores.folders) ?? choice.store;
  const start = async (mapping: EvaluationStart['columns']): Promise<FileEvaluation> => {
    // Examples as text would show the rows of one group to another.
    const examples = isOfGroups ? 0 : services.examples(vscode.Uri.file(file));
    const baselines = { none: true, examples };
    const started = evaluations.start({ file, judge, name, store, baselines, ...(mapping && { columns: mapping }) });
    const underWay = evaluations.of(vscode.Uri.file(file));
    if (underWay) showProgress(evaluations, stores, underWay);
    return started;
  };
  try {
    return await start(memory.mappingOf(judge, columns));
  } catch (error) {
    if (!(error instanceof SoftpromptError) || error.code !== 'data.missingColumn' || columns.length === 0) throw error;
    const mapping = await pickColumns(choice, columns);
    // Where nothing is missing by our reading, asking would not help.
    if (!mapping) return undefined;
    if (Object.keys(mapping).length === 0) throw error;
    memory.keepMapping(judge, columns, mapping);
    return start(mapping);
  }
}

/** As an editor shows it, else as it lies on the disk. */
async function columnsOfFile(file: string): Promise<readonly string[] | undefined> {
  const document = documentOf(file);
  if (document) return columnsOf(document.getText(new vscode.Range(0, 0, 200, 0)), file);
  await sizeOf(file);
  return fileColumns(file);
}

async function offerTraining(): Promise<undefined> {
  const train = vscode.l10n.t('Train Prompt');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('There is no saved prompt to evaluate with yet.'),
    train,
  );
  if (chosen === train) await vscode.commands.executeCommand('softprompt.trainPrompt');
  return undefined;
}
