import { join, resolve } from 'node:path';
import { embeddingsGraph, noMethod } from '../../../src/methods/method.js';
import { runOnce } from '../../../src/runtime/runOnce.js';
import { loadPrompt } from '../../../src/store/promptFolder.js';
import { runLines } from '../../bench/referee.js';
import { everyPosition, logitsOf } from '../../support/logitsOf.js';
import { largestDifference } from '../../support/numbers.js';
import { beginning } from './beginning.js';
import { judgedMethod, prefixConfig } from './judgedCases.js';
import type { JudgedModel, Preparation } from './judgedModels.js';
import { compareLogits, logitsBar, refereeLogits } from './logits.js';
import { short, type Verdict } from './verdict.js';

const prefixBar = 1e-4;

/**
 * Bar 4: at step 0 a prefix of real words' keys and values, one virtual token a word's token, gives the logits of the bare model that reads the
 * words as text, and PEFT's with its own prefix of the text, trained directly or through the projection.
 */
export async function* judgeActivations(judged: JudgedModel, preparation: Preparation): AsyncGenerator<Verdict> {
  const { words, texts, weights } = judged;
  const asText = await logitsOf(
    judged,
    noMethod,
    {},
    texts.map((ids) => everyPosition([...words, ...ids], words.length)),
  );
  const adapter = join(preparation.folder, `${judged.name}.text`);
  const textPrefix = resolve('test/parity/against/textPrefix.py');
  const options = ['--model', judged.folder, '--ids', words.join(), '--out', adapter];
  await runLines(preparation.python, [textPrefix, ...options]);
  const { embeddings: peftPrefix } = await loadPrompt(adapter);
  const ofPeft = await refereeLogits('peft', judged, preparation, { adapter });
  const exactly = (): Promise<Float32Array> => refereeLogits('exact', judged, preparation, { words });

  for (const projected of [false, true]) {
    const config = prefixConfig(words.length, projected);
    const method = judgedMethod(judged, config);
    const values = await beginning(judged, method, 'activations');
    const found = await logitsOf(
      judged,
      method,
      values,
      texts.map((ids) => everyPosition(ids)),
    );
    const prefix = await runOnce(judged, embeddingsGraph(method), weights, values);
    const text = largestDifference(found, asText);
    const peft = await compareLogits(found, ofPeft, exactly);
    const keysAndValues = largestDifference(prefix.data, peftPrefix.data);
    yield {
      ok: text <= logitsBar && peft.ok && keysAndValues <= prefixBar,
      line:
        `activations of ${judged.name}, prefix${projected ? ' through the projection' : ''}, P=${words.length}: logits against the words as text ` +
        `${short(text)}, against PEFT's ${peft.words} (bar ${logitsBar}); keys and values against PEFT's ${short(keysAndValues)} (bar ${prefixBar})`,
    };
  }
}
