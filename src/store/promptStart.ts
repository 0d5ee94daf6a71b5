import type { PrefixAttention } from '../protocol/prefixAttention.js';
import { isEncoderDecoder } from './adapterConfig.js';
import { hasParts } from './adapterShape.js';
import { loadPrompt, trainingStateFile } from './promptFolder.js';
import { readNpy } from './npy.js';
import type { FloatTensor } from './safetensors.js';
import { kindOf } from './storeLocation.js';

/** What a new run may start from. */
export interface PromptStart {
  /** Vectors at the model's input [P, hidden], or keys and values of every block [P, 2·layers·key/value heads·head size]. */
  readonly kind: 'inputVectors' | 'keysAndValues';
  readonly embeddings: FloatTensor;
  /** Of a prefix that does not stand in the decoder alone. */
  readonly prefixAttention?: readonly PrefixAttention[];
  /** Of an encoder-decoder's prefix that PEFT has too: how many pairs of keys and values there are, as PEFT numbers them, and whether its training shared them. */
  readonly decoderPrefix?: { readonly layers: number; readonly sharesLayers: boolean };
  /** The checkpoint of the run that made it, where that is kept. */
  readonly trainingState?: string;
}

/** Reads a prompt's folder or an `.npy` file. Throws what `loadPrompt` or `readNpy` throws. */
export async function loadStart(path: string): Promise<PromptStart> {
  if ((await kindOf(path)) === 'file' || path.toLowerCase().endsWith('.npy')) {
    return { kind: 'inputVectors', embeddings: await readNpy(path) };
  }
  const { config, embeddings, recipe } = await loadPrompt(path);
  const trainingState = trainingStateFile(path);
  return {
    kind: config.peft_type === 'PREFIX_TUNING' ? 'keysAndValues' : 'inputVectors',
    embeddings,
    ...(hasParts(config) && { prefixAttention: config.prefix_attention }),
    ...(config.peft_type === 'PREFIX_TUNING' &&
      isEncoderDecoder(config) &&
      !hasParts(config) && {
        decoderPrefix: {
          layers: config.num_layers,
          sharesLayers: recipe?.method.peft_type === 'PREFIX_TUNING' && recipe.method.peft_layer_sharing === true,
        },
      }),
    ...((await kindOf(trainingState)) === 'file' && { trainingState }),
  };
}
