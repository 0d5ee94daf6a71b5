import * as vscode from 'vscode';
import { initialisationWords } from '../../protocol/initialisationWords.js';
import { leastEncoderSize } from '../../protocol/encoder.js';
import { recipeSchema, type MethodConfigOf, type PromptConfig } from '../../protocol/recipe.js';
import { decoderAlone, prefixAttentions, type PrefixAttention } from '../../protocol/prefixAttention.js';
import { placesVirtualTokens } from '../../protocol/virtualSlots.js';
import { askText, pick, pickMany } from './ask.js';
import { askInitialisation } from './initialisationQuestion.js';
import { withRoom, type Variant, type VariantConfigs } from './variants.js';
import type { Asking, Draft } from './draft.js';
import type { Answer, Place } from './walk.js';

export interface Setting<C> {
  readonly label: (config: C) => string;
  readonly ask: (config: C, asking: Asking) => Promise<Answer<C>>;
  /** Whether it is one of the model's; of every model's unless told. */
  readonly isOffered?: (draft: Draft) => boolean;
  /** Why there is nothing to set; undefined where there is. */
  readonly settled?: (config: C, draft: Draft) => string | undefined;
}

/** The settings of every method that can be chosen, in the order in which they are shown. */
export const methodSettings: { readonly [V in Variant]: readonly Setting<VariantConfigs[V]>[] } = {
  PROMPT_TUNING: [virtualTokens(), initialisation()],
  PREFIX_TUNING: [virtualTokens(), initialisation(), attention()],
  PREFIX_PROJECTION: [virtualTokens(), initialisation(), encoderSize(128, 512, 800), attention()],
  P_TUNING: [virtualTokens(), initialisation(), encoderType(), encoderSize(64, 128, 256)],
  WARP: [virtualTokens(), initialisation()],
  MODEL_TUNING: [keepsModel()],
};

function virtualTokens<C extends PromptConfig>(): Setting<C> {
  return {
    label: ({ num_virtual_tokens: count }) => vscode.l10n.t('Virtual tokens: {count}', { count }),
    settled: ({ prompt_tuning_init: initialisation }, { task }) =>
      placesVirtualTokens(task?.template ?? '')
        ? vscode.l10n.t('as the template places them')
        : initialisation === 'file'
          ? vscode.l10n.t('as many as the saved prompt has')
          : undefined,
    ask: async (config, { place, title }) => {
      const answer = await askNumber(config, 'num_virtual_tokens', {
        place,
        title,
        prompt:
          config.peft_type === 'PREFIX_TUNING'
            ? vscode.l10n.t('How many virtual tokens, each with a key and a value in every block')
            : vscode.l10n.t('How many virtual tokens stand in front of the text'),
        advice: () => vscode.l10n.t('A whole number from 1 to 2,000.'),
      });
      return answer === undefined || answer === 'back' ? answer : { value: withRoom(answer.value) };
    },
  };
}

function initialisation<C extends PromptConfig>(): Setting<C> {
  return {
    label: (config) => vscode.l10n.t('They begin from: {initialisation}', { initialisation: beginning(config) }),
    ask: async (config, asking) => {
      const answer = await askInitialisation(config, asking);
      return answer === undefined || answer === 'back' ? answer : { value: withRoom(answer.value) };
    },
  };
}

/** What a method begins from: the text or the file itself where there is one. */
function beginning({
  peft_type,
  prompt_tuning_init: name,
  prompt_tuning_init_text: text,
  prompt_tuning_init_file: file,
}: PromptConfig): string {
  if (name === 'file' && file !== undefined) return vscode.workspace.asRelativePath(file);
  if ((name === 'text' || name === 'activations') && text !== undefined) return `“${text}”`;
  return initialisationWords(peft_type, name).label;
}

/** Where a prefix stands in a model that has more than one attention. */
function attention(): Setting<MethodConfigOf<'PREFIX_TUNING'>> {
  const words: Readonly<Record<PrefixAttention, string>> = {
    decoder: vscode.l10n.t('decoder'),
    encoder: vscode.l10n.t('encoder'),
    cross: vscode.l10n.t('cross-attention'),
  };
  const details: Readonly<Record<PrefixAttention, string>> = {
    decoder: vscode.l10n.t('what the decoder reads of its own text; PEFT can read such a prefix, where this is all'),
    encoder: vscode.l10n.t('what the encoder reads of the input'),
    cross: vscode.l10n.t('what the decoder reads of the encoder; the paper’s program trains all three'),
  };
  return {
    label: ({ prefix_attention: parts = decoderAlone }) =>
      vscode.l10n.t('Attention: {parts}', { parts: parts.map((part) => words[part]).join(', ') }),
    isOffered: ({ model }) => model.kind === 'encoderDecoder',
    ask: async (config, { place, title }) => {
      const { prefix_attention: chosen = decoderAlone } = config;
      const answer = await pickMany<PrefixAttention>({
        place,
        title,
        placeholder: vscode.l10n.t('In front of whose keys and values the prefix stands'),
        choices: prefixAttentions.map((part) => ({
          label: words[part],
          detail: details[part],
          value: part,
          picked: chosen.includes(part),
        })),
      });
      if (answer === undefined || answer === 'back') return answer;
      const isUsual = answer.value.join() === decoderAlone.join();
      return { value: { ...config, prefix_attention: isUsual ? undefined : [...answer.value] } };
    },
  };
}

