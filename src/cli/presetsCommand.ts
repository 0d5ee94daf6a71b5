import { presets } from '../data/presets/presets.js';
import { metricName } from '../protocol/numbers.js';
import { presetIds, presetMetrics } from '../protocol/presets.js';
import { exitCodes, type ExitCode } from './failure.js';
import { screenOf, styled } from './terminal.js';
import type { CommonOptions, World } from './world.js';

/** Lists the data sets that a recipe can name. */
export function runPresets(options: CommonOptions, { out }: World): ExitCode {
  for (const id of presetIds) {
    const { title, task, template, target, labels } = presets[id];
    const metrics = presetMetrics[id];
    if (options.json) {
      out.write(`${JSON.stringify({ type: 'preset', id, title, task, template, target, labels, metrics })}\n`);
      continue;
    }
    out.write(`${styled(screenOf(out), 'bold', id)}  ${title}: ${metrics.map(metricName).join(', ')}\n`);
    if (template !== undefined) out.write(`  ${template} → ${labels ? words(labels) : String(target)}\n`);
  }
  return exitCodes.ok;
}

/** A few labels; the scores of STS-B are many. */
function words(labels: Readonly<Record<string, string>>): string {
  const all = Object.values(labels);
  return all.length <= 6 ? all.join(' | ') : `${all.slice(0, 3).join(' | ')} | … | ${String(all.at(-1))}`;
}
