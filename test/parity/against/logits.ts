import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../../src/common/assert.js';
import { direct, promptEmbeddings, type Method } from '../../../src/methods/method.js';
import type { Tensor } from '../../../src/runtime/executor.js';
import { adapterConfig, adapterShape } from '../../../src/store/adapterConfig.js';
import { loadPrompt, savePrompt } from '../../../src/store/promptFolder.js';
import { readFloatTensors } from '../../../src/store/safetensors.js';
import { refereeScript, runLines } from '../../bench/referee.js';
import { everyPosition, logitsOf } from '../../support/logitsOf.js';
import { largestDifference } from '../../support/numbers.js';
import type { JudgedCase } from './judgedCases.js';
import type { JudgedModel, Preparation } from './judgedModels.js';
import type { TrainedCase } from './training.js';
import { short, type Verdict } from './verdict.js';

export const logitsBar = 1e-4;

/** Bar 3: what PEFT saved gives its logits here, and what is saved here gives ours in PEFT. */
export async function judgeRoundTrip(
  judged: JudgedModel,
  { name, config }: JudgedCase,
  { method, adapter, embeddings }: TrainedCase,
  preparation: Preparation,
): Promise<Verdict> {
  const opened = await openAdapter(adapter);
  const here = largestDifference(
    await ourLogits(judged, opened.method, opened.embeddings),
    await peftLogits(judged, adapter, preparation),
  );
  const saved = join(preparation.folder, 'saved');
  const { hiddenSize, numLayers, heads } = judged.model;
  await savePrompt(saved, {
    embeddings,
    config: adapterConfig({
      baseModel: judged.folder,
      method: config,
      numVirtualTokens: method.virtualTokens,
      hiddenSize,
      numLayers,
      numAttentionHeads: heads.numHeads,
      numKeyValueHeads: heads.numKeyValueHeads,
      headDim: heads.headDim,
    }),
  });
  const there = largestDifference(
    await ourLogits(judged, direct(method.entry, method.virtualTokens, method.width), embeddings),
    await peftLogits(judged, saved, preparation),
  );
  return {
    ok: here <= logitsBar && there <= logitsBar,
    line: `logits of ${judged.name}, ${name}: PEFT's adapter here ${short(here)}, ours in PEFT ${short(there)} (bar ${logitsBar})`,
  };
}

/** As the product opens it. */
async function openAdapter(folder: string): Promise<{ method: Method; embeddings: Tensor<Float32Array> }> {
  const { config, embeddings } = await loadPrompt(folder);
  const entry = config.peft_type === 'PREFIX_TUNING' ? 'keysAndValues' : 'front';
  return { method: direct(entry, ...adapterShape(config)), embeddings };
}

/** Of the model's texts, every position. */
const ourLogits = (judged: JudgedModel, method: Method, embeddings: Tensor<Float32Array>): Promise<Float32Array> =>
  logitsOf(
    judged,
    method,
    { [promptEmbeddings]: embeddings },
    judged.texts.map((ids) => everyPosition(ids)),
  );

/** The same of PEFT with an adapter. */
export async function peftLogits(
  { folder: model, texts }: JudgedModel,
  adapter: string,
  { python, folder }: Preparation,
): Promise<Float32Array> {
  const [inputs, out] = [join(folder, 'inputs.json'), join(folder, 'logits.safetensors')];
  await writeFile(inputs, JSON.stringify({ input_ids: texts }));
  await runLines(python, [
    ...[refereeScript('peft_logits'), '--model', model, '--adapter', adapter, '--inputs', inputs, '--out', out],
  ]);
  const rows = await readFloatTensors(out);
  return joined(texts.map((_, i) => defined(rows.get(`logits.${i}`), `logits of text ${i}`).data));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
