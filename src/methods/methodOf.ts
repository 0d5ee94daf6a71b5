import { SoftpromptError } from '../errors/softpromptError.js';
import type { Model } from '../models/architectures.js';
import { trainsPrompt, type MethodConfig, type MethodConfigOf, type PeftType } from '../protocol/recipe.js';
import type { Method, MethodSetting } from './method.js';
import { modelTuning } from './modelTuning.js';
import { prefixTuning } from './prefixTuning.js';
import { promptTuning } from './promptTuning.js';
import { pTuning } from './pTuning.js';
import { warp } from './warp.js';

const methods: { readonly [T in PeftType]: (config: MethodConfigOf<T>, setting: MethodSetting) => Method } = {
  PROMPT_TUNING: promptTuning,
  PREFIX_TUNING: prefixTuning,
  P_TUNING: pTuning,
  WARP: warp,
};

const make = <T extends PeftType>(type: T, config: MethodConfigOf<T>, setting: MethodSetting): Method =>
  methods[type](config, setting);

/**
 * The method of a recipe on a model; `placed` where the template says where virtual tokens stand. Where nothing in front can be shared, they
 * are rows of every text. `classes`: how many labels there are. Throws `run.noEntry` where the model has no place for the method.
 */
export function methodOf(config: MethodConfig, model: Model, placed: boolean, classes?: number): Method {
  if (!trainsPrompt(config)) return modelTuning(model);
  const isShared = !placed && model.entryPoints.includes('front');
  const method = make<PeftType>(config.peft_type, config, {
    model,
    placed: !isShared,
    ...(classes !== undefined && { classes }),
  });
  if (!model.entryPoints.includes(method.entry))
    throw new SoftpromptError('run.noEntry', { method: config.peft_type, entry: method.entry });
  if (method.classes !== undefined && model.kind !== 'masked')
    throw new SoftpromptError('run.noEntry', { method: config.peft_type, entry: 'mask' });
  return method;
}
