import * as vscode from 'vscode';
import type { NearestTokens } from '../../protocol/events.js';
import type { Stores } from '../services.js';
import type { GroupEntry } from '../../store/groupSet.js';
import { damagedEntry } from './entry.js';
import { groupRowEntry, groupSetEntry } from './groupSetEntries.js';
import {
  damagedPrompt,
  groupEntry,
  groupPrompts,
  promptEntry,
  tokenEntry,
  type ListedSaved,
  type PromptGroup,
} from './promptEntries.js';
import { treeItem, warningIcon } from './treeItem.js';

interface GroupNode {
  readonly kind: 'group';
  readonly group: PromptGroup;
  readonly children: readonly PromptNode[];
}
export interface PromptNode {
  readonly kind: 'prompt';
  readonly listed: ListedSaved;
  readonly dataset: PromptGroup['dataset'];
}
interface TokenNode {
  readonly kind: 'token';
  readonly tokens: NearestTokens;
  /** PEFT's name. */
  readonly method: string;
  readonly parent: PromptNode;
}
/** One group's prompt, of the many that a row stands for: made when that row is unfolded. */
export interface MemberNode {
  readonly kind: 'member';
  readonly entry: GroupEntry;
  readonly column: string;
  readonly parent: PromptNode;
}
type PromptsNode = GroupNode | PromptNode | TokenNode | MemberNode;

/** The saved prompts by dataset, each with the real tokens nearest to its virtual ones. */
export interface PromptsTree extends vscode.Disposable {
  readonly selected: () => ListedSaved | undefined;
  /** Opens the view at a prompt, or at a group's; false where it is not there. */
  show(folder: string, group?: string): Promise<boolean>;
}

export function registerPromptsTree(stores: Stores): PromptsTree {
  const changed = new vscode.EventEmitter<undefined>();
  let groups: readonly GroupNode[] = [];
  const build = (): void => {
    groups = groupPrompts([...stores.prompts, ...stores.groupSets]).map((group) => ({
      kind: 'group',
      group,
      children: group.prompts.map((listed) => ({ kind: 'prompt', listed, dataset: group.dataset })),
    }));
  };

  const provider: vscode.TreeDataProvider<PromptsNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: itemOf,
    getParent: (node) => parentOf(node, groups),
    getChildren: async (node) => {
      if (node) return childrenOf(node);
      await stores.ready();
      build();
      return [...groups];
    },
  };
  const view = vscode.window.createTreeView('softprompt.prompts', {
    treeDataProvider: provider,
    showCollapseAll: true,
  });
  const following = stores.onDidChangePrompts(() => changed.fire(undefined));

  return {
    selected: () => {
      const [node] = view.selection;
      return node?.kind === 'prompt' ? node.listed : undefined;
    },
    show: async (folder, group) => {
      await stores.ready();
      build();
      const prompt = groups.flatMap(({ children }) => children).find(({ listed }) => listed.folder === folder);
      const member = prompt && group !== undefined && membersOf(prompt).find(({ entry }) => entry.group === group);
      const node = member || prompt;
      if (node) await view.reveal(node, { select: true, focus: true, expand: true });
      return node !== undefined;
    },
    dispose: () => vscode.Disposable.from(following, view, changed).dispose(),
  };
}

function childrenOf(node: PromptsNode): PromptsNode[] {
  switch (node.kind) {
    case 'group':
      return [...node.children];
    case 'prompt':
      return [...tokensOf(node), ...membersOf(node)];
    case 'token':
    case 'member':
      return [];
  }
}

function parentOf(node: PromptsNode, groups: readonly GroupNode[]): PromptsNode | undefined {
  switch (node.kind) {
    case 'group':
      return undefined;
    case 'prompt':
      return groups.find(({ group }) => group.dataset === node.dataset);
    case 'token':
    case 'member':
      return node.parent;
  }
}

function tokensOf(parent: PromptNode): TokenNode[] {
  const { listed } = parent;
  if ('damage' in listed || 'groups' in listed.value) return [];
  const { config, nearest = [] } = listed.value;
  return nearest.map((tokens) => ({ kind: 'token', tokens, method: config.peft_type, parent }));
}

function membersOf(parent: PromptNode): MemberNode[] {
  const { listed } = parent;
  if ('damage' in listed || !('groups' in listed.value)) return [];
  const { groups, column } = listed.value;
  return groups.map((entry) => ({ kind: 'member', entry, column, parent }));
}

function itemOf(node: PromptsNode): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  switch (node.kind) {
    case 'group': {
      const { group } = node;
      const icon = new vscode.ThemeIcon(group.dataset === undefined ? 'package' : 'database');
      return treeItem(`group:${group.dataset ?? ''}`, groupEntry(group), { icon, state: Expanded });
    }
    case 'prompt': {
      const { listed } = node;
      if ('damage' in listed) {
        return treeItem(listed.folder, damagedEntry(listed.damage, listed.folder, damagedPrompt), {
          icon: warningIcon,
        });
      }
      if ('groups' in listed.value) {
        return treeItem(listed.folder, groupSetEntry(listed.value, listed.folder, vscode.env.language), {
          icon: new vscode.ThemeIcon('organization'),
          state: Collapsed,
        });
      }
      return treeItem(listed.folder, promptEntry(listed.value, listed.folder, vscode.env.language), {
        icon: new vscode.ThemeIcon('symbol-string'),
        state: tokensOf(node).length > 0 ? Collapsed : None,
      });
    }
    case 'member':
      return treeItem(`${node.parent.listed.folder}#${node.entry.group}`, groupRowEntry(node.entry, node.column), {
        icon: new vscode.ThemeIcon('person'),
      });
    case 'token':
      return treeItem(`${node.parent.listed.folder}#${node.tokens.position}`, tokenEntry(node.tokens, node.method));
  }
}
