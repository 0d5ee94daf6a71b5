import * as l10n from '@vscode/l10n';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { voteRules } from '../protocol/evaluation.js';
import { presetIds } from '../protocol/presets.js';
import { rankings, unknownGroupRules, type Recipe } from '../protocol/recipe.js';
import { exportFormats } from '../store/promptTransfer.js';
import { runEnsemble, type EnsembleOptions } from './ensembleCommand.js';
import { exitCodes, failureOf, stackOf, type ExitCode } from './failure.js';
import { runGroups, type GroupsOptions } from './groupsCommand.js';
import { runPresets } from './presetsCommand.js';
import { methodOptions, type TrainOptions } from './recipeOptions.js';
import { runCompare, runInterpret } from './interpretCommand.js';
import { runReport, type ReportOptions } from './reportCommand.js';
import { runDoctor, runEvaluate, runResume, runTrain } from './runCommand.js';
import { runTests } from './runTests.js';
import { addSweepCommands } from './sweepOptions.js';
import { screenOf, styled } from './terminal.js';
import { addTransferCommand } from './transferOptions.js';
import { runTrainSeeds } from './trainSeeds.js';
import { runExport, runImport } from './promptFiles.js';
import type { Work } from './work.js';
import type {
  CommonOptions,
  CompareOptions,
  EvaluateOptions,
  ExportOptions,
  ImportOptions,
  InterpretOptions,
  TestOptions,
  World,
} from './world.js';

/** Runs `softprompt` with arguments (without the program's name) and gives its exit code. It never throws. */
export async function runCommandLine(argv: readonly string[], work: Work, world: World): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = describeProgram(world, (command) => async () => {
    exitCode = await command(work);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what is wrong, or has shown its help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.badInput;
    if (world.signal.aborted && error === world.signal.reason) return exitCodes.stopped;
    return tellFailure(error, argv.includes('--json'), world);
  }
}

/** Puts the work behind a command's action, with the exit code kept. */
export type Action = (command: (work: Work) => Promise<ExitCode>) => () => Promise<void>;

