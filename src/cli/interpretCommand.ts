import { findPrompt } from '../store/catalogue.js';
import { cacheFolder } from '../store/storeLocation.js';
import { comparisonLines } from './comparisonReport.js';
import { exitCodes, type ExitCode } from './failure.js';
import { reportLines } from './interpretationReport.js';
import { modelOption } from './recipeOptions.js';
import { print, printJson, storeOf } from './runCommand.js';
import { screenOf } from './terminal.js';
import type { Work } from './work.js';
import type { CompareOptions, InterpretOptions, World } from './world.js';

export async function runInterpret(
  prompt: string,
  options: InterpretOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const { folder, out } = world;
  const promptFolder = await findPrompt(await storeOf(options, world), prompt, folder);
  const report = await work.interpret({ promptFolder, ...common(options, world) });
  const { tokens, ...rest } = report;
  if (options.json)
    printJson([...tokens.map((token) => ({ type: 'token', ...token })), { type: 'report', ...rest }], world);
  else print(reportLines(report, screenOf(out)), world);
  return exitCodes.ok;
}

export async function runCompare(
  [first, second]: readonly [string, string],
  options: CompareOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const { folder, out } = world;
  const store = await storeOf(options, world);
  const comparison = await work.compare({
    first: await findPrompt(store, first, folder),
    second: await findPrompt(store, second, folder),
    ...common(options, world),
  });
  const { pairs, ...rest } = comparison;
  if (options.json)
    printJson([...pairs.map((pair) => ({ type: 'pair', ...pair })), { type: 'comparison', ...rest }], world);
  else print(comparisonLines(comparison, screenOf(out)), world);
  return exitCodes.ok;
}

const common = ({ top, model }: InterpretOptions, { folder, environment }: World) => ({
  top,
  cacheFolder: cacheFolder(environment),
  ...(model !== undefined && { model: modelOption(model, folder) }),
});
