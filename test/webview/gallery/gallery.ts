import type { RunEvent } from '../../../src/protocol/events.js';
import type { FromPanel, PanelRun, ToPanel } from '../../../src/protocol/panelMessages.js';
import { packEvents } from '../../../src/host/panels/packEvents.js';

/**
 * The training panel's other side, for looking at the panel in a browser: plays a recorded run into it.
 * `?scenario=` finished, running, starting, queued, paused, interrupted, failed, compare, long, prefix, encoder · `?theme=` dark, light, hc-dark,
 * hc-light · `?language=` en, zh-cn
 */
declare const recorded: readonly RunEvent[];

const query = new URLSearchParams(location.search);
const scenario = query.get('scenario') ?? 'finished';
const theme = query.get('theme') ?? 'dark';

let number = 0;
let state: unknown;
const send = (message: ToPanel): void => window.postMessage(message);
Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromPanel) => (message.type === 'snapshot' ? snapshot() : console.log(message)),
    setState: (value: unknown) => (state = value),
    getState: () => state,
  }),
  /** For measuring: lets the run tell so many more steps. */
  tellSteps: (count: number) => tell(longRun(told, count)),
});
document.documentElement.dataset.theme = theme;
addEventListener('DOMContentLoaded', () => document.body.classList.add(`vscode-${theme}`));

const run = (id: string, change: Partial<PanelRun> = {}): PanelRun => ({
  id,
  name: id,
  state: 'running',
  controllable: true,
  saved: false,
  plan: { method: 'PROMPT_TUNING', virtualTokens: 20, model: 'softprompt-9m', steps: 300, evalEvery: 80 },
  ...change,
});
const long = run('long', { plan: { ...run('').plan, steps: 30_000 } });
const error = {
  message: 'The run ended unexpectedly: the process was killed, probably because memory ran out.',
  advice: 'Lower training.batchSize to 8 and resume.',
};

/** The recorded run up to a step. */
const until = (step: number): RunEvent[] =>
  recorded.filter((event) => event.type !== 'end' && !('step' in event && event.step > step));
/** As if some tokens had been others before. */
const earlier = (event: Extract<RunEvent, { type: 'nearest' }>): RunEvent => ({
  ...event,
  step: 160,
  tokens: event.tokens.map((token) =>
    token.position % 4 === 0 ? { ...token, nearest: token.nearest.slice(1) } : token,
  ),
});

let told = 0;

function snapshot(): void {
  const own = scenes[scenario]?.() ?? scenes.finished?.() ?? [];
  send({
    type: 'snapshot',
    number: ++number,
    runs: own.map(([of, events]) => ({ run: of, told: packEvents(events) })),
  });
}

const scenes: Record<string, () => [PanelRun, readonly RunEvent[]][]> = {
  finished: () => [
    [
      run('tickets', { state: 'finished', saved: true, controllable: false }),
      recorded.flatMap((event) => (event.type === 'nearest' ? [earlier(event), event] : [event])),
    ],
  ],
  running: () => [[run('tickets'), until(247)]],
  starting: () => [[run('tickets'), []]],
  queued: () => [[run('tickets', { state: 'queued' }), []]],
  paused: () => [[run('tickets', { state: 'paused' }), until(100)]],
  interrupted: () => [[run('tickets', { state: 'interrupted', controllable: false }), until(200)]],
  failed: () => [[run('tickets', { state: 'failed', controllable: false, problem: error }), until(40)]],
  compare: () => [
    [run('tickets'), until(260)],
    [run('tickets-lr', { state: 'finished' }), recorded.map((event) => shifted(event, 0.8))],
    [run('tickets-p5', { state: 'stopped' }), until(200).map((event) => shifted(event, 1.3))],
  ],
  prefix: () => [[run('tickets', { plan: { ...run('').plan, method: 'PREFIX_TUNING' } }), until(247)]],
  encoder: () => [[run('tickets', { plan: { ...run('').plan, method: 'P_TUNING', encoder: 'LSTM 128' } }), until(247)]],
  long: () => [[long, longRun(0, Number(query.get('steps') ?? 10_000))]],
};

function shifted(event: RunEvent, factor: number): RunEvent {
  if (event.type === 'step') return { ...event, loss: event.loss * factor };
  return event.type === 'evaluation' ? { ...event, value: event.value / factor, loss: event.loss * factor } : event;
}

/** The recorded run over and over, as a run of many steps. */
function longRun(after: number, count: number): RunEvent[] {
  const steps = recorded.flatMap((event) => (event.type === 'step' ? [event] : []));
  const evaluations = recorded.flatMap((event) =>
    event.type === 'evaluation' && !event.baseline && event.split === 'dev' ? [event] : [],
  );
  const events: RunEvent[] = after === 0 ? until(0) : [];
  for (let step = after + 1; step <= after + count; step++) {
    const like = steps[step % steps.length];
    if (like) events.push({ ...like, step, loss: like.loss + Math.sin(step / 900) });
    const evaluation = evaluations[(step / 50) % evaluations.length];
    if (step % 50 === 0 && evaluation) events.push({ ...evaluation, step });
  }
  told = after + count;
  return events;
}

function tell(events: readonly RunEvent[]): void {
  send({ type: 'delta', number: ++number, run: long, told: packEvents(events) });
}
