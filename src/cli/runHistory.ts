import type { EventOf, RunEvent } from '../protocol/events.js';

/** What a run has told so far, as far as a person is told it again. */
export interface RunHistory {
  start?: EventOf<'start'>;
  steps: EventOf<'step'>[];
  evaluations: EventOf<'evaluation'>[];
  nearest?: EventOf<'nearest'>;
  groups: EventOf<'group'>[];
}

/** Takes an event in; a resumed run's start takes out what came after its checkpoint, which is told again. */
export function remember(history: RunHistory, event: RunEvent): void {
  switch (event.type) {
    case 'start':
      history.steps = history.steps.filter(({ step }) => step <= event.resumedAt);
      history.evaluations = history.evaluations.filter(({ step }) => step <= event.resumedAt);
      history.groups = history.groups.filter(({ step }) => step <= event.resumedAt);
      history.start = event;
      break;
    case 'step':
      history.steps.push(event);
      break;
    case 'evaluation':
      history.evaluations.push(event);
      break;
    case 'nearest':
      history.nearest = event;
      break;
    case 'group':
      history.groups.push(event);
      break;
  }
}
