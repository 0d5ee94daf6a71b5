import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Of the newest run alone; git ignores it. */
export const screenshots = join('test', 'e2e', 'screenshots');

export const screenshotPath = (name: string): string =>
  join(screenshots, `${name.replace(/[^\p{L}\p{N}().-]+/gu, '-')}.png`);

/** For people to look at, and for the documentation. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: screenshotPath(name) });
}
