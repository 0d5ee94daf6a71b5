import { it } from 'vitest';
import { batchFeeds, gradientName, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { promptParameter, promptTuning } from '../../src/methods/promptTuning.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';
import { relativeError } from '../support/numbers.js';
import { openParityModel, parityNames } from './parityModels.js';
it('x', async () => {
  for (const name of parityNames) {
    const { golden, model, tensor, open } = await openParityModel(name);
    for (const P of Object.keys(golden.losses))
      for (const o of ['adamw', 'adafactor'] as const) {
        const init = tensor(`${P}.init`);
        const prompt = { shape: init.shape, data: init.data.slice() };
        const method = promptTuning(Number(P), model.hiddenSize);
        const opt = optimizers[o](prompt.shape, { weightDecay: 0 });
        const s = await open(trainingGraph(model, method));
        const d: string[] = [];
        let g0 = 0;
        for (let step = 1; step <= 20; step++) {
          const b = golden.batches[(step - 1) % 6]!;
          const seqs = b.input_ids.map((ids, i) => {
            const sc = [...ids.keys()].filter((j) => b.labels[i]![j] !== -100);
            return { ids: ids.slice(0, sc.at(-1)), labelRows: sc.map((j) => j - 1) };
          });
          const targets = b.labels.flat().filter((t) => t !== -100);
          const r = await s.run({
            ...batchFeeds(model, method, seqs, { branching: false }),
            ...targetFeeds(targets, 1 / targets.length),
            [promptParameter]: prompt,
          });
          const g = r[gradientName(promptParameter)]!.data;
          if (step === 1) g0 = relativeError(g, tensor(`${P}.gradient`).data);
          d.push(Math.abs(r.loss!.data[0]! / golden.losses[P]![o][step - 1]! - 1).toExponential(0));
          opt.step(prompt, g, { step, learningRate: o === 'adamw' ? 0.01 : 0.3 });
        }
        console.log(
          name,
          P,
          o,
          'g',
          g0.toExponential(1),
          golden.losses[P]![o].filter((_, i) => i % 6 === 0)
            .map((x) => x.toFixed(2))
            .join(' '),
          '|',
          d.join(' '),
        );
      }
  }
});
