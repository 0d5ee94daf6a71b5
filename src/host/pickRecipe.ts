import * as vscode from 'vscode';

interface RecipeItem extends vscode.QuickPickItem {
  /** Undefined: browse for one. */
  readonly recipe?: vscode.Uri;
}

/** More recipes than this and the list helps nobody. */
const mostRecipes = 500;

/** Asks which recipe to train: those of the workspace, the sample that comes with the extension, or one from the disk. */
export async function pickRecipe(extension: vscode.Uri): Promise<vscode.Uri | undefined> {
  const items = recipesOfWorkspace().then((recipes): RecipeItem[] => [
    ...recipes.map(recipeItem),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: vscode.l10n.t('$(beaker) The sample'),
      description: vscode.l10n.t('support tickets in four queues, about a minute'),
      recipe: vscode.Uri.joinPath(extension, 'media', 'sample', 'tickets.softprompt.json'),
    },
    { label: vscode.l10n.t('$(folder-opened) Browse…') },
  ]);
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Train Prompt'),
    placeHolder: vscode.l10n.t('A recipe (NAME.softprompt.json)'),
    matchOnDescription: true,
  });
  return picked && (picked.recipe ?? browse());
}

/** In an untrusted workspace nothing of it is read or run. */
async function recipesOfWorkspace(): Promise<vscode.Uri[]> {
  if (!vscode.workspace.isTrusted) return [];
  const found = await vscode.workspace.findFiles(
    '**/*.softprompt.json',
    '**/{node_modules,.softprompt}/**',
    mostRecipes,
  );
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

function recipeItem(recipe: vscode.Uri): RecipeItem {
  const path = vscode.workspace.asRelativePath(recipe);
  const name = path.split('/').at(-1) ?? path;
  const folder = path.slice(0, -name.length - 1);
  return { label: name.replace(/\.softprompt\.json$/, ''), description: folder, recipe };
}

async function browse(): Promise<vscode.Uri | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Train Prompt'),
      openLabel: vscode.l10n.t('Train'),
      filters: { [vscode.l10n.t('Recipes')]: ['json', 'jsonc'] },
    })) ?? [];
  return chosen;
}
