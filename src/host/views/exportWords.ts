import * as l10n from '@vscode/l10n';
import { placesAnswer, placesVirtualTokens } from '../../protocol/virtualSlots.js';
import type { PromptSummary } from '../../store/promptFolder.js';
import { isPeft } from '../../store/adapterConfig.js';
import { exportFormats, type ExportFormat } from '../../store/promptTransfer.js';

/**
 * The formats that can hold a prompt: keys and values are an adapter's alone, and virtual tokens inside the text can be placed only by a
 * program of one's own, which takes the plain vectors. vLLM writes texts, which a masked model does not; what PEFT has
 * not, WARP and prefixes beyond the decoder, has no format but ours.
 */
export function offeredFormats({ config, details }: Pick<PromptSummary, 'config' | 'details'>): ExportFormat[] {
  const template = details?.task.template ?? '';
  const isPlaced = placesVirtualTokens(template);
  if (!isPeft(config)) return [];
  return exportFormats.filter((format) =>
    config.peft_type === 'PREFIX_TUNING'
      ? format === 'peft'
      : format === 'npy' || (!isPlaced && (format === 'peft' || !placesAnswer(template))),
  );
}

export function formatWords(): Readonly<Record<ExportFormat, { readonly label: string; readonly detail: string }>> {
  return {
    peft: {
      label: l10n.t('PEFT adapter'),
      detail: l10n.t('a folder that Hugging Face PEFT loads, with its model card'),
    },
    npy: {
      label: l10n.t('.npy file'),
      detail: l10n.t('the vectors as google-research/prompt-tuning has them, for NumPy and JAX'),
    },
    prompt_embeds: {
      label: l10n.t('prompt_embeds for vLLM'),
      detail: l10n.t('the vectors for vLLM’s prompt embeddings'),
    },
  };
}
