import { availableParallelism } from 'node:os';
import { describe } from '../errors/catalogue.js';
import { findModels } from '../models/findModels.js';
import { modelsFolder } from '../common/productFolder.js';
import { examineProviders } from '../runtime/onnx/providers.js';

export interface Diagnosis {
  readonly node: string;
  readonly providers: readonly { readonly name: string; readonly works: boolean; readonly reason?: string }[];
  readonly models: readonly {
    readonly name: string;
    readonly path: string;
    readonly usable: boolean;
    readonly reason?: string;
  }[];
}

/** What works on this machine and what does not, and why: execution providers, each tried with a gradient, and base models. */
export async function diagnose({
  cacheFolder,
  folders,
}: {
  cacheFolder: string;
  folders: readonly string[];
}): Promise<Diagnosis> {
  const providers = await examineProviders({ cacheFolder, threads: availableParallelism() });
  const models = await findModels([modelsFolder(), ...folders]);
  return {
    node: process.versions.node,
    providers: providers.map(({ name, works, reason }) => ({ name, works, ...(reason !== undefined && { reason }) })),
    models: models.map((m) =>
      m.usable
        ? { name: m.name, path: m.path, usable: true }
        : { name: m.name, path: m.path, usable: false, reason: describe(m.error.code, m.error.args).message },
    ),
  };
}
