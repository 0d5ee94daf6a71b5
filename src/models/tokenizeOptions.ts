import type { ResolvedTask } from '../data/columns.js';
import { defaultTargetPrefix, labelsNeedEos, type TokenizeOptions } from '../data/tokenize.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DataConfig } from '../protocol/recipe.js';
import type { BaseModel } from './openModel.js';

/** What a recipe may say about tokens; what it leaves out follows the tokenizer. */
type TokenConfig = Pick<DataConfig, 'targetPrefix' | 'addBos' | 'addEos' | 'maxLength' | 'sentinel'>;

const longestByDefault = 512;

/** What T5's span corruption puts in place of the first span (Raffel et al. 2020 §3.1.4). */
const firstSentinel = '<extra_id_0>';

/**
 * How the recipe's text becomes tokens for a model: special tokens, the joint of input and target, and the length limit. Of an encoder-decoder
 * the input ends with its end-of-text token too, and nothing joins it to the target.
 */
export function tokenizeOptions(
  data: TokenConfig,
  task: ResolvedTask,
  base: Pick<BaseModel, 'name' | 'tokenizer' | 'config'>,
  virtualTokens: number,
): TokenizeOptions {
  const { tokenizer, config } = base;
  const isPair = config.architecture === 't5';
  const targetPrefix = data.targetPrefix ?? (isPair ? '' : defaultTargetPrefix(task.template, tokenizer.addsSpace));
  const words = Object.values(task.labels ?? {});
  const endsTarget =
    data.addEos ??
    (isPair || task.task === 'generation' || labelsNeedEos(words.map((w) => tokenizer.encode(targetPrefix + w))));
  const eos = tokenizer.eos ?? config.eosTokenIds[0];
  if ((endsTarget || isPair) && eos === undefined) throw new SoftpromptError('run.noEos', { model: base.name });
  const bos = tokenizer.bos ?? config.bosTokenId;
  const startsInput = data.addBos ?? tokenizer.bos !== undefined;
  if (startsInput && bos === undefined) throw new SoftpromptError('run.noBos', { model: base.name });
  const room = config.maxPositions - virtualTokens;
  const maxLength = data.maxLength ?? Math.min(longestByDefault, room);
  if (maxLength > room || room < 8)
    throw new SoftpromptError('run.tooLong', { maxLength, virtualTokens, positions: config.maxPositions });
  return {
    encode: (text) => tokenizer.encode(text),
    addsSpace: tokenizer.addsSpace,
    targetPrefix,
    maxLength,
    ...(startsInput && bos !== undefined && { bos }),
    ...(endsTarget && eos !== undefined && { eos }),
    ...(isPair && eos !== undefined && { inputEnd: eos }),
    ...(data.sentinel && { sentinel: sentinelOf(base) }),
  };
}

function sentinelOf({ name, tokenizer, config }: Pick<BaseModel, 'name' | 'tokenizer' | 'config'>): number {
  const [sentinel, another] = tokenizer.encode(firstSentinel).filter((id) => tokenizer.tokenText(id).trim() !== '');
  if (config.architecture !== 't5' || sentinel === undefined || another !== undefined)
    throw new SoftpromptError('run.noSentinel', { model: name, token: firstSentinel });
  return sentinel;
}
