import type { MethodConfig } from './recipe.js';

/**
 * The least `encoder_hidden_size` with which a method's network can give P vectors of one's choice at step 0: its last layer is solved
 * for them, and the one bias that all virtual tokens share cannot carry P different rows. Undefined where there is no network, or it
 * gives what it likes.
 */
export function leastEncoderSize(method: MethodConfig): number | undefined {
  if (!trainsNetwork(method)) return undefined;
  const { prompt_tuning_init: initialisation, num_virtual_tokens: count } = method;
  return initialisation !== 'random' && initialisation !== 'RANDOM' ? count : undefined;
}

/** Whether a network makes the virtual tokens while they are trained. */
function trainsNetwork(method: MethodConfig): method is Extract<MethodConfig, { encoder_hidden_size: number }> {
  return method.peft_type === 'P_TUNING' || (method.peft_type === 'PREFIX_TUNING' && method.prefix_projection);
}

/** A method's network by its kind and width; undefined where none is trained. */
export function encoderOf(
  method: MethodConfig,
): { readonly kind: 'projection' | 'MLP' | 'LSTM'; readonly size: number } | undefined {
  if (!trainsNetwork(method)) return undefined;
  const kind = method.peft_type === 'P_TUNING' ? method.encoder_reparameterization_type : 'projection';
  return { kind, size: method.encoder_hidden_size };
}
