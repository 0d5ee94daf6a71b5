import * as l10n from '@vscode/l10n';
import { Option, type Command } from 'commander';
import type { Action } from './commands.js';
import { exitCodes } from './failure.js';
import { runSweep, type SweepOptions } from './sweepCommand.js';
import { placements, runSweepRun, type Placement } from './sweepRun.js';
import type { World } from './world.js';

/** What commands have in common. */
export interface Parts {
  readonly common: (command: Command, description: string) => Command;
  readonly act: Action;
  readonly examples: (lines: readonly string[]) => string;
  readonly threadsOption: () => Option;
  readonly providerOption: () => Option;
  readonly baselineOption: () => Option;
  readonly wholeNumberFrom: (least: number) => (text: string) => number;
}

export function addSweepCommands(
  program: Command,
  { common, act, examples, threadsOption, providerOption, wholeNumberFrom }: Parts,
  world: World,
): void {
  common(
    program.command('sweep'),
    l10n.t('trains every combination of the values in a recipe’s "sweep", and makes their table'),
  )
    .argument('<recipe>', l10n.t('a recipe with "sweep"'))
    .argument('[sbatch...]', l10n.t('behind --: options that sbatch gets as they are'))
    .option('--jobs <n>', l10n.t('how many runs at a time, each in a process of its own'), wholeNumberFrom(1), 1)
    .option('--slurm', l10n.t('gives the runs to Slurm as an array job, and collects what comes back'))
    .addOption(threadsOption())
    .addOption(providerOption())
    .addHelpText(
      'after',
      `${examples([
        'softprompt sweep tickets.softprompt.json',
        'softprompt sweep tickets.softprompt.json --jobs 2',
        'softprompt sweep tickets.softprompt.json --slurm -- --partition=short --cpus-per-task=4 --time=30:00',
      ])}
${l10n.t('A sweep in a recipe: {example}', { example: '"sweep": { "method.num_virtual_tokens": [1, 5, 20], "training.seed": { "from": 1, "to": 3 } }' })}
${l10n.t('Run again, it goes on: what is finished is not trained anew, and what was interrupted goes on from its last checkpoint.')}
${l10n.t('The exit code is 0 where all runs are finished, 1 where some failed.')}
`,
    )
    .action((recipe: string, sbatch: string[], options: Omit<SweepOptions, 'sbatch'>, command: Command) => {
      if (sbatch.length > 0 && !options.slurm)
        command.error(l10n.t('error: options for sbatch go together with --slurm'), { exitCode: exitCodes.badInput });
      if (options.slurm && options.jobs > 1)
        command.error(l10n.t('error: Slurm decides how many runs there are at a time: leave out --jobs'), {
          exitCode: exitCodes.badInput,
        });
      return act((work) => runSweep(recipe, { ...options, sbatch }, work, world))();
    });

  program
    .command('sweep-run', { hidden: true })
    .description(l10n.t('one run of a sweep, as its processes and Slurm’s tasks run it'))
    .argument('<folder>', l10n.t('the sweep’s folder'))
    .argument('<run>', l10n.t('the run’s name'))
    .addOption(
      new Option('--place <name>', l10n.t('how it shares the machine')).choices([...placements]).default('turn'),
    )
    .action((folder: string, run: string, { place }: { place: Placement }) =>
      act((work) => runSweepRun(folder, run, place, work, world))(),
    );
}
