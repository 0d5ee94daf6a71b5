import * as l10n from '@vscode/l10n';
import { nearestName } from '../../common/nearestName.js';
import { parseTemplate } from '../../data/template.js';
import { errorWords } from '../errorWords.js';

/** What is wrong with a template for rows of these columns. */
export function templateProblem(template: string, columns: readonly string[]): string | undefined {
  try {
    const unknown = parseTemplate(template).columns.find((column) => !columns.includes(column));
    if (unknown === undefined) return undefined;
    const nearest = nearestName(unknown, columns);
    return nearest === undefined
      ? l10n.t('There is no column "{column}".', { column: unknown })
      : l10n.t('There is no column "{column}"; did you mean "{nearest}"?', { column: unknown, nearest });
  } catch (error) {
    const { message, advice } = errorWords(error);
    return `${message} ${advice}`;
  }
}
