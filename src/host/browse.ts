import * as vscode from 'vscode';

/** What a dialog shows: most systems' show files or folders, not both. */
export type Browsed = 'folder' | { readonly files: Record<string, string[]> };

/** Asks for one file or folder; gives back its path, undefined where the dialog was put away. */
export async function browseFor(
  browsed: Browsed,
  title: string,
  labels: { readonly openLabel?: string } = {},
): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      ...labels,
      canSelectFolders: browsed === 'folder',
      canSelectFiles: browsed !== 'folder',
      ...(browsed !== 'folder' && { filters: browsed.files }),
    })) ?? [];
  return chosen?.fsPath;
}
