import { basename } from 'node:path';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { partsElsewhere } from '../../methods/method.js';
import type { Engine } from '../../runtime/engine.js';
import { readFirstVectors } from '../../store/promptFolder.js';
import type { InterpretationSetting } from './nearestToPrompt.js';
import { engineFor, openPrompt, type OpenedPrompt, type PromptRequest } from '../openPrompt.js';
import { openTokenSpace, type TokenSpace } from './tokenSpace.js';

/** A saved prompt, ready to be looked at beside the vocabulary. */
export interface Interpreted extends OpenedPrompt {
  readonly engine: InterpretationSetting['engine'];
  readonly name: string;
  readonly space: TokenSpace;
  /** What its training began from [P, width], where that is kept. */
  readonly start: Float32Array | undefined;
  /** A real token's text; undefined for a special one. */
  readonly textOf: (id: number) => string | undefined;
}

/** Does something with an opened prompt; no model is loaded but for a prefix, and of that the first block's keys alone. Throws what `openPrompt` throws, and `store.noFirstKeys`. */
export async function withInterpreted<T>(
  request: PromptRequest,
  work: (interpreted: Interpreted) => Promise<T>,
): Promise<T> {
  const opened = await openPrompt(request);
  const { prompt, base, method, embeddings } = opened;
  const name = prompt.details?.name ?? basename(request.promptFolder);
  const parts = partsElsewhere(method);
  if (parts !== undefined) throw new SoftpromptError('store.noFirstKeys', { prompt: name, parts });
  let engine: Promise<Engine> | undefined;
  const setting = {
    ...opened,
    engine: {
      open: async (...what: Parameters<Engine['open']>) => (await (engine ??= engineFor(request))).open(...what),
    },
  };
  const start = await readFirstVectors(request.promptFolder, embeddings.shape);
  const space = await openTokenSpace(setting);
  try {
    return await work({
      ...setting,
      name,
      space,
      start: start?.data,
      textOf: (id) => (base.tokenizer.isSpecial(id) ? undefined : base.tokenizer.tokenText(id)),
    });
  } finally {
    await space.dispose();
  }
}