function keepsModel(): Setting<MethodConfigOf<'MODEL_TUNING'>> {
  return {
    label: ({ save_model: isKept }) =>
      isKept ? vscode.l10n.t('Keeps the tuned model') : vscode.l10n.t('Keeps its scores, not the tuned model'),
    ask: async (config, { place, title }) => {
      const answer = await pick<boolean, boolean>({
        place,
        title,
        placeholder: vscode.l10n.t('What is kept of model tuning'),
        choices: [
          {
            label: vscode.l10n.t('Its scores alone'),
            detail: vscode.l10n.t('as a baseline needs no more'),
            value: false,
          },
          {
            label: vscode.l10n.t('The tuned model, too'),
            detail: vscode.l10n.t(
              'as a Hugging Face folder in the run’s folder; as large as the base model in float32',
            ),
            value: true,
          },
        ],
        isDefault: (isKept) => isKept === config.save_model,
        accept: (isKept) => isKept,
      });
      if (answer === undefined || answer === 'back') return answer;
      return { value: { ...config, save_model: answer.value } };
    },
  };
}

type Type = MethodConfigOf<'P_TUNING'>['encoder_reparameterization_type'];

function encoderType(): Setting<MethodConfigOf<'P_TUNING'>> {
  const types = ['MLP', 'LSTM'] as const satisfies readonly Type[];
  return {
    label: ({ encoder_reparameterization_type: type }) => vscode.l10n.t('Network: {type}', { type }),
    ask: async (config, { place, title }) => {
      const detailOf = {
        MLP: vscode.l10n.t('each virtual token by itself; the faster one'),
        LSTM: vscode.l10n.t('each virtual token from those around it, as in the paper; slower'),
      };
      const answer = await pick<Type, Type>({
        place,
        title,
        placeholder: vscode.l10n.t('The network that makes the virtual tokens while they are trained'),
        choices: types.map((type) => ({ label: type, detail: detailOf[type], value: type })),
        isDefault: (type) => type === config.encoder_reparameterization_type,
        accept: (type) => type,
      });
      if (answer === undefined || answer === 'back') return answer;
      return { value: { ...config, encoder_reparameterization_type: answer.value } };
    },
  };
}

/** `usual`: sizes that papers and libraries take. */
function encoderSize<C extends PromptConfig & { encoder_hidden_size: number }>(...usual: number[]): Setting<C> {
  return {
    label: ({ encoder_hidden_size: size }) => vscode.l10n.t('Width of the network: {size}', { size }),
    ask: (config, { place, title }) =>
      askNumber(config, 'encoder_hidden_size', {
        place,
        title,
        prompt: vscode.l10n.t('How wide the network is; usual are {sizes}', { sizes: usual.join(', ') }),
        isFit: (size) => size >= (leastEncoderSize(config) ?? 1),
        advice: () => {
          const least = leastEncoderSize(config);
          return least === undefined
            ? vscode.l10n.t('A whole number from 1 on.')
            : vscode.l10n.t('A whole number of at least {least}: it is to begin with so many vectors.', { least });
        },
      }),
  };
}

interface NumberQuestion {
  readonly place: Place;
  readonly title: string;
  readonly prompt: string;
  /** Beside what the schema says. */
  readonly isFit?: (value: number) => boolean;
  readonly advice: () => string;
}

async function askNumber<C extends PromptConfig, K extends keyof C & string>(
  config: C,
  field: K,
  { place, title, prompt, isFit = () => true, advice }: NumberQuestion,
): Promise<Answer<C>> {
  const parse = (text: string) =>
    recipeSchema.shape.method.safeParse({ ...config, [field]: /^\d+$/.test(text) ? Number(text) : NaN });
  const answer = await askText({
    place,
    title,
    prompt,
    value: String(config[field]),
    problem: (text) => (parse(text.trim()).success && isFit(Number(text)) ? undefined : advice()),
  });
  if (answer === undefined || answer === 'back') return answer;
  return { value: { ...config, [field]: Number(answer.value) } };
}
