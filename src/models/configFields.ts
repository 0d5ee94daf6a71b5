import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { Activation } from './activation.js';

/** What the configs of all architectures have, and how their fields are checked. */
export interface CommonConfig {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  readonly activation: Activation;
  readonly tieWordEmbeddings: boolean;
  readonly bosTokenId?: number;
  readonly eosTokenIds: readonly number[];
}

/** Hugging Face's names for the activations that are built (`ACT2FN`). */
const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
};

export const size = z.int().min(1);
export const id = z.int().min(0);
export const epsilon = z.number().positive();

export const commonSchema = z.object({
  vocab_size: size,
  bos_token_id: id.nullish(),
  eos_token_id: z.union([id, z.array(id)]).nullish(),
  quantization_config: z.looseObject({ quant_method: z.string().optional() }).nullish(),
});

export function tokenIds(c: z.infer<typeof commonSchema>): Pick<CommonConfig, 'bosTokenId' | 'eosTokenIds'> {
  return {
    ...(typeof c.bos_token_id === 'number' && { bosTokenId: c.bos_token_id }),
    eosTokenIds: [c.eos_token_id ?? []].flat(),
  };
}

export function activationOf(field: string, name: string, file: string): Activation {
  const known = Object.hasOwn(activations, name) ? activations[name] : undefined;
  return known ?? refuseIn(file)(field, name, Object.keys(activations).join(', '));
}

export function parse<S extends z.ZodType>(schema: S, value: unknown, file: string): z.infer<S> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return bad(
    file,
    issue?.path.join('.') || 'config.json',
    JSON.stringify(issue?.input) ?? 'nothing',
    expectedBy(issue),
  );
}

/** What would have been right, without the sentence that zod makes around it. */
function expectedBy(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return issue.expected;
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue?.message ?? '';
  }
}

type Plain = string | number | boolean;

export function bad(file: string, field: string, found: Plain, expected: string): never {
  throw new SoftpromptError('model.badConfig', { file, field, found: String(found), expected });
}

export const refuseIn =
  (file: string) =>
  (field: string, found: Plain, supported: Plain): never => {
    throw new SoftpromptError('model.unsupported', { file, field, found: String(found), supported: String(supported) });
  };
