import { SoftpromptError } from '../errors/softpromptError.js';
import type { GgufFile } from './gguf.js';
import { parseModelConfig, type ModelConfig } from './modelConfig.js';

/** GGUF's architectures that are built. Mistral's files call themselves llama. */
const architectures = ['llama', 'qwen2', 'gpt2'];

/**
 * The model's config from GGUF metadata, put into Hugging Face's words and checked as a `config.json` is.
 * Throws `model.unsupported` and `model.badConfig`, naming the field as Hugging Face does.
 */
export function ggufConfig(gguf: GgufFile): ModelConfig {
  const { file, metadata, tensors } = gguf;
  const architecture = metadata['general.architecture'];
  if (typeof architecture !== 'string' || !architectures.includes(architecture)) {
    throw unsupported(file, 'general.architecture', architecture, architectures.join(', '));
  }
  const field = (name: string): unknown => plain(metadata[`${architecture}.${name}`]);
  const experts = field('expert_count') ?? 0;
  if (experts !== 0) throw unsupported(file, `${architecture}.expert_count`, experts, '0');

  const shared = {
    model_type: architecture,
    vocab_size: tensors.get('token_embd.weight')?.shape[0],
    bos_token_id: plain(metadata['tokenizer.ggml.bos_token_id']),
    eos_token_id: plain(metadata['tokenizer.ggml.eos_token_id']),
    tie_word_embeddings: !tensors.has('output.weight'),
  };
  if (architecture === 'gpt2') {
    return parseModelConfig(
      {
        ...shared,
        n_embd: field('embedding_length'),
        n_layer: field('block_count'),
        n_head: field('attention.head_count'),
        n_positions: field('context_length'),
        n_inner: field('feed_forward_length'),
        layer_norm_epsilon: field('attention.layer_norm_epsilon'),
      },
      file,
    );
  }

  const [hiddenSize, heads] = [Number(field('embedding_length')), Number(field('attention.head_count'))];
  const headDim = field('attention.key_length') ?? hiddenSize / heads;
  const valueDim = field('attention.value_length') ?? headDim;
  if (valueDim !== headDim)
    throw unsupported(file, `${architecture}.attention.value_length`, valueDim, String(headDim));
  const [window, context] = [Number(field('attention.sliding_window') ?? 0), Number(field('context_length'))];
  if (window > 0 && window < context) {
    throw unsupported(file, `${architecture}.attention.sliding_window`, window, `none, or at least ${context}`);
  }
  return parseModelConfig(
    {
      ...shared,
      hidden_size: field('embedding_length'),
      intermediate_size: field('feed_forward_length'),
      num_hidden_layers: field('block_count'),
      num_attention_heads: field('attention.head_count'),
      num_key_value_heads: field('attention.head_count_kv') ?? field('attention.head_count'),
      head_dim: field('attention.key_length'),
      max_position_embeddings: field('context_length'),
      rms_norm_eps: field('attention.layer_norm_rms_epsilon'),
      rope_parameters: {
        rope_theta: field('rope.freq_base'),
        rope_type: ropeType(gguf, field),
        partial_rotary_factor: Number(field('rope.dimension_count') ?? headDim) / Number(headDim),
      },
      attention_bias: tensors.has('blk.0.attn_q.bias'),
      mlp_bias: tensors.has('blk.0.ffn_up.bias'),
    },
    file,
  );
}

function ropeType({ tensors }: GgufFile, field: (name: string) => unknown): unknown {
  // Llama 3.1 bakes its scaling into a tensor of frequency factors and names no type.
  if (tensors.has('rope_freqs.weight')) return 'llama3';
  const type = field('rope.scaling.type') ?? 'none';
  if (type !== 'none') return type;
  const factor = field('rope.scaling.factor') ?? field('rope.scale_linear') ?? 1;
  return factor === 1 || factor === 0 ? 'default' : 'linear';
}

/** 64-bit integers come as bigint. */
function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function unsupported(
  file: string,
  field: string,
  found: unknown,
  supported: string,
): SoftpromptError<'model.unsupported'> {
  return new SoftpromptError('model.unsupported', { file, field, found: String(found ?? 'missing'), supported });
}
