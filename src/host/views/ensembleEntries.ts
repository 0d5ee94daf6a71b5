import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import { intervalText, shareScore, signedPoints, voteName } from '../../protocol/voteWords.js';
import { wholeNumber } from '../../protocol/numbers.js';
import { isLive, stateName } from '../../protocol/runState.js';
import type { Ensemble, EnsembleMember, EnsembleResults } from '../../store/ensembleFolder.js';
import type { FollowedRun, Stores } from '../services.js';
import { timeText, type Entry } from './entry.js';
import { runProgress } from './runEntries.js';

export type ListedEnsemble = Stores['ensembles'][number];

/** How a member stands: to come while a run makes it, gone where nothing does. */
export type MemberState =
  { readonly kind: 'there' } | { readonly kind: 'gone' } | { readonly kind: 'coming'; readonly run: FollowedRun };

/** `runs`: those of the member's store, the newest first. */
export function memberState({ name, isThere }: EnsembleMember, runs: readonly FollowedRun[]): MemberState {
  if (isThere) return { kind: 'there' };
  const run = runs.find(({ status, state }) => status.name === name && isLive(state));
  return run ? { kind: 'coming', run } : { kind: 'gone' };
}

export const damagedEnsemble = 'ensemble damaged';

/** `canRun` is said where all members are there, `results` where there is something to open. */
export function ensembleEntry(
  ensemble: Ensemble,
  runs: readonly FollowedRun[],
  folder: string,
  language: string,
): Entry {
  const { name, members, results, vote, created } = ensemble;
  const states = members.map((member) => memberState(member, runs));
  const there = states.filter(({ kind }) => kind === 'there').length;
  const coming = states.filter(({ kind }) => kind === 'coming').length;
  const gone = members.length - there - coming;
  const size = l10n.t('{count} members', { count: members.length });
  const whole = there === members.length;
  const standing = [
    ...(coming > 0 ? [l10n.t('{count} of {all} trained', { count: there, all: members.length })] : []),
    ...(gone > 0 ? [l10n.t('{count} of {all} members gone', { count: gone, all: members.length })] : []),
  ];
  const score = results && results.votes[vote];
  const description = [
    ...(score ? [shareScore(score.value), l10n.t('{gain} over mean', { gain: signedPoints(score.gain) })] : []),
    ...(standing.length > 0 ? standing : [size]),
  ].join(' · ');
  return {
    label: name,
    description,
    spoken: [name, ...(results ? [scoreWords(results, vote)] : []), size, ...standing].join(', '),
    card: {
      title: name,
      ...(results && { sentences: [scoreWords(results, vote)] }),
      facts: [
        [l10n.t('Members'), members.map((member) => member.name).join(', ')],
        [l10n.t('Vote'), voteName(vote)],
        ...(results ? resultFacts(results, language) : []),
        [l10n.t('Made'), timeText(created, language)],
        [l10n.t('Folder'), folder],
      ],
    },
    contextValue: [
      'ensemble',
      'whole',
      ...(whole && members.length > 1 ? ['canRun'] : []),
      ...(results ? ['results'] : []),
    ].join(' '),
  };
}

/** 88.4 % accuracy by majority, +1.5 over the members' mean (95 %: +0.6 … +2.4) */
function scoreWords({ votes }: EnsembleResults, vote: Ensemble['vote']): string {
  const { value, gain, gainInterval } = votes[vote];
  return l10n.t('{score} accuracy by {vote}, {gain} over the members’ mean (95 %: {interval})', {
    score: shareScore(value),
    vote: voteName(vote),
    gain: signedPoints(gain),
    interval: intervalText(gainInterval),
  });
}

function resultFacts({ file, rows, date, mean, best }: EnsembleResults, language: string): [string, string][] {
  return [
    [
      l10n.t('On'),
      l10n.t('{file}, {rows} rows, {time}', {
        file: basename(file),
        rows: wholeNumber(rows),
        time: timeText(date, language),
      }),
    ],
    [l10n.t('Mean'), shareScore(mean)],
    [l10n.t('Best'), shareScore(best)],
  ];
}

/** A member's row; `value`: what it scored when the ensemble was run last. */
export function memberEntry(member: EnsembleMember, state: MemberState, value: number | undefined): Entry {
  const { name, folder } = member;
  const description = memberWords(state, value);
  return {
    label: name,
    description,
    spoken: description === '' ? name : `${name}, ${description}`,
    card: {
      title: name,
      ...(state.kind === 'gone' && {
        sentences: [
          l10n.t(
            'There is no prompt of this name any more: it was renamed or deleted, or its training ended without one.',
          ),
        ],
      }),
      facts: [[l10n.t('Folder'), folder]],
    },
    contextValue: `member ${state.kind}`,
  };
}

function memberWords(state: MemberState, value: number | undefined): string {
  switch (state.kind) {
    case 'there':
      return value === undefined ? '' : shareScore(value);
    case 'coming': {
      const { run } = state;
      return run.state === 'queued'
        ? l10n.t('waits for its turn')
        : `${stateName(run.state)} · ${runProgress(run).percent} %`;
    }
    case 'gone':
      return l10n.t('gone');
  }
}
