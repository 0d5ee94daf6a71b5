import * as l10n from '@vscode/l10n';
import type { Preset } from './preset.js';

/** Any other file: which kind of task it is, the rest inferred from its columns. */
export const plain = {
  classification: {
    get title() {
      return l10n.t('Plain classification');
    },
    task: 'classification',
    layouts: [],
  },
  generation: {
    get title() {
      return l10n.t('Plain generation');
    },
    task: 'generation',
    layouts: [],
  },
} satisfies Record<string, Preset>;
