import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { SoftpromptError } from '../../errors/softpromptError.js';
import type { InterpretationReport, Projection, TokenMap } from '../../protocol/interpretation.js';
import {
  compareRequest,
  describePromptRequest,
  mapProgress,
  mapRequest,
} from '../../protocol/interpretationMessages.js';
import type { FromMapPage, MapSubject, ToMapPage } from '../../protocol/mapMessages.js';
import { errorWords } from '../errorWords.js';
import type { Evaluator, Stores } from '../services.js';
import { fillPage } from './fillPage.js';

/** Neighbours that are told of each virtual token, how many of them the map has, and how many stand in a comparison. */
const [toldNeighbours, mappedNeighbours, comparedNeighbours] = [10, 5, 3] as const;

export interface MapPanelDependencies {
  readonly evaluator: Evaluator;
  readonly stores: Stores;
  readonly extensionUri: vscode.Uri;
  /** Lets the reader choose what to put beside a prompt, in a panel of its own. */
  readonly compare: (prompt: string) => unknown;
}

/** Fills a webview panel with a prompt's map, or with two prompts side by side. */
export function showMapPanel(
  panel: vscode.WebviewPanel,
  subject: MapSubject,
  { evaluator, stores, extensionUri, compare }: MapPanelDependencies,
): void {
  const { prompt, other } = subject;
  const id = randomUUID();
  const post = (message: ToMapPage): void => void panel.webview.postMessage(message);
  /** What a hidden page asks for again when it is shown. */
  let report: InterpretationReport | undefined;
  const maps = new Map<Projection, TokenMap>();
  let underWay = new vscode.CancellationTokenSource();
  let ended: SoftpromptError | undefined;

  const begin = async (projection: Projection, token: vscode.CancellationToken): Promise<void> => {
    post({ type: 'about', about: subject });
    if (other !== undefined) {
      const request = { first: prompt, second: other, top: comparedNeighbours };
      return post({ type: 'comparison', comparison: await evaluator.request(compareRequest, request, token) });
    }
    post({ type: 'report', report: await described(token) });
    await project(projection, token);
  };

  const described = async (token: vscode.CancellationToken): Promise<InterpretationReport> =>
    (report ??= await evaluator.request(describePromptRequest, { prompt, top: toldNeighbours }, token));

  const project = async (projection: Projection, token: vscode.CancellationToken): Promise<void> => {
    const request = { id, prompt, projection, words: namedTokens(await described(token)) };
    const map = maps.get(projection) ?? (await evaluator.request(mapRequest, request, token));
    maps.set(projection, map);
    post({ type: 'map', map });
  };

  /** Ends what was under way: the reader asks for something else. */
  const instead = async (work: (token: vscode.CancellationToken) => Promise<void>): Promise<void> => {
    underWay.cancel();
    const source = new vscode.CancellationTokenSource();
    underWay = source;
    ended = undefined;
    try {
      await work(source.token);
    } catch (error) {
      if (!source.token.isCancellationRequested) post({ type: 'problem', problem: errorWords(ended ?? error) });
    } finally {
      source.dispose();
    }
  };

  const receive = (message: FromMapPage): unknown => {
    switch (message.type) {
      case 'begin':
        return instead((token) => begin(message.projection, token));
      case 'project':
        return instead((token) => project(message.projection, token));
      case 'compare':
        return compare(prompt);
    }
  };

  const subscriptions = [
    panel.webview.onDidReceiveMessage(receive),
    evaluator.onNotification(mapProgress, (progress) => {
      if (progress.id === id) post({ type: 'progress', share: progress.share });
    }),
    evaluator.onDidEnd((error) => {
      ended = error;
    }),
    // It may have been trained again.
    stores.onDidChangePrompts(() => {
      report = undefined;
      maps.clear();
    }),
  ];
  panel.onDidDispose(() => {
    underWay.cancel();
    for (const subscription of subscriptions) subscription.dispose();
  });
  const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', 'icons', `map-${theme}.svg`);
  panel.iconPath = { light: icon('light'), dark: icon('dark') };
  fillPage(panel.webview, extensionUri, 'map', panel.title);
}

/** Tokens that the page names, so that the map has them. */
function namedTokens({ tokens, labels }: InterpretationReport): number[] {
  const near = tokens.flatMap(({ nearest, drift }) => [
    ...nearest.slice(0, mappedNeighbours).map(({ id }) => id),
    ...(drift ? [drift.from.id] : []),
  ]);
  return [...new Set([...near, ...labels.flatMap(({ ids }) => ids)])];
}
