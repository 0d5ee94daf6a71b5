import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { duration, timeLeft, wholeNumber } from '../../../src/protocol/numbers.js';
import { memoryText } from '../numbers.js';
import type { RunView } from '../runView.js';

/** How far the run is and how fast it goes, in one line under a bar. */
export function progress(view: RunView): TemplateResult {
  const { run, lastStep, end } = view;
  const done = end?.step ?? lastStep?.step ?? 0;
  const total = run.plan.steps;
  const isStarting = run.state === 'running' && !lastStep;
  return html`
    ${
      run.state === 'finished'
        ? nothing
        : html`<vscode-progress-bar
            aria-label=${l10n.t('Progress')}
            .value=${done}
            .max=${total}
            ?indeterminate=${isStarting}
          ></vscode-progress-bar>`
    }
    <p class="pace">${facts(view, done, total).map((fact) => html`<span>${fact}</span>`)}</p>
  `;
}

function facts({ run, start, lastStep, end }: RunView, done: number, total: number): string[] {
  const isRunning = run.state === 'running';
  return [
    ...(lastStep?.group && isRunning
      ? [
          l10n.t('{group}, {number} of {of}', {
            group: lastStep.group.group,
            number: wholeNumber(lastStep.group.number),
            of: wholeNumber(lastStep.group.of),
          }),
        ]
      : []),
    l10n.t('step {step} / {steps}', { step: wholeNumber(done), steps: wholeNumber(total) }),
    ...(lastStep ? [l10n.t('epoch {epoch}', { epoch: lastStep.epoch.toFixed(2) })] : []),
    ...(end ? [duration(end.seconds)] : []),
    ...(isRunning && lastStep
      ? [
          timeLeft(lastStep.secondsLeft),
          l10n.t('{examples} examples/s', { examples: wholeNumber(lastStep.examplesPerSecond) }),
        ]
      : []),
    ...(start ? [deviceText(start.device, start.threads)] : []),
    ...(isRunning && lastStep ? [memoryText(lastStep.memoryMb)] : []),
  ];
}

function deviceText(device: string, threads: number): string {
  const name = deviceNames[device] ?? device;
  return device === 'cpu' ? l10n.t('{device}, threads: {threads}', { device: name, threads }) : name;
}

const deviceNames: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
};
