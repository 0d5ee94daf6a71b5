import type { ResolvedTask } from '../data/columns.js';
import { answerPrefix, defaultTargetPrefix, labelsNeedEos, type TokenizeOptions } from '../data/tokenize.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DataConfig } from '../protocol/recipe.js';
import { placesAnswer } from '../protocol/virtualSlots.js';
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
  const isMasked = config.architecture === 'bert' || config.architecture === 'roberta';
  const masked = isMasked ? maskedOptions(data, task, base) : undefined;
  if (!isMasked && placesAnswer(task.template))
    throw new SoftpromptError('run.answerPlace', { model: base.name, template: task.template });
  const targetPrefix =
    masked?.targetPrefix ??
    data.targetPrefix ??
    (isPair ? '' : defaultTargetPrefix(task.template, tokenizer.addsSpace));
  const words = Object.values(task.labels ?? {});
  const endsTarget =
    !masked &&
    (data.addEos ??
      (isPair || task.task === 'generation' || labelsNeedEos(words.map((w) => tokenizer.encode(targetPrefix + w)))));
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
    ...(masked && { mask: masked.mask, ...(tokenizer.end !== undefined && { inputEnd: tokenizer.end }) }),
  };
}

function sentinelOf({ name, tokenizer, config }: Pick<BaseModel, 'name' | 'tokenizer' | 'config'>): number {
  const [sentinel, another] = tokenizer.encode(firstSentinel).filter((id) => tokenizer.tokenText(id).trim() !== '');
  if (config.architecture !== 't5' || sentinel === undefined || another !== undefined)
    throw new SoftpromptError('run.noSentinel', { model: name, token: firstSentinel });
  return sentinel;
}

/**
 * What a masked model asks of a task: labels, and their place in the template. Throws `run.maskedText`, `run.noAnswerPlace`, `run.maskedEnd`,
 * `run.noMaskToken` and `run.sameTokens`.
 */
function maskedOptions(
  data: TokenConfig,
  { labels, template }: ResolvedTask,
  { name: model, tokenizer }: Pick<BaseModel, 'name' | 'tokenizer'>,
): { readonly mask: number; readonly targetPrefix: string } {
  if (!labels) throw new SoftpromptError('run.maskedText', { model });
  if (!placesAnswer(template)) throw new SoftpromptError('run.noAnswerPlace', { model, template });
  if (data.addEos) throw new SoftpromptError('run.maskedEnd', { model });
  const { mask } = tokenizer;
  if (mask === undefined) throw new SoftpromptError('run.noMaskToken', { model });
  const targetPrefix = data.targetPrefix ?? answerPrefix(template);
  const known = new Map<string, string>();
  for (const [label, word] of Object.entries(labels)) {
    const tokens = tokenizer.encode(targetPrefix + word).join(' ');
    const other = known.get(tokens);
    if (other !== undefined) throw new SoftpromptError('run.sameTokens', { label, other, model });
    known.set(tokens, label);
  }
  return { mask, targetPrefix };
}
