import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../../src/models/modelConfig.js';
import { countParameters, expectWeights } from '../../src/models/weightNames.js';
import { tinyGpt2, tinyLlama } from './tinyModels.js';

const parse = (value: unknown) => parseModelConfig(value, 'config.json');
const mistral = { ...tinyLlama, model_type: 'mistral', sliding_window: null };
const qwen2 = { ...tinyLlama, model_type: 'qwen2', use_sliding_window: false, sliding_window: 8 };

describe('parseModelConfig', () => {
  it('reads a Llama config and fills in what transformers fills in', () => {
    expect(parse({ ...tinyLlama, num_attention_heads: 2, bos_token_id: 1, eos_token_id: [2, 3] })).toEqual({
      architecture: 'llama',
      modelType: 'llama',
      hiddenSize: 4,
      intermediateSize: 6,
      numLayers: 1,
      numHeads: 2,
      numKeyValueHeads: 1,
      headDim: 2,
      vocabularySize: 5,
      maxPositions: 16,
      rmsNormEps: 1e-6,
      ropeTheta: 10000,
      attentionBias: { qkv: false, output: false },
      mlpBias: false,
      activation: 'silu',
      tieWordEmbeddings: true,
      bosTokenId: 1,
      eosTokenIds: [2, 3],
    });
  });

  it('reads a GPT-2 config, whose output is tied unless it says otherwise', () => {
    expect(parse({ ...tinyGpt2, eos_token_id: null, bos_token_id: null })).toEqual({
      architecture: 'gpt2',
      hiddenSize: 2,
      innerSize: 8,
      numLayers: 1,
      numHeads: 1,
      numKeyValueHeads: 1,
      headDim: 2,
      vocabularySize: 5,
      maxPositions: 3,
      layerNormEps: 1e-5,
      activation: 'gelu_new',
      tieWordEmbeddings: true,
      eosTokenIds: [],
    });
    expect(parse({ ...tinyGpt2, n_inner: 3, tie_word_embeddings: false })).toMatchObject({
      innerSize: 3,
      tieWordEmbeddings: false,
    });
  });

  it('reads the rotary base as transformers 4 and 5 write it', () => {
    expect(parse({ ...tinyLlama, rope_theta: 500000, rope_scaling: null })).toMatchObject({ ropeTheta: 500000 });
    const five = { ...tinyLlama, rope_parameters: { rope_theta: 500000, rope_type: 'default' } };
    expect(parse(five)).toMatchObject({ ropeTheta: 500000 });
  });

  it('takes the head size from head_dim where it is given', () => {
    expect(parse({ ...tinyLlama, head_dim: 8 })).toMatchObject({ headDim: 8 });
  });

  it('gives Qwen2 its three biases and Llama all four with attention_bias', () => {
    expect(parse(qwen2)).toMatchObject({ attentionBias: { qkv: true, output: false } });
    expect(parse({ ...tinyLlama, attention_bias: true })).toMatchObject({ attentionBias: { qkv: true, output: true } });
    expect(parse(mistral)).toMatchObject({ attentionBias: { qkv: false, output: false } });
  });

  it('accepts a sliding window that is as long as the context', () => {
    expect(parse({ ...mistral, sliding_window: 16 })).toMatchObject({ modelType: 'mistral' });
    expect(parse({ ...qwen2, use_sliding_window: true, sliding_window: 16 })).toMatchObject({ modelType: 'qwen2' });
  });

  const refused: [field: string, found: string, config: object][] = [
    ['model_type', 'bloom', { ...tinyLlama, model_type: 'bloom' }],
    ['rope_type', 'linear', { ...tinyLlama, rope_scaling: { type: 'linear', factor: 2 } }],
    ['rope_type', 'llama3', { ...tinyLlama, rope_scaling: { rope_type: 'llama3', factor: 8 } }],
    ['rope_type', 'yarn', { ...tinyLlama, rope_parameters: { rope_theta: 1e4, rope_type: 'yarn' } }],
    ['partial_rotary_factor', '0.5', { ...tinyLlama, partial_rotary_factor: 0.5 }],
    ['partial_rotary_factor', '0.5', { ...tinyLlama, rope_parameters: { partial_rotary_factor: 0.5 } }],
    ['sliding_window', '8', { ...mistral, sliding_window: 8 }],
    ['sliding_window', '4096', { ...mistral, sliding_window: undefined, max_position_embeddings: 32768 }],
    ['sliding_window', '8', { ...qwen2, use_sliding_window: true }],
    ['layer_types', 'sliding_attention', { ...qwen2, layer_types: ['full_attention', 'sliding_attention'] }],
    ['hidden_act', 'xielu', { ...tinyLlama, hidden_act: 'xielu' }],
    ['activation_function', 'toString', { ...tinyGpt2, activation_function: 'toString' }],
    ['quantization_config', 'gptq', { ...tinyLlama, quantization_config: { quant_method: 'gptq', bits: 4 } }],
    ['scale_attn_weights', 'false', { ...tinyGpt2, scale_attn_weights: false }],
    ['scale_attn_by_inverse_layer_idx', 'true', { ...tinyGpt2, scale_attn_by_inverse_layer_idx: true }],
    ['reorder_and_upcast_attn', 'true', { ...tinyGpt2, reorder_and_upcast_attn: true }],
    ['add_cross_attention', 'true', { ...tinyGpt2, add_cross_attention: true }],
  ];
  it.each(refused)('refuses %s %s by name', (field, found, config) => {
    expect(() => parse(JSON.parse(JSON.stringify(config)))).toThrow(
      expect.objectContaining({
        code: 'model.unsupported',
        args: expect.objectContaining({ file: 'config.json', field, found }),
      }),
    );
  });

  const wrong: [field: string, found: string, expected: string, config: unknown][] = [
    ['hidden_size', 'nothing', 'number', { ...tinyLlama, hidden_size: undefined }],
    ['vocab_size', '"5"', 'number', { ...tinyLlama, vocab_size: '5' }],
    ['n_layer', '0', 'at least 1', { ...tinyGpt2, n_layer: 0 }],
    ['num_hidden_layers', '1000000', 'at most 1000', { ...tinyLlama, num_hidden_layers: 1e6 }],
    ['num_attention_heads', '3', 'a divisor of 4', { ...tinyLlama, num_attention_heads: 3 }],
    ['num_key_value_heads', '3', 'a divisor of 4', { ...tinyLlama, num_attention_heads: 4, num_key_value_heads: 3 }],
    ['num_key_value_heads', 'missing', 'a number', { ...mistral, num_key_value_heads: undefined }],
    ['n_head', '3', 'a divisor of 2', { ...tinyGpt2, n_head: 3 }],
    ['head_dim', '1', 'an even number', { ...tinyLlama, num_attention_heads: 4 }],
    ['config.json', '[]', 'object', []],
  ];
  it.each(wrong)('names %s where it is %s', (field, found, expected, config) => {
    expect(() => parse(config)).toThrow(
      expect.objectContaining({ code: 'model.badConfig', args: { file: 'config.json', field, found, expected } }),
    );
  });
});

