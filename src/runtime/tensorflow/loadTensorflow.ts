import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Tensorflow } from './kernels.js';

/** Named at run time, so that nothing needs it to be installed. */
const gpuPackage: string = '@tensorflow/tfjs-node-gpu';

/**
 * TensorFlow.js on an NVIDIA GPU, where the user has installed it.
 * Throws `run.tensorflowMissing` where it is not installed, `run.tensorflowBroken` where its native part does not load.
 */
export async function loadTensorflow(packageName = gpuPackage): Promise<Tensorflow> {
  let loaded: { default?: Tensorflow };
  try {
    loaded = (await import(packageName)) as { default?: Tensorflow };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && (error as Error).message.includes(packageName);
    if (missing) throw new SoftpromptError('run.tensorflowMissing', { packageName }, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new SoftpromptError('run.tensorflowBroken', { packageName, reason }, { cause: error });
  }
  // A CommonJS package: the module itself is the default export.
  return loaded.default ?? (loaded as Tensorflow);
}
