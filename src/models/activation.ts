import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';

/** Activations by the names of Hugging Face's configs. */
export type Activation = 'silu' | 'gelu' | 'gelu_new' | 'relu';

const functions: { readonly [A in Activation]: (build: Builder, x: Value) => Value } = {
  silu: (build, x) => build.silu(x),
  gelu: (build, x) => build.gelu(x, 'none'),
  gelu_new: (build, x) => build.gelu(x, 'tanh'),
  relu: (build, x) => build.relu(x),
};

export const activation = (build: Builder, name: Activation, x: Value): Value => functions[name](build, x);
