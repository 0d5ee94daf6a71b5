import { join } from 'node:path';

/** A run's folder, `runs/ID/`: what it was asked, what it told, where it stands, and all that it needs to go on. */
export const runFiles = {
  recipe: 'recipe.json',
  status: 'status.json',
  events: 'events.jsonl',
  checkpoint: 'checkpoint.safetensors',
  firstVectors: 'first-vectors.safetensors',
  /** Of model tuning, while it is trained, and the model that it made where it is kept. */
  tunedWeights: 'tuned-weights.safetensors',
  tunedModel: 'model',
  process: 'process.json',
  log: 'process.log',
} as const;

export const runFile = (folder: string, file: keyof typeof runFiles): string => join(folder, runFiles[file]);
