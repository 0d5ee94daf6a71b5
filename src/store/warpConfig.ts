import { join } from 'node:path';
import * as z from 'zod';
import { formatJson, readJson, type Damage } from './readJson.js';

/**
 * What we save of WARP beside `adapter_model.safetensors`, in a file of our own, since PEFT has no such method and must not take it for another:
 *
 * - `base_model_name_or_path`: the masked model, as PEFT's configs name theirs
 * - `num_virtual_tokens`, `token_dim`: the shape of the tensor `prompt_embeddings`, which enters the model's input
 * - `num_classes`: how many rows the tensor `class_embeddings` [num_classes, token_dim] has, in the order of the labels
 */
export const warpConfigFile = 'warp_config.json';

const size = z.int().min(1);
const schema = z.strictObject({
  base_model_name_or_path: z.string().nullable().default(null),
  num_classes: size,
  num_virtual_tokens: size,
  token_dim: size,
});

/** Told apart from PEFT's in memory alone. */
export interface WarpConfig extends z.infer<typeof schema> {
  readonly peft_type: 'WARP';
}

/** Throws what `damaged` makes of a damaged file, or `store.unreadable`. */
export async function readWarpConfig(folder: string, damaged: Damage): Promise<WarpConfig> {
  return { ...(await readJson(join(folder, warpConfigFile), schema, damaged)), peft_type: 'WARP' };
}

export function formatWarpConfig({
  base_model_name_or_path,
  num_classes,
  num_virtual_tokens,
  token_dim,
}: WarpConfig): string {
  return formatJson({ base_model_name_or_path, num_classes, num_virtual_tokens, token_dim });
}
