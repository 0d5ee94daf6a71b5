import protobuf from 'protobufjs/light.js';
import { recordFile } from './records.js';

/** Values of one step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly values: readonly (readonly [tag: string, value: number])[];
}

/** The part of TensorBoard's schema that is written (event.proto, summary.proto): field numbers and types are TensorBoard's. */
const field = (id: number, type: string): protobuf.IField => ({ id, type });
const schema = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: field(1, 'double'),
        step: field(2, 'int64'),
        fileVersion: field(3, 'string'),
        summary: field(5, 'Summary'),
      },
    },
    Summary: { fields: { value: { ...field(1, 'Value'), rule: 'repeated' } } },
    // Of a oneof a zero is written too: a value that is left out would be none.
    Value: {
      oneofs: { value: { oneof: ['simpleValue'] } },
      fields: { tag: field(1, 'string'), simpleValue: field(2, 'float') },
    },
  },
});
const eventType = schema.lookupType('Event');

/** What TensorBoard reads first in each file. */
const fileVersion = 'brain.Event:2';

/** An event file that TensorBoard reads, from what was measured by ascending steps. `began`: seconds since 1970. */
export function eventFile(began: number, events: readonly ScalarEvent[]): Uint8Array {
  const encode = (event: object): Uint8Array => eventType.encode(event).finish();
  return recordFile([
    encode({ wallTime: began, fileVersion }),
    ...events.map(({ wallTime, step, values }) =>
      encode({ wallTime, step, summary: { value: values.map(([tag, simpleValue]) => ({ tag, simpleValue })) } }),
    ),
  ]);
}
