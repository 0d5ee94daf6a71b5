import * as l10n from '@vscode/l10n';
import { existsSync } from 'node:fs';
import { leastEncoderSize } from '../../protocol/encoder.js';
import { methodName } from '../../protocol/numbers.js';
import {
  initialisationsOf,
  recipeSchema,
  type MethodConfig,
  trainsPrompt,
  type MethodConfigOf,
  type MethodType,
  type PeftType,
  type PromptConfig,
  type PromptInitialisation,
} from '../../protocol/recipe.js';
import { placesAnswer, placesVirtualTokens, virtualSlots } from '../../protocol/virtualSlots.js';

/** The methods as they are offered, each with its settings: prefix tuning twice, as its projection makes another method of it. */
export type VariantConfigs = { readonly [T in MethodType]: MethodConfigOf<T> } & {
  readonly PREFIX_PROJECTION: MethodConfigOf<'PREFIX_TUNING'>;
};
export type Variant = keyof VariantConfigs;
/** Those that make a prompt. */
export type PromptVariant = Exclude<Variant, 'MODEL_TUNING'>;

const schema = recipeSchema.shape.method;
const prefix = schema.parse({ peft_type: 'PREFIX_TUNING' }) as MethodConfigOf<'PREFIX_TUNING'>;

export const initialConfigs: VariantConfigs = {
  PROMPT_TUNING: schema.parse({ peft_type: 'PROMPT_TUNING' }) as MethodConfigOf<'PROMPT_TUNING'>,
  PREFIX_TUNING: prefix,
  PREFIX_PROJECTION: { ...prefix, prefix_projection: true },
  P_TUNING: schema.parse({ peft_type: 'P_TUNING' }) as MethodConfigOf<'P_TUNING'>,
  WARP: schema.parse({ peft_type: 'WARP' }) as MethodConfigOf<'WARP'>,
  MODEL_TUNING: schema.parse({ peft_type: 'MODEL_TUNING' }) as MethodConfigOf<'MODEL_TUNING'>,
};
export const variants = Object.keys(initialConfigs) as Variant[];
export const promptVariants = variants.filter((variant) => variant !== 'MODEL_TUNING');

export function variantOf(method: MethodConfig): Variant {
  return method.peft_type === 'PREFIX_TUNING' && method.prefix_projection ? 'PREFIX_PROJECTION' : method.peft_type;
}

/** Settings as they were kept; the defaults of a method that has none, or none that can be read. */
export function readConfigs(stored: unknown): VariantConfigs {
  const kept: Readonly<Record<string, unknown>> = { ...Object(stored) };
  const readable = variants.flatMap((variant) => {
    const config = readConfig(kept[variant]);
    return config && variantOf(config) === variant ? [[variant, config] as const] : [];
  });
  return { ...initialConfigs, ...Object.fromEntries(readable) };
}

/** Where the file that it began from is gone, it begins as its method does. */
function readConfig(stored: unknown): MethodConfig | undefined {
  const { data } = stored === undefined ? {} : schema.safeParse(stored);
  if (!data || !trainsPrompt(data)) return data;
  const file = data.prompt_tuning_init === 'file' ? data.prompt_tuning_init_file : undefined;
  if (file === undefined || existsSync(file)) return data;
  return schema.parse({ ...data, prompt_tuning_init: undefined });
}

/** The papers' ways to begin, which are offered; PEFT's own, in capitals, are for recipes. */
export function offeredInitialisations(type: PeftType): PromptInitialisation[] {
  return initialisationsOf[type].filter((name) => name === name.toLowerCase());
}

export interface VariantWords {
  readonly label: string;
  /** Its other names, which a search finds too. */
  readonly description: string;
  /** When to use it, in one line. */
  readonly use: string;
}

export function variantWords(): Readonly<Record<Variant, VariantWords>> {
  return {
    PROMPT_TUNING: {
      label: l10n.t('Prompt tuning'),
      description: l10n.t('Lester et al. 2021'),
      use: l10n.t('vectors in the input alone: the fewest parameters, the first to try'),
    },
    PREFIX_TUNING: {
      label: l10n.t('Prefix tuning'),
      description: l10n.t('deep prompt tuning, P-tuning v2'),
      use: l10n.t('keys and values in every block: for hard tasks and small models'),
    },
    PREFIX_PROJECTION: {
      label: l10n.t('Prefix tuning with a projection'),
      description: l10n.t('Li, Liang 2021'),
      use: l10n.t('the same through a network while it trains: steadier, slower, larger'),
    },
    P_TUNING: {
      label: l10n.t('P-tuning'),
      description: l10n.t('Liu et al. 2021'),
      use: l10n.t('vectors in the input, through a network: where they stand among words'),
    },
    WARP: {
      label: methodName('WARP'),
      description: l10n.t('Hambardzumyan et al. 2021'),
      use: l10n.t('for masked models: vectors in the input, and one for each label to read at the mask'),
    },
    MODEL_TUNING: {
      label: l10n.t('Model tuning'),
      description: l10n.t('a baseline: makes no prompt'),
      use: l10n.t('all weights of the model, for a chart that prompts stand beside'),
    },
  };
}

/** Why a method cannot be used with a template; undefined where it can. */
export function misfit(variant: Variant, template: string | undefined): string | undefined {
  const { peft_type: type } = initialConfigs[variant];
  const isMasked = placesAnswer(template ?? '');
  if (type === 'WARP' && !isMasked)
    return l10n.t('the template has no {mask}, where a masked model reads its labels', { mask: '{mask}' });
  if (type === 'PREFIX_TUNING' && isMasked) return l10n.t('masked models have no prefixes here');
  if (!placesVirtualTokens(template ?? '')) return undefined;
  if (type === 'MODEL_TUNING') return l10n.t('the template places virtual tokens, of which model tuning has none');
  return type === 'PREFIX_TUNING'
    ? l10n.t('the template places virtual tokens in the text, where a prefix has none')
    : undefined;
}

/** As many virtual tokens as a template places; as many as were chosen where it places none. */
export function fitted<C extends MethodConfig>(config: C, template: string | undefined): C {
  const slots = virtualSlots(template ?? '');
  return slots.length === 0 || !trainsPrompt(config)
    ? config
    : withRoom({ ...config, num_virtual_tokens: slots.reduce((sum, count) => sum + count, 0) });
}

/** A network that is too narrow for what it is to begin with, made wide enough. */
export function withRoom<C extends PromptConfig>(config: C): C {
  const least = leastEncoderSize(config);
  if (least === undefined || !('encoder_hidden_size' in config) || config.encoder_hidden_size >= least) return config;
  return { ...config, encoder_hidden_size: least };
}

/** Whether a method can begin from a saved prompt: keys and values are no vectors of the input, but can be made of them. */
export function canBeginFrom(type: PeftType, saved: PeftType): boolean {
  return type === 'PREFIX_TUNING' || saved !== 'PREFIX_TUNING';
}
