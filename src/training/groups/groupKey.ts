import { createHash } from 'node:crypto';
import { productVersion } from '../../common/version.js';
import { runtimeVersions } from '../../runtime/engine.js';
import type { Parameters } from '../../methods/initialisation.js';
import type { Example } from '../../protocol/dataset.js';
import type { PreparedData } from '../prepareData.js';
import type { RunContext } from '../runContext.js';

/** What a group's prompt follows from, whoever it is of: equal keys, equal vectors. Files and lines are no part of it. */
export function groupKeys(
  { recipe, base, tokenize, engine }: RunContext,
  first: Parameters,
): (data: Pick<PreparedData, 'task' | 'splits'>) => string {
  const { targetPrefix, bos, eos, maxLength } = tokenize;
  const common = sha256([
    JSON.stringify([
      base.checksum,
      recipe.method,
      recipe.training,
      recipe.evaluation?.ranking,
      [targetPrefix, bos, eos, maxLength],
      [recipe.engine, engine.device, engine.threads],
      [productVersion, runtimeVersions()],
    ]),
    ...[...first].flatMap(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      new Uint8Array(buffer, byteOffset, byteLength),
    ]),
  ]);
  return ({ task, splits }) =>
    sha256([common, JSON.stringify([task, splits.train.map(contentOf), splits.dev.map(contentOf)])]);
}

const contentOf = ({ input, slots, target, label, references }: Example): unknown[] => [
  input,
  slots ?? null,
  target,
  label ?? null,
  references ?? null,
];

function sha256(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
