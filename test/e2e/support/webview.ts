import axe from 'axe-core';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The document of the extension's visible webview. The first one after activation takes seconds: wait for something in it. */
export const webview = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');

/** The training panel, which is the one webview among the editors. */
export const trainingPanel = webview;

const cspMessages = new WeakMap<Page, string[]>();

/** From now on, for `expectNoCspMessages`. */
export function collectCspMessages(page: Page): void {
  const messages: string[] = [];
  cspMessages.set(page, messages);
  page.on('console', (message) => {
    const text = message.text();
    if (/content.security.policy/i.test(text)) messages.push(text);
  });
}

/** A webview that breaks its own Content-Security-Policy says so in the console, and somewhere does not do what it should. */
export function expectNoCspMessages(page: Page): void {
  expect(cspMessages.get(page)).toEqual([]);
}

/** What axe-core finds wrong in a webview and calls serious or critical: one line for each rule broken, with the elements. */
export async function axeViolations(view: FrameLocator): Promise<string[]> {
  const frame = await (await view.owner().elementHandle())?.contentFrame();
  if (!frame) throw new Error('The webview is gone.');
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate<axe.AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** The step that the training panel stands at. */
export async function stepOf(panel: FrameLocator): Promise<number> {
  const text = await panel.getByText(/^step [\d,]+ \/ [\d,]+$/).innerText();
  return Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', ''));
}

/** The chart of the loss, once it shows so many steps. */
export const lossChart = (panel: FrameLocator, steps: number): Locator =>
  panel.getByRole('application', { name: `Training loss over ${steps.toLocaleString('en')} steps` });
