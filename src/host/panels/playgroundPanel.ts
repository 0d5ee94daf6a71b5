import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { parseTemplate } from '../../data/template.js';
import { tokenNotification, tryRequest, type Sampling } from '../../protocol/evaluationMessages.js';
import {
  defaultSampling,
  sides,
  unknownTask,
  type FromPlayground,
  type Playground,
  type PlaygroundPrompt,
  type Side,
  type ToPlayground,
} from '../../protocol/playgroundMessages.js';
import { outlivesFocus } from '../asking.js';
import { errorWords } from '../errorWords.js';
import { promptEntry } from '../views/promptEntries.js';
import type { WholePrompt } from '../views/wholePrompts.js';
import { fillPage } from './fillPage.js';
import type { PlaygroundServices } from './playgrounds.js';
import { takeRow } from './takeRow.js';

const samplingKey = 'softprompt.sampling';

/** Fills a webview panel with a prompt to try, and tries it: one side after the other, so that each has the machine to itself. */
export function showPlayground(
  panel: vscode.WebviewPanel,
  prompt: WholePrompt,
  firstOther: WholePrompt | undefined,
  { stores, evaluator, extensionUri, memory }: PlaygroundServices,
): void {
  const task = prompt.value.details?.task ?? unknownTask;
  const { columns } = parseTemplate(task.template);
  let other = firstOther;
  let trying: vscode.CancellationTokenSource | undefined;

  const post = (message: ToPlayground): void => void panel.webview.postMessage(message);
  const tellState = (): void => {
    const state: Playground = {
      prompt: described(prompt),
      ...(other && { other: described(other) }),
      task: task.task,
      template: task.template,
      columns,
      sampling: memory.get<Sampling>(samplingKey) ?? defaultSampling,
    };
    post({ type: 'playground', ...state });
  };
  const stop = (): void => {
    trying?.cancel();
    trying?.dispose();
    trying = undefined;
  };

  const run = async ({ run: number, values, sampling }: Extract<FromPlayground, { type: 'run' }>): Promise<void> => {
    stop();
    const source = new vscode.CancellationTokenSource();
    trying = source;
    await memory.update(samplingKey, sampling);
    const promptOf: Record<Side, WholePrompt | undefined> = { prompt, bare: prompt, other };
    for (const side of sides) {
      const { folder } = promptOf[side] ?? {};
      if (folder !== undefined) await answer(side, folder);
    }

    async function answer(side: Side, folder: string): Promise<void> {
      const about = { run: number, side };
      if (source.token.isCancellationRequested) return post({ type: 'stopped', ...about });
      post({ type: 'began', ...about });
      const id = randomUUID();
      let listening: vscode.Disposable | undefined;
      try {
        const process = await evaluator();
        listening = process.onNotification(
          tokenNotification,
          ({ id: of, text }) => of === id && post({ type: 'text', ...about, text }),
        );
        const request = { id, prompt: folder, bare: side === 'bare', values, sampling };
        post({ type: 'answer', ...about, answer: await process.request(tryRequest, request, source.token) });
      } catch (error) {
        if (source.token.isCancellationRequested) post({ type: 'stopped', ...about });
        else post({ type: 'failed', ...about, problem: errorWords(error) });
      } finally {
        listening?.dispose();
      }
    }
  };

  const act: Record<Exclude<FromPlayground['type'], 'run'>, () => unknown> = {
    ready: tellState,
    stop,
    takeRow: async () => {
      const row = await takeRow(columns, prompt, stores);
      if (row) post({ type: 'row', ...row });
    },
    pickOther: async () => {
      const chosen = await pickOther(prompt, stores.prompts);
      if (!chosen) return;
      other = chosen;
      tellState();
    },
    dropOther: () => {
      other = undefined;
      tellState();
    },
  };

  const receiving = panel.webview.onDidReceiveMessage(async (message: FromPlayground) => {
    try {
      await (message.type === 'run' ? run(message) : act[message.type]());
    } catch (error) {
      post({ type: 'problem', problem: errorWords(error) });
    }
  });
  panel.onDidDispose(() => {
    stop();
    receiving.dispose();
  });
  // A hidden panel's page is gone, and with it who would read the answer.
  panel.onDidChangeViewState(() => {
    if (!panel.visible) stop();
  });
  const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', 'icons', `try-${theme}.svg`);
  panel.iconPath = { light: icon('light'), dark: icon('dark') };
  fillPage(panel.webview, extensionUri, 'playground', panel.title);
}

function described({ folder, value }: WholePrompt): PlaygroundPrompt {
  const { label, description } = promptEntry(value, folder, vscode.env.language);
  return { folder, name: label, about: description };
}

/** Another prompt that reads the same columns. */
async function pickOther(
  { folder: own, value }: WholePrompt,
  prompts: PlaygroundServices['stores']['prompts'],
): Promise<WholePrompt | undefined> {
  const columnsOf = (task = value.details?.task): string =>
    parseTemplate((task ?? unknownTask).template)
      .columns.toSorted()
      .join('\n');
  const items = prompts.flatMap((listed) => {
    if (!('value' in listed) || listed.folder === own || columnsOf(listed.value.details?.task) !== columnsOf())
      return [];
    const { name, about } = described(listed);
    return [{ label: name, description: about, listed }];
  });
  const title = vscode.l10n.t('Another Prompt beside {name}', { name: value.name });
  const placeHolder =
    items.length === 0
      ? vscode.l10n.t('There is no other prompt that reads the same columns')
      : vscode.l10n.t('Prompts that read the same columns');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true, ...outlivesFocus }))
    ?.listed;
}
