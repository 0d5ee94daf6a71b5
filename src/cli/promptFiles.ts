import * as l10n from '@vscode/l10n';
import { basename, resolve } from 'node:path';
import { findPrompt, findPrompts } from '../store/catalogue.js';
import { exportGroup, exportPrompt, importPrompt } from '../store/promptTransfer.js';
import { exitCodes, type ExitCode } from './failure.js';
import { print, printJson, shortPath, storeOf } from './runCommand.js';
import type { ExportOptions, ImportOptions, World } from './world.js';

export async function runExport(prompt: string, into: string, options: ExportOptions, world: World): Promise<ExitCode> {
  const { folder } = world;
  const { format, group } = options;
  const store = await storeOf(options, world);
  const from = await (group === undefined ? findPrompt : findPrompts)(store, prompt, folder);
  const path =
    group === undefined
      ? await exportPrompt(from, resolve(folder, into), format)
      : await exportGroup(from, group, resolve(folder, into), format);
  if (options.json)
    printJson([{ type: 'exported', prompt: from, ...(group !== undefined && { group }), format, path }], world);
  else print([l10n.t('Exported {prompt} to {path}', { prompt: basename(from), path: shortPath(path, folder) })], world);
  return exitCodes.ok;
}

export async function runImport(path: string, options: ImportOptions, world: World): Promise<ExitCode> {
  const { task } = options;
  const from = resolve(world.folder, path);
  const folder = await importPrompt(await storeOf(options, world), from, task === undefined ? {} : { task });
  const name = basename(folder);
  if (options.json) printJson([{ type: 'imported', name, folder }], world);
  else print([l10n.t('Imported as {name} in {folder}', { name, folder: shortPath(folder, world.folder) })], world);
  return exitCodes.ok;
}
