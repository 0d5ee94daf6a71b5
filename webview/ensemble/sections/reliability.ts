import * as l10n from '@vscode/l10n';
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Calibration, ReliabilityBin } from '../../../src/protocol/evaluation.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import { shareScore } from '../../../src/protocol/voteWords.js';

/** Of the drawing, in its own units. */
const size = { width: 260, height: 190, left: 34, right: 10, top: 8, bottom: 40 };
const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };
const x = (share: number): number => size.left + share * plot.width;
const y = (share: number): number => size.top + (1 - share) * plot.height;

/** How often it is right where it is so sure (Guo et al. 2017): on the diagonal it says what it knows. The same as a table. */
export function reliability({ error, bins }: Calibration): TemplateResult {
  return html`<section class="card reliability">
    <h2>
      ${l10n.t('Reliability')}
      <span class="facts">${l10n.t('expected calibration error {error}', { error: error.toFixed(3) })}</span>
    </h2>
    <svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label=${summary(error, bins)}>
      ${grid()} ${bins.map((bin) => column(bin))} ${axes()}
    </svg>
    <details>
      <summary>${l10n.t('As a table')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">${l10n.t('Confidence')}</th>
            <th scope="col" class="number">${l10n.t('Mean')}</th>
            <th scope="col" class="number">${l10n.t('Accuracy')}</th>
            <th scope="col" class="number">${l10n.t('Rows')}</th>
          </tr>
        </thead>
        <tbody>
          ${bins.map(
            ({ low, high, confidence, accuracy, n }) =>
              html`<tr>
                <th scope="row">${low.toFixed(1)}–${high.toFixed(1)}</th>
                <td class="number">${shareScore(confidence)}</td>
                <td class="number">${shareScore(accuracy)}</td>
                <td class="number">${wholeNumber(n)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  </section>`;
}

function grid(): SVGTemplateResult {
  return svg`${[0, 0.5, 1].map(
    (share) => svg`<line class="grid" x1=${x(0)} x2=${x(1)} y1=${y(share)} y2=${y(share)}></line>
      <text class="tick" x=${size.left - 5} y=${y(share) + 3.5} text-anchor="end">${100 * share}</text>
      <text class="tick" x=${x(share)} y=${y(0) + 14} text-anchor="middle">${100 * share}</text>`,
  )}
  <line class="diagonal" x1=${x(0)} y1=${y(0)} x2=${x(1)} y2=${y(1)}></line>`;
}

/** The bin's accuracy as a column, with a mark at its mean confidence and its number of rows. */
function column({ low, high, n, confidence, accuracy }: ReliabilityBin): SVGTemplateResult {
  const middle = (x(low) + x(high)) / 2;
  const isInside = accuracy > 0.85;
  return svg`<rect class="accuracy" x=${x(low) + 1} width=${x(high) - x(low) - 2} y=${y(accuracy)} height=${y(0) - y(accuracy)}></rect>
    <circle class="confidence" cx=${x(confidence)} cy=${y(accuracy)} r="3"></circle>
    <text class="count" x=${middle} y=${isInside ? y(accuracy) + 14 : y(accuracy) - 6} text-anchor="middle">${n}</text>`;
}

function axes(): SVGTemplateResult {
  const words = {
    confidence: l10n.t('confidence in %'),
    accuracy: l10n.t('right in %'),
  };
  return svg`<text class="axis" x=${x(0.5)} y=${size.height - 8} text-anchor="middle">${words.confidence}</text>
    <text class="axis" transform="translate(9 ${y(0.5)}) rotate(-90)" text-anchor="middle">${words.accuracy}</text>`;
}

function summary(error: number, bins: readonly ReliabilityBin[]): string {
  const parts = bins.map(({ confidence, accuracy, n }) =>
    l10n.t('confidence {confidence}: right {accuracy}, rows {n}', {
      confidence: shareScore(confidence),
      accuracy: shareScore(accuracy),
      n: wholeNumber(n),
    }),
  );
  return `${l10n.t('Reliability diagram, expected calibration error {error}', { error: error.toFixed(3) })}: ${parts.join('; ')}`;
}
