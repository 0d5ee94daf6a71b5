import * as l10n from '@vscode/l10n';
import type { ComparedToken, PromptComparison } from '../protocol/interpretation.js';
import { meaningLines, neighbourText } from './nearestTable.js';
import { numbers } from './interpretationReport.js';
import { columnLines, styled, type Screen } from './terminal.js';

/** Two prompts side by side, a pair of virtual tokens a line. */
export function comparisonLines(comparison: PromptComparison, screen: Screen): string[] {
  const { first, second, model, pairs, meanCosine } = comparison;
  const side = ({ position, nearest }: ComparedToken): [string, string] => [
    String(position + 1),
    nearest[0] ? neighbourText(nearest[0]) : '',
  ];
  const [head = '', ...lines] = columnLines([
    ['#', first.name, '#', second.name, l10n.t('cosine')],
    ...pairs.map((pair) => [...side(pair.first), ...side(pair.second), pair.cosine.toFixed(2)]),
  ]);
  const alone = [first, second].flatMap(({ name, alone: tokens }) =>
    tokens.length === 0
      ? []
      : [
          l10n.t('Without a partner, of {name}: {positions}', {
            name,
            positions: numbers(tokens.map(({ position }) => position)),
          }),
        ],
  );
  return [
    styled(
      screen,
      'bold',
      l10n.t('Mean cosine {mean} over {count} pairs, on {model}', {
        mean: meanCosine.toFixed(2),
        count: pairs.length,
        model,
      }),
    ),
    ...meaningLines(first.method, screen),
    '',
    styled(screen, 'dim', head),
    ...lines,
    ...(alone.length === 0 ? [] : ['', ...alone]),
  ];
}
