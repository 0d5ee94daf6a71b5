import { defined } from '../common/assert.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { dequantize, ggmlFormats, isGgmlType, type GgmlType } from './dequantize.js';
import type { GgufFile, GgufTensor } from './gguf.js';
import type { ModelConfig } from './modelConfig.js';
import { expectWeights } from './weightNames.js';
import { checkShape, missingWeight, readPieces, type SourceTensor, type WeightSource } from './weightSource.js';

/** Numbers converted at a time: a whole number of blocks of every type. */
const pieceLength = 1 << 20;

/** llama.cpp's names of the parts of a layer (gguf-py, `tensor_mapping.py`). */
const llamaParts: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const gpt2Parts: Readonly<Record<string, string>> = {
  ln_1: 'attn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  ln_2: 'ffn_norm',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
};
const outsideLayers: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'model.norm': 'output_norm',
  'transformer.ln_f': 'output_norm',
  lm_head: 'output',
};

/**
 * The model's tensors in a GGUF file under Hugging Face's names and in its layout.
 * Throws `model.weightMissing`, `model.weightShape` or `model.weightType`.
 */
export function ggufWeights({ file, tensors: stored }: GgufFile, config: ModelConfig): WeightSource {
  const tensors = new Map<string, SourceTensor>();
  for (const [name, shape] of expectWeights(config)) {
    const ggufName = ggufNameOf(name);
    const tensor = stored.get(ggufName);
    if (!tensor) throw missingWeight(file, ggufName, shape);
    const { type } = tensor;
    if (!isGgmlType(type)) {
      const supported = Object.keys(ggmlFormats).join(', ');
      throw new SoftpromptError('model.weightType', { file, tensor: ggufName, found: type, supported });
    }
    const rearrange = rearrangementOf(name, config);
    checkShape(file, ggufName, tensor.shape, rearrange?.stored(shape) ?? shape);
    tensors.set(name, {
      shape,
      floats: rearrange ? () => rearrangedFloats(file, tensor, type, rearrange) : () => readFloats(file, tensor, type),
    });
  }
  return { files: [file], tensors };
}

function ggufNameOf(name: string): string {
  const layer = /^(?:model\.layers|transformer\.h)\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
  if (layer) {
    const [, index, part = '', kind] = layer;
    return `blk.${index}.${defined(llamaParts[part] ?? gpt2Parts[part], `GGUF's name for ${part}`)}.${kind}`;
  }
  const end = name.lastIndexOf('.');
  return `${defined(outsideLayers[name.slice(0, end)], `GGUF's name for ${name}`)}${name.slice(end)}`;
}

/** How llama.cpp's converter changed a tensor, and the way back. */
interface Rearrangement {
  /** The shape in the GGUF file of a tensor whose shape here is this. */
  readonly stored: (shape: readonly number[]) => readonly number[];
  readonly undo: (stored: Float32Array, storedShape: readonly number[]) => Float32Array;
}

function rearrangementOf(name: string, config: ModelConfig): Rearrangement | undefined {
  if (config.architecture === 'gpt2') return /\.c_(attn|proj|fc)\.weight$/.test(name) ? transposed : undefined;
  // Qwen2's rotary halves lie as Hugging Face has them, so llama.cpp leaves them.
  if (config.modelType === 'qwen2' || !/\.[qk]_proj\.(weight|bias)$/.test(name)) return undefined;
  return interleaved(config.headDim);
}

/** GPT-2's Conv1D [in, out] is stored as a linear layer [out, in]. */
const transposed: Rearrangement = {
  stored: (shape) => shape.toReversed(),
  undo: (stored, [rows = 0, columns = 0]) => {
    const result = new Float32Array(stored.length);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) result[c * rows + r] = stored[r * columns + c] as number;
    }
    return result;
  },
};

/**
 * Rotary embedding turns rows i and i + size/2 of a head together; llama.cpp lays such pairs side by side
 * (`LlamaModel.permute`: [heads, 2, size/2] → [heads, size/2, 2]).
 */
function interleaved(headDim: number): Rearrangement {
  return {
    stored: (shape) => shape,
    undo: (stored, [rows = 0]) => {
      const width = stored.length / rows;
      const result = new Float32Array(stored.length);
      for (let to = 0; to < rows; to++) {
        const within = to % headDim;
        const half = headDim / 2;
        const from = to - within + (within < half ? 2 * within : 2 * (within - half) + 1);
        result.set(stored.subarray(from * width, (from + 1) * width), to * width);
      }
      return result;
    },
  };
}

async function* readFloats(file: string, tensor: GgufTensor, type: GgmlType): AsyncGenerator<Float32Array> {
  const { blockSize, blockBytes } = ggmlFormats[type];
  const pieceBytes = (pieceLength / blockSize) * blockBytes;
  for await (const piece of readPieces(file, tensor.offset, tensor.byteLength, pieceBytes))
    yield dequantize(type, piece);
}

async function* rearrangedFloats(
  file: string,
  tensor: GgufTensor,
  type: GgmlType,
  { undo }: Rearrangement,
): AsyncGenerator<Float32Array> {
  for await (const bytes of readPieces(file, tensor.offset, tensor.byteLength, tensor.byteLength)) {
    yield undo(dequantize(type, bytes), tensor.shape);
  }
}
