import { defined } from '../../common/assert.js';
import type { Parameters } from '../../methods/initialisation.js';
import type { GroupPlace } from '../../protocol/events.js';
import type { OwnedRun } from '../ownedRun.js';
import type { PreparedData } from '../prepareData.js';
import { groupKeys } from './groupKey.js';

/** A run that trains a prompt for each group. */
export interface GroupsRun extends OwnedRun {
  /** What every group's training begins with. */
  readonly parameters: Parameters;
}

/** A group whose prompt is wanted. */
export interface PlannedGroup extends GroupPlace {
  readonly key: string;
  readonly data: PreparedData;
}

/** The groups of a run in the order of their names, which is the order in which they are trained. */
export function planGroups({ context, parameters }: GroupsRun): PlannedGroup[] {
  const { groups } = defined(context.data.grouped, 'groups');
  const keyOf = groupKeys(context, parameters);
  return [...groups].map(([group, data], i) => ({ group, number: i + 1, of: groups.size, data, key: keyOf(data) }));
}
