import * as l10n from '@vscode/l10n';
import { Option, type Command } from 'commander';
import { metricNames } from '../protocol/events.js';
import { rankings } from '../protocol/recipe.js';
import type { Parts } from './sweepOptions.js';
import { runTransfer, type TransferOptions } from './transferCommand.js';
import type { World } from './world.js';

export function addTransferCommand(
  program: Command,
  { common, act, examples, threadsOption, providerOption, baselineOption, wholeNumberFrom }: Parts,
  world: World,
): void {
  common(
    program.command('transfer'),
    l10n.t('scores prompts on data sets that they were not trained on, beside their own'),
  )
    .argument(
      '<prompts...>',
      l10n.t(
        'prompts by name or folder, or recipes, whose runs (with "sweep" several) are trained where they are not yet',
      ),
    )
    .option(
      '--to <files...>',
      l10n.t('more rows to score: a file, PRESET=FILE for a published data set, or a recipe with such rows as "test"'),
    )
    .option('--name <name>', l10n.t('what the result is kept as; by default after the prompts'))
    .addOption(
      new Option(
        '--metric <name>',
        l10n.t('what is compared; by default accuracy, or perplexity for free text'),
      ).choices(metricNames),
    )
    .option(
      '--generate <n>',
      l10n.t('for free text: write up to n tokens for each row and compare them with the target (slow)'),
      wholeNumberFrom(1),
    )
    .option('--max-rows <n>', l10n.t('score the first rows of each file only'), wholeNumberFrom(1))
    .addOption(
      new Option(
        '--ranking <name>',
        l10n.t(
          'how labels are ranked: by log-probability, or by its mean over a label’s tokens; the recipe’s, else sum',
        ),
      ).choices(rankings),
    )
    .option('--jobs <n>', l10n.t('how many runs at a time, each in a process of its own'), wholeNumberFrom(1), 1)
    .addOption(threadsOption())
    .addOption(providerOption())
    .addOption(baselineOption().default('on'))
    .addHelpText(
      'after',
      `${examples([
        'softprompt transfer qqp.softprompt.json mrpc.softprompt.json',
        'softprompt transfer qqp --to mrpc=msr_paraphrase_test.txt',
        'softprompt transfer squad --to new_wiki.json nyt.json amazon.json --generate 20 --metric tokenF1',
      ])}
${l10n.t('The recipes’ own test rows are the first data sets: two recipes are scored on each other’s.')}
${l10n.t('Rows of another published data set are worded as it is, and answered in the words that the prompt has learned.')}
${l10n.t('Run again, it goes on: what is trained or scored is not done anew.')}
`,
    )
    .action((names: string[], options: TransferOptions) => act((work) => runTransfer(names, options, work, world))());
}