describe('of T5 and mT5', () => {
  const t5 = { model_type: 't5', d_model: 4, d_kv: 3, d_ff: 6, num_heads: 2, num_layers: 1, vocab_size: 5 };

  it('knows an output matrix from the weights alone, and scaled outputs from the config', () => {
    expect(parse(t5)).toMatchObject({ tieWordEmbeddings: true, scaleOutputs: true, isGated: false, headDim: 3 });
    const untied = parseModelConfig({ ...t5, tie_word_embeddings: false }, 'config.json', true);
    expect(untied).toMatchObject({ tieWordEmbeddings: false, scaleOutputs: false });
    expect(expectWeights(untied).get('lm_head.weight')).toEqual([5, 4]);
    const gated = { isGated: true, activation: 'gelu_new', scaleOutputs: false, maxPositions: Infinity };
    expect(parse({ ...t5, model_type: 'mt5' })).toMatchObject(gated);
  });

  it('refuses a feed-forward that is not built', () => {
    expect(() => parse({ ...t5, feed_forward_proj: 'gated-quick-gelu' })).toThrow(
      expect.objectContaining({ code: 'model.unsupported' }),
    );
  });
});

describe('expectWeights', () => {
  it('lists a tied Llama without its head, and an untied one with it', () => {
    const shapes = Object.fromEntries(expectWeights(parse(tinyLlama)));
    expect(shapes).toEqual({
      'model.embed_tokens.weight': [5, 4],
      'model.layers.0.input_layernorm.weight': [4],
      'model.layers.0.self_attn.q_proj.weight': [4, 4],
      'model.layers.0.self_attn.k_proj.weight': [4, 4],
      'model.layers.0.self_attn.v_proj.weight': [4, 4],
      'model.layers.0.self_attn.o_proj.weight': [4, 4],
      'model.layers.0.post_attention_layernorm.weight': [4],
      'model.layers.0.mlp.gate_proj.weight': [6, 4],
      'model.layers.0.mlp.up_proj.weight': [6, 4],
      'model.layers.0.mlp.down_proj.weight': [4, 6],
      'model.norm.weight': [4],
    });
    expect(expectWeights(parse({ ...tinyLlama, tie_word_embeddings: false })).get('lm_head.weight')).toEqual([5, 4]);
  });

  it('sizes grouped heads and the biases that each family has', () => {
    const shapes = expectWeights(parse({ ...qwen2, num_attention_heads: 2, num_key_value_heads: 1 }));
    expect(shapes.get('model.layers.0.self_attn.k_proj.weight')).toEqual([2, 4]);
    expect(shapes.get('model.layers.0.self_attn.k_proj.bias')).toEqual([2]);
    expect(shapes.has('model.layers.0.self_attn.o_proj.bias')).toBe(false);
    const biased = expectWeights(parse({ ...tinyLlama, attention_bias: true, mlp_bias: true }));
    expect(biased.get('model.layers.0.self_attn.o_proj.bias')).toEqual([4]);
    expect(biased.get('model.layers.0.mlp.gate_proj.bias')).toEqual([6]);
  });

  it('counts the parameters of GPT-2', () => {
    const config = parse({
      model_type: 'gpt2',
      n_embd: 768,
      n_layer: 12,
      n_head: 12,
      n_positions: 1024,
      vocab_size: 50257,
    });
    expect(countParameters(config)).toBe(124_439_808);
  });
});
