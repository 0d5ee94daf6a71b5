import { SoftpromptError } from '../errors/softpromptError.js';
import type { PromptSummary } from './promptFolder.js';

type Member = Pick<PromptSummary, 'name' | 'config' | 'details'>;
type Task = NonNullable<Member['details']>['task'];

/** What a row becomes, which must be the same for all: its tokens are made once. */
const shared = [
  'task',
  'template',
  'target',
  'labels',
  'targetPrefix',
  'addBos',
  'addEos',
  'sentinel',
] as const satisfies (keyof Task)[];

/**
 * Refuses prompts that cannot answer together: those of several base models, by the weights' checksum, or of several tasks. A plain PEFT
 * adapter says neither; it goes with others on the model that it names. Throws `store.fewMembers`, `store.memberText`, `store.memberModel`
 * or `store.memberTask`, which name two that differ and how.
 */
export function refuseStrangers(members: readonly Member[]): void {
  const [first] = members;
  if (first === undefined || members.length < 2)
    throw new SoftpromptError('store.fewMembers', { count: members.length });
  for (const member of members) {
    if (member.details?.task.task === 'generation')
      throw new SoftpromptError('store.memberText', { prompt: member.name });
  }
  for (const other of members.slice(1)) {
    if (modelKey(first) !== modelKey(other)) {
      throw new SoftpromptError('store.memberModel', {
        prompt: first.name,
        model: modelWords(first),
        other: other.name,
        otherModel: modelWords(other),
      });
    }
    refuseOtherTask(first, other);
  }
}

/** Prompts that could answer together have the same key. Undefined where a prompt can be in no ensemble. */
export function ensembleKey(prompt: Member): string | undefined {
  const { details } = prompt;
  if (details?.task.task === 'generation') return undefined;
  return [modelKey(prompt), readsBy(prompt), ...shared.map((field) => displayed(details?.task[field]))].join('\n');
}

function refuseOtherTask(first: Member, other: Member): void {
  const field = shared.find((name) => displayed(first.details?.task[name]) !== displayed(other.details?.task[name]));
  if (field === undefined && readsBy(first) === readsBy(other)) return;
  if (field === undefined)
    throw new SoftpromptError('store.memberTask', {
      prompt: first.name,
      other: other.name,
      field: 'peft_type',
      expected: readsBy(first),
      found: readsBy(other),
    });
  throw new SoftpromptError('store.memberTask', {
    prompt: first.name,
    other: other.name,
    field,
    expected: displayed(first.details?.task[field]),
    found: displayed(other.details?.task[field]),
  });
}

/** What labels are ranked by: words, or vectors of their own in an order of their own. */
const readsBy = ({ config, details }: Member): string =>
  config.peft_type === 'WARP' ? `WARP ${Object.keys(details?.task.labels ?? {}).join(', ')}` : 'words';

const modelKey = ({ details, config }: Member): string =>
  details?.model.checksum ?? config.base_model_name_or_path ?? '';

/** Two models of one name differ in their weights. */
function modelWords({ details, config }: Member): string {
  if (!details) return config.base_model_name_or_path ?? '?';
  return `${details.model.name} (${details.model.checksum.slice(0, 12)}…)`;
}

/** Labels in any order are the same. */
function displayed(value: Task[(typeof shared)[number]]): string {
  if (value === undefined) return '–';
  if (typeof value !== 'object') return JSON.stringify(value);
  return JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
}
