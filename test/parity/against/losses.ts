import { defined } from '../../../src/common/assert.js';
import { trainableCount } from '../../../src/methods/method.js';
import { relativeError } from '../../support/numbers.js';
import type { JudgedCase } from './judgedCases.js';
import type { JudgedModel } from './judgedModels.js';
import { short, type Verdict } from './verdict.js';
import type { TrainedCase } from './training.js';

const gradientBar = 1e-3;
/** The referee's tolerance for a step: the larger of this part of the loss and three times what PEFT differs from itself. */
const lossBar = 1e-3;

/** Bar 1: losses step by step and the first step's gradients, from the same values, on the same batches. */
export async function judgeLosses(judged: JudgedModel, which: JudgedCase, trained: TrainedCase): Promise<Verdict> {
  const { method, ours, peft } = trained;
  const { init, learningRate } = which.begins[judged.kind];
  const alone = await trained.peftAlone();
  const distances = apart(ours.losses, peft.losses);
  const itself = apart(alone.losses, peft.losses);
  const outside = distances.filter((d, i) => !(d <= Math.max(lossBar, 3 * defined(itself[i], 'a step')))).length;

  const names = [...peft.gradients.keys()];
  const gradientOf = (name: string): Float32Array => defined(ours.gradients.get(name), name);
  const errors = names.map((name) => [name, relativeError(gradientOf(name), peftGradient(trained, name))] as const);
  const [worst, worstError] = errors.reduce((a, b) => (b[1] > a[1] ? b : a));
  const whole = relativeError(
    names.flatMap((name) => [...gradientOf(name)]),
    names.flatMap((name) => [...peftGradient(trained, name)]),
  );
  const same = names.length === method.parameters.length && worstError <= gradientBar && whole <= gradientBar;
  return {
    ok: outside === 0 && ours.losses.length === peft.losses.length && same,
    line:
      `losses of ${judged.name}, ${which.name}, P=${method.virtualTokens} (${trainableCount(method)} trained): AdamW ${learningRate} from ` +
      `${init}, loss ${peft.losses[0]?.toFixed(3)} to ${peft.losses.at(-1)?.toFixed(3)}; ${outside} of ${peft.losses.length} steps ` +
      `outside, largest difference ${short(Math.max(...distances))}, of PEFT from itself ${short(Math.max(...itself))} ` +
      `(bar ${lossBar} or three times that); gradients ${short(whole)}, worst ${worst} ${short(worstError)} (bar ${gradientBar})`,
  };
}

const peftGradient = ({ peft }: TrainedCase, name: string): Float32Array => defined(peft.gradients.get(name), name);

/** |a − b| / b, step by step; not a number where a step is missing. */
const apart = (a: readonly number[], b: readonly number[]): number[] =>
  b.map((loss, i) => Math.abs((a[i] ?? NaN) - loss) / loss);
