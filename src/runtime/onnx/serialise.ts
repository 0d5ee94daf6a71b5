import { defined } from '../../common/assert.js';
import type { OnnxGraph, OnnxNode, OnnxType, OnnxValue } from '../../graph/lowering.js';
import type { WeightLocation } from '../executor.js';
import { encodeModel, type AttributeProto, type TensorProto, type ValueInfoProto } from './onnxSchema.js';

/** Opset 23 (ONNX 1.18, IR version 11) brought RotaryEmbedding and RMSNormalization. */
const opsetVersion = 23;
const irVersion = 11;

/** onnxruntime's own operators. */
const fusedDomain = 'com.microsoft';
const fusedOperators = new Set(['FusedMatMul', 'QuickGelu']);

/** TensorProto.DataType. */
const elementTypes = { float: 1, int: 6, int64: 7 } as const satisfies Record<OnnxType['dtype'], number>;
/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;
/** TensorProto.DataLocation. */
const externalLocation = 1;

/** The graph as an ONNX model in bytes; frozen weights are external data that points into the model's own files. */
export function serialiseOnnx(graph: OnnxGraph, weights: ReadonlyMap<string, WeightLocation>): Uint8Array {
  return encodeModel({
    irVersion,
    producerName: 'softprompt',
    opsetImport: [
      { domain: '', version: opsetVersion },
      { domain: fusedDomain, version: 1 },
    ],
    graph: {
      name: 'softprompt',
      node: graph.nodes.map(({ opType, inputs, outputs, attributes }) => ({
        opType,
        domain: fusedOperators.has(opType) ? fusedDomain : '',
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: [
        ...graph.weights.map((w) => externalTensor(w, defined(weights.get(w.name), `the weight ${w.name}`))),
        ...graph.constants.map((c) => ({
          name: c.name,
          dims: c.shape.map(Number),
          dataType: elementTypes[c.dtype],
          rawData: rawBytes(c.dtype, c.data),
        })),
      ],
      input: graph.inputs.map(valueInfo),
      output: Object.values(graph.outputs).map(valueInfo),
      valueInfo: graph.intermediates.map(valueInfo),
    },
  });
}

function attribute(name: string, value: OnnxNode['attributes'][string]): AttributeProto {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  if ('string' in value) return { name, type: attributeTypes.string, s: Buffer.from(value.string) };
  return 'float' in value
    ? { name, type: attributeTypes.float, f: value.float }
    : { name, type: attributeTypes.ints, ints: value };
}

const valueInfo = ({ name, dtype, shape }: OnnxValue): ValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[dtype],
      shape: { dim: shape.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d })) },
    },
  },
});

const externalTensor = ({ name, shape }: OnnxValue, location: WeightLocation): TensorProto => ({
  name,
  dims: shape.map(Number),
  dataType: elementTypes.float,
  dataLocation: externalLocation,
  externalData: [
    { key: 'location', value: location.file },
    { key: 'offset', value: String(location.offset) },
    { key: 'length', value: String(location.byteLength) },
  ],
});

/** Little-endian bytes, as ONNX's raw_data wants them and as every platform that onnxruntime runs on has them. */
function rawBytes(dtype: OnnxType['dtype'], data: readonly number[]): Uint8Array {
  const typed =
    dtype === 'float'
      ? Float32Array.from(data)
      : dtype === 'int'
        ? Int32Array.from(data)
        : BigInt64Array.from(data, (x) => BigInt(x));
  return new Uint8Array(typed.buffer);
}
