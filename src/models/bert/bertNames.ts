import type { BertConfig } from './bertConfig.js';

interface BertNames {
  readonly base: string;
  readonly headDense: string;
  readonly headNorm: string;
  readonly headBias: string;
}

/** What transformers calls the parts that the two have under different names. */
export const bertNames: { readonly [A in BertConfig['architecture']]: BertNames } = {
  bert: {
    base: 'bert',
    headDense: 'cls.predictions.transform.dense',
    headNorm: 'cls.predictions.transform.LayerNorm',
    headBias: 'cls.predictions.bias',
  },
  roberta: {
    base: 'roberta',
    headDense: 'lm_head.dense',
    headNorm: 'lm_head.layer_norm',
    headBias: 'lm_head.bias',
  },
};
