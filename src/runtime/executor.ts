import type { Value } from '../graph/value.js';

/** A tensor that goes in or comes out: float32 or int32, row-major. */
export interface Tensor<Data extends Float32Array | Int32Array = Float32Array | Int32Array> {
  readonly data: Data;
  readonly shape: readonly number[];
}
export const intVector = (values: readonly number[] | Int32Array): Tensor<Int32Array> => ({
  data: Int32Array.from(values),
  shape: [values.length],
});
export type Feeds = Readonly<Record<string, Tensor>>;

/** Where each frozen weight lies as float32, so that it can be memory-mapped: in files of one folder. */
export interface WeightLocations {
  /** The real path: the engine refuses symbolic links and `..`. */
  readonly folder: string;
  /** By Hugging Face's full name. */
  readonly tensors: ReadonlyMap<string, WeightLocation>;
}
export interface WeightLocation {
  /** File name inside the folder. */
  readonly file: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  readonly byteLength: number;
  readonly shape: readonly number[];
}

/** A graph made ready to run. `run` returns the float outputs by their names in the graph. */
export interface Executor {
  run(feeds: Feeds): Promise<Readonly<Record<string, Tensor<Float32Array>>>>;
  dispose(): Promise<void>;
}

export type GraphOutputs = Readonly<Record<string, Value>>;
