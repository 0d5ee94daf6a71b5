import * as vscode from 'vscode';
import type { Ensemble, EnsembleMember } from '../../store/ensembleFolder.js';
import type { FollowedRun, Stores } from '../services.js';
import { atMostEvery } from './atMostEvery.js';
import { damagedEntry } from './entry.js';
import { damagedEnsemble, ensembleEntry, memberEntry, memberState, type ListedEnsemble } from './ensembleEntries.js';
import { treeItem, warningIcon } from './treeItem.js';

/** Runs tell of their steps many times a second. */
const betweenRefreshesMs = 1000;

interface EnsembleNode {
  readonly kind: 'ensemble';
  readonly listed: ListedEnsemble;
}
interface MemberNode {
  readonly kind: 'member';
  readonly member: EnsembleMember;
  /** What it scored when the ensemble was run last. */
  readonly value: number | undefined;
  readonly parent: EnsembleNode;
}
type Node = EnsembleNode | MemberNode;

/** The ensembles, each with its members. */
export interface EnsemblesTree extends vscode.Disposable {
  readonly selected: () => ListedEnsemble | undefined;
  /** Opens the view at an ensemble. */
  show(folder: string): Promise<void>;
}

export function registerEnsemblesTree(stores: Stores): EnsemblesTree {
  const changed = new vscode.EventEmitter<undefined>();
  let nodes: readonly EnsembleNode[] = [];
  const build = (): void => {
    nodes = stores.ensembles.map((listed) => ({ kind: 'ensemble', listed }));
  };
  const runsOf = (store: string): FollowedRun[] =>
    stores.runs.flatMap((run) => (run.store === store && 'value' in run ? [run.value] : []));

  const refresh = atMostEvery(betweenRefreshesMs, () => changed.fire(undefined));
  const following = vscode.Disposable.from(
    stores.onDidChangeEnsembles(() => changed.fire(undefined)),
    // Members to come show how far their training is.
    stores.onDidChangeRuns(() => {
      if (nodes.some(({ listed }) => isIncomplete(listed))) refresh();
    }),
  );

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (node) => itemOf(node, runsOf(nodeStore(node))),
    getParent: (node) => (node.kind === 'member' ? node.parent : undefined),
    getChildren: async (node) => {
      if (node) return node.kind === 'ensemble' ? membersOf(node) : [];
      await stores.ready();
      build();
      return [...nodes];
    },
  };
  const view = vscode.window.createTreeView('softprompt.ensembles', { treeDataProvider: provider });

  return {
    selected: () => {
      const [node] = view.selection;
      return node?.kind === 'member' ? node.parent.listed : node?.listed;
    },
    show: async (folder) => {
      await stores.ready();
      build();
      const node = nodes.find(({ listed }) => listed.folder === folder);
      if (node) await view.reveal(node, { select: true, focus: true, expand: true });
    },
    dispose: () => vscode.Disposable.from(following, refresh, view, changed).dispose(),
  };
}

const isIncomplete = (listed: ListedEnsemble): boolean =>
  'value' in listed && listed.value.members.some(({ isThere }) => !isThere);

const nodeStore = (node: Node): string => (node.kind === 'member' ? node.parent : node).listed.store;

function membersOf(parent: EnsembleNode): MemberNode[] {
  if ('damage' in parent.listed) return [];
  const { members, results }: Ensemble = parent.listed.value;
  return members.map((member, i) => ({ kind: 'member', member, value: results?.members[i], parent }));
}

function itemOf(node: Node, runs: readonly FollowedRun[]): vscode.TreeItem {
  if (node.kind === 'member') {
    const { member, parent, value } = node;
    const state = memberState(member, runs);
    const item = treeItem(`${parent.listed.folder}#${member.folder}`, memberEntry(member, state, value), {
      icon: state.kind === 'there' ? thereIcon : state.kind === 'coming' ? comingIcon : warningIcon,
    });
    if (state.kind === 'there')
      item.command = {
        command: 'softprompt.revealPrompt',
        title: vscode.l10n.t('Show Prompt'),
        arguments: [member.folder],
      };
    if (state.kind === 'coming')
      item.command = {
        command: 'softprompt.openRun',
        title: vscode.l10n.t('Open Run'),
        arguments: [state.run.folder],
      };
    return item;
  }
  const { listed } = node;
  if ('damage' in listed) {
    return treeItem(listed.folder, damagedEntry(listed.damage, listed.folder, damagedEnsemble), { icon: warningIcon });
  }
  return treeItem(listed.folder, ensembleEntry(listed.value, runs, listed.folder, vscode.env.language), {
    icon: new vscode.ThemeIcon('layers'),
    state: vscode.TreeItemCollapsibleState.Collapsed,
  });
}

const thereIcon = new vscode.ThemeIcon('symbol-string');
const comingIcon = new vscode.ThemeIcon('sync');
