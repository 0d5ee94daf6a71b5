import * as l10n from '@vscode/l10n';
import { describeMessage } from '../errors/catalogue.js';
import { approachSection } from './approachSection.js';
import { isRun, type Report, type Unreported } from './content.js';
import { html, type Markup } from './markup.js';
import { overview } from './overview.js';
import { pageStyle } from './pageStyle.js';
import { runSection } from './runSection.js';
import { sweepSection } from './sweepSection.js';
import { timeText } from './timeText.js';
import { transferSection } from './transferSection.js';

/** What a page may do where it is shown; from a disk it has its own style and nothing else. */
export interface PageSetting {
  /** Content-Security-Policy. */
  readonly policy: string;
  readonly nonce?: string;
  readonly script?: string;
}

const fromDisk: PageSetting = { policy: "default-src 'none'; style-src 'unsafe-inline'" };

/** The whole report as one HTML page that needs nothing beside itself. */
export function reportPage(report: Report, { policy, nonce, script }: PageSetting = fromDisk): string {
  const runs = report.entries.filter(isRun);
  const unreported = report.entries.filter((entry) => entry.kind === 'unreported');
  const sweeps = report.entries.filter((entry) => entry.kind === 'sweep');
  const transfers = report.entries.filter((entry) => entry.kind === 'transfer');
  const [only, another] = [...runs, ...[...sweeps, ...transfers].map(({ table }) => table)];
  const title = only && !another ? l10n.t('Report of {name}', { name: only.name }) : l10n.t('Report of runs');
  const page = html`<!DOCTYPE html>
    <html lang="${language()}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style nonce="${nonce ?? ''}">
          ${{ markup: pageStyle }}
        </style>
        ${
          script === undefined
            ? undefined
            : html`<script nonce="${nonce ?? ''}">
                ${{ markup: script }};
              </script>`
        }
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            <p class="facts">
              ${l10n.t('Made {time} by Softprompt {version}', {
                time: timeText(report.created),
                version: report.version,
              })}
            </p>
          </header>
          ${unreported.map(problem)} ${runs.length > 0 ? overview(runs) : undefined} ${approachSection(runs)}
          ${sweeps.map(sweepSection)} ${transfers.map(transferSection)} ${runs.map(runSection)}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function problem({ name, problem: told }: Unreported): Markup {
  const { message, advice } = describeMessage(told);
  return html`<p class="banner error">
    <strong>${l10n.t('{name} is not reported.', { name })}</strong> ${message} ${advice}
  </p>`;
}

/** Of the words, whichever bundle they come from. */
const language = (): string => l10n.t({ message: 'en', comment: ['The code of this language, for HTML: zh-CN'] });
