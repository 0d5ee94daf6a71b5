import { defined } from '../common/assert.js';
import type { Calibration, Comparison, Interval } from '../protocol/evaluation.js';
import { candidateProbabilities, predicted, type Scored } from './metrics.js';
import { countedShare, countedSums, type CountedScore } from './statistics/countedScore.js';
import { mcNemar } from './statistics/mcNemar.js';
import {
  bootstrapInterval,
  paired,
  pairedInterval,
  randomisationTest,
  usualResampling,
  type Resampling,
} from './statistics/resampling.js';
import { calibrationOf } from './statistics/uncertainty.js';

/** How sure the main metric is, and how sure the model is beside how often it is right. */
export interface Certainty {
  readonly interval?: Interval;
  readonly calibration?: Calibration;
}

/** The interval of the accuracy, with calibration, of rows with labels; of the perplexity for free text. */
export function certaintyOf(
  scored: readonly Scored[],
  labelled: boolean,
  resampling: Resampling = usualResampling,
): Certainty {
  const interval = bootstrapInterval(counted(scored, labelled), resampling);
  return {
    ...(interval && { interval }),
    ...(labelled && { calibration: calibrationOf(scored.map(confidence), scored.map(isRight)) }),
  };
}

/** Two prompts on the same rows in the same order, by accuracy where there are labels, else by perplexity. */
export function compareScored(
  a: readonly Scored[],
  b: readonly Scored[],
  labelled: boolean,
  resampling: Resampling = usualResampling,
): Comparison {
  const pair = paired(counted([...a, ...b], labelled));
  const once = (groupOf: ArrayLike<number>): number => {
    const times = new Float64Array(pair.groups);
    for (let row = 0; row < groupOf.length; row++) {
      const group = groupOf[row] as number;
      times[group] = (times[group] as number) + 1;
    }
    return pair.score(times);
  };
  const difference = once(pair.a) - once(pair.b);
  const interval = pairedInterval(pair, resampling) ?? { low: difference, high: difference };
  if (!labelled) {
    const pValue = randomisationTest(pair, resampling);
    return { metric: 'perplexity', difference, interval, pValue, test: 'randomisation' };
  }
  const only = (these: readonly Scored[], those: readonly Scored[]): number =>
    these.filter((row, i) => isRight(row) && !isRight(defined(those[i], 'a row'))).length;
  return { metric: 'accuracy', difference, interval, pValue: mcNemar(only(a, b), only(b, a)), test: 'mcNemar' };
}

function counted(scored: readonly Scored[], labelled: boolean): CountedScore {
  if (labelled) return countedShare(scored.map(isRight));
  return countedSums(
    scored.map(({ scores, expected, targetTokens }) => [-defined(scores[expected], 'a score'), targetTokens]),
    ([loss = 0, tokens = 0]) => Math.exp(loss / tokens),
  );
}

const isRight = ({ scores, expected }: Scored): boolean => predicted(scores) === expected;

const confidence = ({ scores }: Scored): number => Math.max(...candidateProbabilities(scores));