function describeProgram(world: World, act: Action): Command {
  const program = new Command('softprompt')
    .description(l10n.t('Trains soft prompts for frozen language models, without Python.'))
    .version(world.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      writeErr: (text) => world.err.write(text),
      getOutHasColors: () => screenOf(world.out).colour,
      getErrHasColors: () => screenOf(world.err).colour,
    })
    .showSuggestionAfterError()
    .addHelpText('after', programHelp());

  common(program.command('train'), l10n.t('trains a prompt from a recipe, or from a data file alone'))
    .argument('[recipe]', l10n.t('a recipe, NAME.softprompt.json'))
    .option('--data <file>', l10n.t('training rows (.jsonl, .json, .csv, .tsv) instead of a recipe'))
    .option('--dev <file>', l10n.t('rows that choose the best step; held out of the training rows by default'))
    .option('--test <file>', l10n.t('rows that are only scored at the end'))
    .addOption(
      new Option(
        '--preset <name>',
        l10n.t('the published data set that these files are; softprompt presets lists them'),
      ).choices(presetIds),
    )
    .option(
      '--template <text>',
      l10n.t('the text before the target, such as "{text}\\nLabel:", where \\n is a line break; inferred by default'),
    )
    .option('--target <text>', l10n.t('the target, such as "{label}"; inferred by default'))
    .option(
      '--group-by <column>',
      l10n.t(
        'one prompt for each value of a column, such as user, on that value’s rows alone; needs --template and --target',
      ),
    )
    .addOption(
      new Option('--method <name>', l10n.t('what is trained; the recipe’s, else prompt tuning')).choices(
        Object.keys(methodOptions),
      ),
    )
    .option(
      '--from <prompt>',
      l10n.t('a saved prompt to go on from (name, folder or .npy file), also by another method'),
    )
    .option('--virtual-tokens <n>', l10n.t('how many virtual tokens are trained'), wholeNumberFrom(1))
    .option('--name <name>', l10n.t('the prompt’s name'))
    .addOption(modelOption())
    .option('--steps <n>', l10n.t('how many steps to train'), wholeNumberFrom(1))
    .option('--seed <n>', l10n.t('of every random draw: the same seed gives the same prompt'), wholeNumberFrom(0))
    .addOption(
      new Option(
        '--seeds <from-to>',
        l10n.t('trains the recipe with several seeds, one after the other, and saves their ensemble; such as 1-5'),
      )
        .argParser(seedRange)
        .conflicts('seed'),
    )
    .addOption(threadsOption())
    .addOption(providerOption())
    .addOption(baselineOption())
    .addHelpText('after', trainHelp())
    .action((recipe: string | undefined, options: CommonOptions & TrainOptions, command: Command) => {
      if ((recipe === undefined) === (options.data === undefined)) {
        command.error(l10n.t('error: name either a recipe or a data file (--data)'), { exitCode: exitCodes.badInput });
      }
      const { seeds } = options;
      return act((work) =>
        seeds ? runTrainSeeds(recipe, seeds, options, work, world) : runTrain(recipe, options, work, world),
      )();
    });

  const parts = { common, act, examples, threadsOption, providerOption, baselineOption, wholeNumberFrom };
  addSweepCommands(program, parts, world);
  addTransferCommand(program, parts, world);

  common(program.command('resume'), l10n.t('goes on with a stopped, interrupted or failed run'))
    .argument('[run]', l10n.t('a run’s id or folder; by default the newest that can go on'))
    .addHelpText('after', examples(['softprompt resume', 'softprompt resume tickets-20261121-104501']))
    .action((run: string | undefined, options: CommonOptions) => act((work) => runResume(run, options, work, world))());

  common(program.command('evaluate'), l10n.t('scores a saved prompt on the rows of a file'))
    .argument('<prompt>', l10n.t('a prompt’s name or folder; also one that PEFT saved'))
    .argument('<file>', l10n.t('rows with the columns of the training data'))
    .option('--max-rows <n>', l10n.t('score the first rows only'), wholeNumberFrom(1))
    .addOption(modelOption())
    .addOption(threadsOption())
    .addOption(providerOption())
    .addOption(baselineOption().default('on'))
    .option(
      '--examples <k>',
      l10n.t('score the bare model behind k training rows as text, too (prompt design)'),
      wholeNumberFrom(0),
    )
    .option('--instruction <text>', l10n.t('what stands before these examples, or alone'))
    .option('--against <prompt>', l10n.t('another prompt on the same rows, with a paired test of the difference'))
    .addOption(
      new Option(
        '--ranking <name>',
        l10n.t(
          'how labels are ranked: by log-probability, or by its mean over a label’s tokens; the recipe’s, else sum',
        ),
      ).choices(rankings),
    )
    .option(
      '--generate <n>',
      l10n.t('for free text: write up to n tokens for each row and compare them with the target (slow)'),
      wholeNumberFrom(1),
    )
    .addOption(
      new Option(
        '--unknown-groups <rule>',
        l10n.t(
          'of prompts of groups: refuse rows whose group has none, or let the bare model answer them; the recipe’s, else refuse',
        ),
      ).choices(unknownGroupRules),
    )
    .option('--export <file>', l10n.t('write every row with its prediction to a file (.jsonl, .csv or .tsv)'))
    .option('--seed <n>', l10n.t('of the resampling and of the choice of examples'), wholeNumberFrom(0))
    .addHelpText(
      'after',
      examples([
        'softprompt evaluate tickets test.jsonl',
        'softprompt evaluate tickets test.jsonl --examples 4 --instruction "Sort tickets into queues."',
        'softprompt evaluate tickets test.jsonl --against tickets-2 --export predictions.csv',
        'softprompt evaluate tickets test.jsonl --json > scores.jsonl',
      ]),
    )
    .action((prompt: string, file: string, options: EvaluateOptions) =>
      act((work) => runEvaluate(prompt, file, options, work, world))(),
    );

  common(program.command('test'), l10n.t('holds trained prompts against the tests of their recipes'))
    .argument('[recipes...]', l10n.t('recipes with "tests"; by default all below this folder'))
    .addOption(modelOption())
    .addOption(threadsOption())
    .addOption(providerOption())
    .addHelpText('after', testHelp())
    .action((recipes: string[], options: TestOptions) => act((work) => runTests(recipes, options, work, world))());

  common(program.command('ensemble'), l10n.t('scores several prompts of one task and base model together'))
    .argument('<file>', l10n.t('rows with the columns of the training data'))
    .option('--prompts <prompt...>', l10n.t('the members, by name or folder: two or more'))
    .option('--ensemble <name>', l10n.t('a saved ensemble instead of --prompts; it keeps the result'))
    .addOption(
      new Option('--vote <rule>', l10n.t('how the members come to one answer; all rules are scored')).choices(
        voteRules,
      ),
    )
    .option('--save <name>', l10n.t('saves the members as an ensemble of this name'))
    .option('--max-rows <n>', l10n.t('score the first rows only'), wholeNumberFrom(1))
    .addOption(modelOption())
    .addOption(threadsOption())
    .addOption(providerOption())
    .addOption(baselineOption().default('on'))
    .addHelpText(
      'after',
      examples([
        'softprompt ensemble test.jsonl --prompts tickets-seed-1 tickets-seed-2 tickets-seed-3 --save tickets-seeds',
        'softprompt ensemble test.jsonl --ensemble tickets-seeds --vote mean',
      ]),
    )
    .action((file: string, options: EnsembleOptions, command: Command) => {
      if ((options.prompts === undefined) === (options.ensemble === undefined)) {
        command.error(l10n.t('error: name either prompts (--prompts) or a saved ensemble (--ensemble)'), {
          exitCode: exitCodes.badInput,
        });
      }
      return act((work) => runEnsemble(file, options, work, world))();
    });

  common(
    program.command('interpret'),
    l10n.t('shows what a prompt has learned: nearest tokens, norms, drift, labels, repeated neighbours, clusters'),
  )
    .argument('<prompt>', l10n.t('a prompt’s name or folder; also one that PEFT saved'))
    .addOption(topOption(5))
    .addOption(modelOption())
    .addHelpText('after', examples(['softprompt interpret tickets --top 3']))
    .action((prompt: string, options: InterpretOptions) => act((work) => runInterpret(prompt, options, work, world))());

  common(program.command('compare'), l10n.t('puts two prompts of one base model side by side, aligned by similarity'))
    .argument('<first>', l10n.t('a prompt’s name or folder; also one that PEFT saved'))
    .argument('<second>', l10n.t('another one, of any length'))
    .addOption(topOption(3))
    .addOption(modelOption())
    .addHelpText('after', examples(['softprompt compare tickets tickets-2']))
    .action((first: string, second: string, options: CompareOptions) =>
      act((work) => runCompare([first, second], options, work, world))(),
    );

  common(program.command('export'), l10n.t('copies a saved prompt out, for PEFT, NumPy or vLLM'))
    .argument('<prompt>', l10n.t('a prompt’s name or folder; also one that PEFT saved'))
    .argument('<folder>', l10n.t('where the copy is put, under the prompt’s name or the next that is free'))
    .addOption(
      new Option(
        '--format <name>',
        l10n.t(
          'peft: an adapter; npy: numpy.save of the vectors, as google-research/prompt-tuning has them; prompt_embeds: vectors for vLLM',
        ),
      )
        .choices(exportFormats)
        .default('peft'),
    )
    .option('--group <name>', l10n.t('of prompts of groups: whose'))
    .addHelpText(
      'after',
      examples([
        'softprompt export tickets adapters',
        'softprompt export tickets . --format npy',
        'softprompt export users adapters --group u17',
      ]),
    )
    .action((prompt: string, folder: string, options: ExportOptions) =>
      act(() => runExport(prompt, folder, options, world))(),
    );

  common(program.command('groups'), l10n.t('lists the groups that have a prompt, where a recipe trained one for each'))
    .argument('[prompt]', l10n.t('what was trained with "groupBy", by name or folder; by default, which there are'))
    .option('--find <text>', l10n.t('only groups whose name holds this'))
    .addHelpText('after', examples(['softprompt groups', 'softprompt groups users --find u17']))
    .action((prompt: string | undefined, options: GroupsOptions) => act(() => runGroups(prompt, options, world))());

  common(
    program.command('import'),
    l10n.t('takes a prompt into the store: a PEFT adapter, or vectors that numpy.save wrote'),
  )
    .argument('<path>', l10n.t('an adapter’s folder or an .npy file'))
    .option(
      '--task <n>',
      l10n.t('which one, counted from 0, where an adapter holds a prompt for each of several tasks'),
      wholeNumberFrom(0),
    )
    .addHelpText(
      'after',
      examples([
        'softprompt import adapters/tickets',
        'softprompt import multitask-adapter --task 2',
        'softprompt import sst2.npy',
      ]),
    )
    .action((path: string, options: ImportOptions) => act(() => runImport(path, options, world))());

  common(
    program.command('report'),
    l10n.t('writes one HTML page about runs: scores, curves, recipes, data, versions, checksums'),
  )
    .argument(
      '[runs...]',
      l10n.t(
        'runs by id or folder, saved prompts, sweeps and transfers by name or folder; by default all of the store that is finished',
      ),
    )
    .option('--out <file>', l10n.t('the page, which needs nothing beside itself; by default softprompt-report.html'))
    .option(
      '--tensorboard <folder>',
      l10n.t('writes what was measured as event files for TensorBoard; then a page only with --out'),
    )
    .addHelpText(
      'after',
      examples([
        'softprompt report',
        'softprompt report tickets tickets-2 --out tickets.html',
        'softprompt report --tensorboard logs',
      ]),
    )
    .action((runs: string[], options: ReportOptions) => act(() => runReport(runs, options, world))());

  program
    .command('presets')
    .description(l10n.t('lists the data sets that a recipe can name in "data.preset", and how their rows are worded'))
    .option('--json', l10n.t('JSON lines instead of lines for people'))
    .addHelpText('after', examples(['softprompt presets', 'softprompt train --data SST-2/train.tsv --preset sst2']))
    .action((options: CommonOptions) => act(() => Promise.resolve(runPresets(options, world)))());

  program
    .command('doctor')
    .description(l10n.t('says what works on this machine: execution providers and base models, and why others do not'))
    .option('--json', l10n.t('one JSON object instead of lines for people'))
    .addHelpText('after', examples(['softprompt doctor']))
    .action((options: CommonOptions) => act((work) => runDoctor(options, work, world))());
  return program;
}

