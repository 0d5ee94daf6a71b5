import { describeNotice } from '../../errors/notices.js';
import type { RunEvent } from '../../protocol/events.js';
import type { StepEvent, Told, ToldEvent } from '../../protocol/panelMessages.js';

/** Events as the panel gets them: steps as columns, and of what replaces one another only what is still to be seen. */
export function packEvents(events: readonly RunEvent[]): Told {
  const steps = events.filter((event): event is StepEvent => event.type === 'step');
  const lastStep = steps.at(-1);
  return {
    steps: {
      step: Uint32Array.from(steps, ({ step }) => step),
      loss: Float32Array.from(steps, ({ loss }) => loss),
      learningRate: Float32Array.from(steps, ({ learningRate }) => learningRate),
      gradientNorm: Float32Array.from(steps, ({ gradientNorm }) => gradientNorm),
    },
    ...(lastStep && { lastStep }),
    events: others(events),
  };
}

/** Walks backwards, so that the first of a kind that it meets is the one that counts. */
function others(events: readonly RunEvent[]): ToldEvent[] {
  const told: ToldEvent[] = [];
  const evaluated = new Set<string>();
  let nearest = 0;
  for (const event of events.toReversed()) {
    switch (event.type) {
      case 'step':
        break;
      case 'notice':
        told.push({ type: 'notice', code: event.code, text: describeNotice(event.code, event.args) });
        break;
      case 'evaluation': {
        const kind = `${event.split} ${event.baseline}`;
        told.push(evaluated.has(kind) ? { ...event, metrics: { n: event.metrics.n }, samples: [] } : event);
        evaluated.add(kind);
        break;
      }
      case 'nearest':
        if (nearest++ < nearestKept) told.push(event);
        break;
      case 'checkpoint':
        if (told.at(-1)?.type !== 'checkpoint') told.push(event);
        break;
      default:
        told.push(event);
    }
  }
  return told.reverse();
}

/** The latest, and the one before it, to mark what moved. */
const nearestKept = 2;
