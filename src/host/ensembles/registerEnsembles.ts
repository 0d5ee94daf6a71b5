import { basename } from 'node:path';
import * as vscode from 'vscode';
import { inTrust } from '../inTrust.js';
import { attempt } from '../problem.js';
import { registerEnsemblePanels, type EnsemblePanels } from '../panels/ensemblePanels.js';
import type { Evaluator, RunControl, Stores } from '../services.js';
import type { TrainingDefaults } from '../train/recipeText.js';
import { commandsAbout } from '../views/chosen.js';
import { ensembleEntry, type ListedEnsemble } from '../views/ensembleEntries.js';
import { registerEnsemblesTree, type EnsemblesTree } from '../views/ensemblesTree.js';
import { commandsAboutPrompts, isWhole, wholePrompts } from '../views/wholePrompts.js';

export interface EnsembleServices {
  readonly stores: Stores;
  readonly runControl: RunControl;
  readonly evaluator: () => Promise<Evaluator>;
  readonly extensionUri: vscode.Uri;
  /** What the user set, and nothing else. */
  readonly trainingDefaults: () => TrainingDefaults;
}

export interface EnsembleActionDependencies extends EnsembleServices {
  readonly tree: EnsemblesTree;
  readonly panels: EnsemblePanels;
}

export type WholeEnsemble = Extract<ListedEnsemble, { readonly value: unknown }>;

/** The view Ensembles, its panels and all that can be done with them. What they do is loaded when it is first asked for. */
export function registerEnsembles(services: EnsembleServices): vscode.Disposable {
  const { stores } = services;
  const tree = registerEnsemblesTree(stores);
  const panels = registerEnsemblePanels(services);
  const dependencies = { ...services, tree, panels };
  const load = () => import('./ensembleActions.js');

  const about = commandsAbout<ListedEnsemble>(stores, {
    selected: tree.selected,
    itemOf: ensembleItem,
    none: vscode.l10n.t('There is no ensemble for this yet.'),
  });
  const aboutPrompts = commandsAboutPrompts(stores);
  const every = (): readonly ListedEnsemble[] => stores.ensembles;
  const whole = (): WholeEnsemble[] => stores.ensembles.filter(isWhole);

  return vscode.Disposable.from(
    tree,
    panels,
    about('softprompt.runEnsemble', vscode.l10n.t('Run Ensemble'), whole, async (ensemble) =>
      inTrust(async () => (await load()).runEnsemble(ensemble, dependencies)),
    ),
    about('softprompt.openEnsemble', vscode.l10n.t('Open Ensemble'), whole, async ({ folder }) => panels.open(folder)),
    about('softprompt.editEnsemble', vscode.l10n.t('Choose Members'), whole, async (ensemble) =>
      (await load()).editEnsemble(ensemble, dependencies),
    ),
    about('softprompt.renameEnsemble', vscode.l10n.t('Rename Ensemble'), whole, async (ensemble) =>
      (await load()).renameEnsemble(ensemble, dependencies),
    ),
    about('softprompt.deleteEnsemble', vscode.l10n.t('Delete Ensemble'), every, async (ensemble) =>
      (await load()).deleteEnsemble(ensemble, dependencies),
    ),
    vscode.commands.registerCommand('softprompt.newEnsemble', () =>
      attempt(async () => (await load()).newEnsemble(dependencies)),
    ),
    aboutPrompts(
      'softprompt.addToEnsemble',
      vscode.l10n.t('Add to an Ensemble'),
      () => wholePrompts(stores),
      async (prompt) => (await load()).addToEnsemble(prompt, dependencies),
    ),
    vscode.commands.registerCommand('softprompt.trainSeeds', (from: unknown) =>
      inTrust(() => attempt(async () => (await import('./trainSeeds.js')).trainSeeds(from, dependencies))),
    ),
  );
}

function ensembleItem(listed: ListedEnsemble): vscode.QuickPickItem {
  if (!isWhole(listed)) return { label: basename(listed.folder), description: vscode.l10n.t('damaged') };
  const { label, description } = ensembleEntry(listed.value, [], listed.folder, vscode.env.language);
  return { label, description };
}
