import * as l10n from '@vscode/l10n';
import { html, svg, type TemplateResult } from 'lit';
import type { NormDistribution, VirtualToken } from '../../src/protocol/interpretation.js';
import { shortNumber } from '../../src/protocol/numbers.js';

const [width, height] = [300, 46];

/** The vocabulary's norms as bars, with a line where the virtual token's is; both ends of the axis are told. */
export function normChart({ norm }: VirtualToken, { quantiles, counts }: NormDistribution): TemplateResult {
  const [least, most] = [quantiles[0], quantiles[6]];
  const [low, high] = [Math.min(least, norm), Math.max(most, norm)];
  const x = (value: number): number => (high === low ? width / 2 : (width * (value - low)) / (high - low));
  const tallest = counts.reduce((a, b) => Math.max(a, b), 1);
  const part = (x(most) - x(least)) / counts.length;
  return html`<svg
      class="norms"
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
      role="img"
      aria-label=${l10n.t('Norms of the vocabulary, and this one’s')}
    >
      ${counts.map((count, i) => {
        const size = (height * count) / tallest;
        return svg`<rect class="filled" x=${x(least) + i * part} y=${height - size} width=${Math.max(0, part - 0.5)} height=${size}></rect>`;
      })}
      ${svg`<line class="own" x1=${x(norm)} x2=${x(norm)} y1="0" y2=${height}></line>`}
    </svg>
    <p class="axis"><span>${shortNumber(low)}</span><span>${shortNumber(high)}</span></p>`;
}
