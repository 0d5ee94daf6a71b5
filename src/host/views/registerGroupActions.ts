import * as vscode from 'vscode';
import { attempt } from '../problem.js';
import type { MemberNode } from './promptsTree.js';
import type { PromptActionDependencies } from './registerPromptActions.js';
import { commandsAboutPrompts, wholeGroupSets, type WholeGroupSet } from './wholePrompts.js';

/** What can be done with the prompts of groups; what it does is loaded when it is first asked for. */
export function registerGroupActions(dependencies: PromptActionDependencies): vscode.Disposable {
  const { stores, tree } = dependencies;
  const about = commandsAboutPrompts(stores, tree.selected);
  const sets = (): WholeGroupSet[] => wholeGroupSets(stores);
  const load = () => import('./groupActions.js');
  /** A command of a group's row. */
  const ofMember = (id: string, act: (set: WholeGroupSet, group: string) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(id, (node: MemberNode) =>
      attempt(async () => {
        const set = sets().find(({ folder }) => folder === node.parent.listed.folder);
        if (set) await act(set, node.entry.group);
      }),
    );
  return vscode.Disposable.from(
    about('softprompt.findGroup', vscode.l10n.t('Find Group'), sets, async (set) =>
      (await load()).findGroup(set, dependencies),
    ),
    ofMember('softprompt.exportGroup', async (set, group) => (await load()).exportGroupAdapter(set, group)),
    ofMember('softprompt.takeOutGroup', async (set, group) => (await load()).takeOut(set, group, dependencies)),
  );
}
