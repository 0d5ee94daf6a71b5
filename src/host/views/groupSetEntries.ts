import * as l10n from '@vscode/l10n';
import { duration, methodName, metricText, wholeNumber } from '../../protocol/numbers.js';
import type { GroupEntry, GroupSet } from '../../store/groupSet.js';
import type { Stores } from '../services.js';
import { shortModelName, timeText, type Entry } from './entry.js';
import { promptScores, scoreText, scoreWords } from './score.js';

export type ListedGroupSet = Stores['groupSets'][number];

/** The prompts of groups, as one row: how many they are, and how their rows score. */
export function groupSetEntry(
  { name, column, config, details, groups }: GroupSet,
  folder: string,
  language: string,
): Entry {
  const [best] = promptScores(details);
  const count = wholeNumber(groups.length);
  const tokens = config.num_virtual_tokens;
  const method = methodName(config.peft_type);
  const { model, training, created } = details;
  return {
    label: name,
    description: [...(best ? [scoreText(best)] : []), `${count} × ${column}`, shortModelName(model.name)].join(' · '),
    spoken: [
      name,
      ...(best ? [scoreWords(best)] : []),
      l10n.t('one prompt for each {column}: {count}', { column, count }),
      l10n.t('base model {model}', { model: shortModelName(model.name) }),
    ].join(', '),
    card: {
      title: name,
      sentences: [
        l10n.t('one prompt for each {column}: {count}', { column, count }),
        ...promptScores(details).map(scoreWords),
      ],
      facts: [
        [l10n.t('Method'), l10n.t('{method}, {tokens} virtual tokens', { method, tokens })],
        [l10n.t('Base model'), model.name],
        [l10n.t('Made'), `${timeText(created, language)} (${duration(training.seconds)})`],
        [l10n.t('Folder'), folder],
      ],
    },
    contextValue: 'prompt groupSet',
  };
}

/** One group's prompt. */
export function groupRowEntry({ group, rows, steps, bestStep, score }: GroupEntry, column: string): Entry {
  const value = score ? [metricText(score.metric, score.value)] : [];
  const trained = l10n.t('{rows} training rows', { rows: wholeNumber(rows.train) });
  return {
    label: group,
    description: [...value, trained].join(' · '),
    spoken: [`${column} ${group}`, ...value, trained].join(', '),
    card: {
      title: `${column} ${group}`,
      facts: [
        [l10n.t('Training rows'), wholeNumber(rows.train)],
        [l10n.t('Dev rows'), wholeNumber(rows.dev)],
        ...(value.length > 0 ? [[l10n.t('Score on dev'), value.join('')] as const] : []),
        [
          l10n.t('Steps'),
          l10n.t('{steps}, the best {best}', { steps: wholeNumber(steps), best: wholeNumber(bestStep) }),
        ],
      ],
    },
    contextValue: 'group',
  };
}