function common(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--json', l10n.t('JSON lines instead of lines for people'))
    .option('--store <folder>', l10n.t('where prompts and runs are kept; by default .softprompt in the workspace'));
}

const modelOption = (): Option =>
  new Option(
    '--model <model>',
    l10n.t('the base model: softprompt-9m (bundled), a Hugging Face folder or id, or a .gguf file'),
  );

const topOption = (usual: number): Option =>
  new Option('--top <n>', l10n.t('tokens for each virtual one')).argParser(wholeNumberFrom(1)).default(usual);

const threadsOption = (): Option => new Option('--threads <n>', l10n.t('CPU threads')).argParser(wholeNumberFrom(1));

const providerOption = (): Option =>
  new Option('--provider <name>', l10n.t('where it runs')).choices([
    'auto',
    'cpu',
    'webgpu',
    'cuda',
    'dml',
    'coreml',
  ] satisfies Recipe['provider'][]);

const baselineOption = (): Option =>
  new Option('--baseline <on|off>', l10n.t('whether the same template without a prompt is scored too')).choices([
    'on',
    'off',
  ]);

function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(l10n.t('Expected a whole number from {least} on.', { least }));
    }
    return value;
  };
}

/** 1-5: 1, 2, 3, 4 and 5. */
function seedRange(text: string): number[] {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (from === undefined || to === undefined || to <= from || to - from >= 100)
    throw new InvalidArgumentError(l10n.t('Expected seeds such as 1-5.'));
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function programHelp(): string {
  return `${examples([
    'softprompt train tickets.softprompt.json',
    'softprompt train --data reviews.csv --virtual-tokens 20',
    'softprompt evaluate tickets test.jsonl',
    'softprompt sweep tickets.softprompt.json',
    'softprompt transfer qqp.softprompt.json mrpc.softprompt.json',
    'softprompt test',
    'softprompt ensemble test.jsonl --ensemble tickets-seeds',
    'softprompt interpret tickets',
    'softprompt report',
    'softprompt doctor',
  ])}
${l10n.t('Prompts and runs are kept in .softprompt of the workspace. A saved prompt is a folder that Hugging Face PEFT loads.')}

${l10n.t('Exit codes:')}
  0    ${l10n.t('done')}
  1    ${l10n.t('the run failed, or a prompt test')}
  2    ${l10n.t('bad input or usage')}
  130  ${l10n.t('stopped by Ctrl-C; the best so far is saved (a second Ctrl-C quits at once)')}

${l10n.t('Environment:')}
  SOFTPROMPT_HOME   ${l10n.t('instead of ~/.softprompt: the cache, and the store outside of workspaces')}
  SOFTPROMPT_DEBUG  ${l10n.t('1: errors with their stacks')}
  NO_COLOR          ${l10n.t('lines without colours')}
`;
}

function trainHelp(): string {
  return `${examples([
    'softprompt train tickets.softprompt.json',
    'softprompt train tickets.softprompt.json --steps 200 --seed 1 --name short-try',
    'softprompt train tickets.softprompt.json --seeds 1-5',
    'softprompt train tickets.softprompt.json --method p-tuning --from tickets --name tickets-2',
    'softprompt train --data train.jsonl --test test.jsonl --template "{text}\\nQueue:" --target "{queue}"',
  ])}
${l10n.t('A recipe is JSON with comments; the smallest one is {recipe}', { recipe: '{ "data": { "train": "train.jsonl" } }' })}
${l10n.t('Options stand above the recipe. Ctrl-C stops after the step under way and saves the best so far; softprompt resume goes on.')}
`;
}

function testHelp(): string {
  return `${examples(['softprompt test', 'softprompt test tickets.softprompt.json --json'])}
${l10n.t('A test in a recipe: {example}', { example: '"tests": [{ "file": "test.jsonl", "metric": "accuracy", "atLeast": 0.85 }]' })}
${l10n.t('The exit code is 0 where all pass, 1 where some fail, 2 where they cannot be run.')}
`;
}

function examples(lines: readonly string[]): string {
  return `\n${l10n.t('Examples:')}\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}

function tellFailure(error: unknown, json: boolean, { err, out, environment }: World): ExitCode {
  const failure = failureOf(error);
  if (json) {
    const { code, args } = failure.error;
    out.write(`${JSON.stringify({ type: 'error', code, args, message: failure.message, advice: failure.advice })}\n`);
  }
  err.write(`${styled(screenOf(err), 'red', l10n.t('Error:'))} ${failure.message}\n${failure.advice}\n`);
  if (environment.SOFTPROMPT_DEBUG === '1') err.write(`\n${stackOf(error)}\n`);
  return failure.exitCode;
}
