import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import type { Editor } from './editor.js';

export async function workbenchReady(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
}

/** By the editor's own command, which saves what the window will bring back. */
export async function reload(page: Page): Promise<void> {
  const loaded = page.waitForEvent('domcontentloaded');
  await runCommand(page, 'Developer: Reload Window');
  await loaded;
  await workbenchReady(page);
}

/** What the workbench asks: a list to choose from, or a text. One at a time is visible. */
export const quickInput = (page: Page): Locator => page.locator('.quick-input-widget:visible');
export const quickInputText = (page: Page): Locator => quickInput(page).locator('input[type=text]');
export const quickPickItems = (page: Page): Locator => quickInput(page).getByRole('option');
/** Its name is its label and description, and the names of their icons. */
export const quickPickItem = (page: Page, name: string | RegExp): Locator =>
  quickInput(page).getByRole('option', { name });
/** Presses Enter once it would choose this: what is listed is not yet what is active while a list is filled or filtered. */
export async function enterOn(page: Page, name: string | RegExp): Promise<void> {
  await quickPickItem(page, name).and(page.locator('.focused')).waitFor();
  await quickInputText(page).press('Enter');
}
/** What an input box says of the text in it. */
export const quickInputMessage = (page: Page): Locator => quickInput(page).locator('.quick-input-message');

/** Opens a list or a menu anew until it offers what is wanted: a new window learns what it can offer, and what is open does not notice. */
const openUntil = (page: Page, choose: () => Promise<void>): Promise<void> =>
  vi.waitFor(
    async () => {
      try {
        await choose();
      } catch (error) {
        await page.keyboard.press('Escape');
        throw error;
      }
    },
    { timeout: 30_000, interval: 500 },
  );

/** Types into the quick access and clicks an item. */
const chooseByTyping = (page: Page, text: string, item: Locator): Promise<void> =>
  openUntil(page, async () => {
    await page.keyboard.press('F1');
    // Nobody hears the key while a webview that has the focus is being made.
    await quickInputText(page).fill(text, { timeout: 2000 });
    await item.click({ timeout: 2000 });
  });

/** Runs a command as people do, by its title in the command palette: `Softprompt: Train Prompt`. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await chooseByTyping(page, `>${title}`, quickInput(page).getByText(title, { exact: true }).first());
  // Where the mouse rests, it would show what hovering shows.
  await page.mouse.move(0, 0);
}

/** Answers the editor's own dialog for folders. */
export async function chooseFolder(page: Page, folder: string, button: string): Promise<void> {
  const inside = await readdir(folder, { withFileTypes: true });
  const folders = inside.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  // It fills in where it begins more than once, also over what was typed, and its button means what it lists.
  await vi.waitFor(
    async () => {
      await quickInputText(page).fill(`${folder}/`);
      await vi.waitFor(async () => {
        const listed = await quickPickItems(page).locator('.label-name:visible').allTextContents();
        expect(listed.sort()).toEqual(['..', ...folders].sort());
      });
    },
    { timeout: 30_000 },
  );
  await quickInput(page).getByRole('button', { name: button, exact: true }).click();
}

/** Answers the editor's own dialog for files. */
export async function chooseFile(page: Page, file: string, button: string): Promise<void> {
  const text = quickInputText(page);
  // It fills in where it begins more than once, also over what was typed.
  await vi.waitFor(
    async () => {
      await text.fill(file);
      await quickPickItem(page, basename(file)).waitFor({ timeout: 2000 });
      expect(await text.inputValue()).toBe(file);
    },
    { timeout: 30_000 },
  );
  await quickInput(page).getByRole('button', { name: button, exact: true }).click();
}

/** Opens a file of the workspace by its name, which no other has. */
export async function openFile(page: Page, name: string): Promise<void> {
  await chooseByTyping(page, name, quickPickItem(page, name));
}

/** A command above a line of the editor. */
export const codeLens = (page: Page, name: string): Locator =>
  page.locator('.codelens-decoration a', { hasText: name });

/** What the terminals that can be seen show. */
export const terminalText = (page: Page): Promise<string> =>
  page.locator('.terminal-wrapper .xterm-rows:visible').first().innerText();

/** The names of the extensions that are active, once all that start with a window have. It stays open and follows what happens. */
export async function runningExtensions(page: Page): Promise<Locator> {
  // The list makes only the rows that can be seen.
  await page.setViewportSize({ width: 1280, height: 3000 });
  await runCommand(page, 'Developer: Show Running Extensions');
  const names = page.locator('.runtime-extensions-editor .name');
  // One of the editor's own, which waits for the end of start-up.
  await names.getByText('Merge Conflict').waitFor();
  return names;
}

/** How long the extension took to start, as the editor measures it. */
export async function activationTime(page: Page): Promise<string> {
  await runningExtensions(page);
  const row = page.locator('.runtime-extensions-editor .extension', { hasText: 'Softprompt' });
  return (await row.locator('.activation-time').innerText()).replace(/\s+/g, ' ');
}

/** Opens one of the views' containers in the activity bar. */
export async function openContainer(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name }).first().click();
}

/** A row of any tree. Its accessible name is a string tooltip, where it has one. */
export const treeItem = (page: Page, name: string | RegExp): Locator => page.getByRole('treeitem', { name });

/** Chooses from the context menu of a row. */
export async function chooseFromMenu(page: Page, row: Locator, name: string): Promise<void> {
  const entry = page.getByRole('menuitem', { name, disabled: false });
  // In its first seconds a window may leave out an extension's entry, or show it as disabled.
  await openUntil(page, async () => {
    await row.click({ button: 'right' });
    await entry.hover({ timeout: 2000 });
  });
  // A menu that has just opened does not hear the mouse's button.
  await page.keyboard.press('Enter');
}

/** A row of the view Problems: its words and place. */
export const problem = (page: Page, text: string | RegExp): Locator =>
  page.locator('.markers-panel').getByRole('treeitem').filter({ hasText: text });

export const toasts = (page: Page): Locator => page.locator('.notifications-toasts .notification-list-item');
export const toastButton = (page: Page, name: string): Locator => toasts(page).getByRole('button', { name });

/** A modal question, or the message of a command that failed. */
export const dialog = (page: Page): Locator => page.locator('.monaco-dialog-box');

const colourThemes = {
  light: { name: 'Visual Studio Light', shown: '.vs' },
  dark: { name: 'Visual Studio Dark', shown: '.vs-dark' },
  highContrast: { name: 'Default High Contrast', shown: '.hc-black' },
  highContrastLight: { name: 'Default High Contrast Light', shown: '.hc-light' },
} as const;
export type Theme = keyof typeof colourThemes;
export const themes = Object.keys(colourThemes) as Theme[];

/** By the workspace's settings: the user's are not read again while a window is open. */
export async function setTheme(editor: Editor, page: Page, theme: Theme): Promise<void> {
  await setWorkspaceSettings(editor, { 'workbench.colorTheme': colourThemes[theme].name });
  await page.locator(`.monaco-workbench${colourThemes[theme].shown}`).waitFor();
}

export async function setWorkspaceSettings(editor: Editor, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const file = join(editor.workspace, '.vscode', 'settings.json');
  const known = await readFile(file, 'utf8').catch(() => '{}');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ ...(JSON.parse(known) as object), ...settings }, undefined, 2));
}
