import { afterAll, describe, expect, it } from 'vitest';
import { rm } from 'node:fs/promises';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { commonBeginning, type Candidates } from '../../src/evaluation/candidates.js';
import { openMixedScorer } from '../../src/evaluation/mixedScorer.js';
import { modelSessions } from '../../src/evaluation/modelSessions.js';
import { openScorer, type Member } from '../../src/evaluation/scorer.js';
import { batchFeeds, hasBeginning, logitsGraph } from '../../src/methods/causalGraph.js';
import { direct, noMethod, promptEmbeddings } from '../../src/methods/method.js';
import type { CausalModel } from '../../src/models/causalModel.js';
import { virtualToken } from '../../src/protocol/dataset.js';
import type { Engine } from '../../src/runtime/engine.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { openTensorflow } from '../../src/runtime/tensorflow/executor.js';
import { interpret, type Operand } from '../support/float64.js';
import { largestDifference, randomTensor } from '../support/numbers.js';
import { tensorflowCpu } from '../support/tensorflow.js';
import { randomWeights, tinyGpt2, tinyLlama, tinyModel, writeWeights } from '../support/tinyModels.js';

const tolerance = 1e-4;
const beginning = [5, 6];
const continuations = [[5, 7, 3], [9], [5, 2]];
const texts: readonly Candidates[] = [
  { inputIds: [5, 6, 8, 15, 16], continuations },
  { inputIds: [5, 6, 23], continuations },
  { inputIds: [4, 8, 1, 3], continuations: [[3, 12]] },
  { inputIds: [5, 6, 8, 2, 11, 20, 21], continuations: [[1], [0, 9, 2]] },
];
/** Where a template has places for three virtual tokens: the last behind the text, or all in front. */
const placedBehind = (ids: readonly number[]): number[] => [virtualToken(0), virtualToken(1), ...ids, virtualToken(2)];
const placedBefore = (ids: readonly number[]): number[] => [
  5,
  virtualToken(0),
  virtualToken(1),
  virtualToken(2),
  ...ids,
];
const read = (place: (ids: readonly number[]) => number[]): Candidates[] =>
  texts.map(({ inputIds, continuations: c }) => ({ inputIds: place(inputIds), continuations: c }));

const written: string[] = [];
afterAll(async () => {
  for (const folder of written) await rm(folder, { recursive: true });
});

/** What the general graph gives for each continuation as a sequence of its own, in float64. */
function scoresAlone(
  model: CausalModel,
  weights: Readonly<Record<string, Operand>>,
  { method, embeddings }: Member,
  examples: readonly Candidates[],
): number[] {
  return examples.flatMap(({ inputIds, continuations: candidates }) =>
    candidates.map((continuation) => {
      const text = method.entry === 'anywhere' ? inputIds : inputIds.filter((id) => id >= 0);
      const ids = [...text, ...continuation.slice(0, -1)];
      const sequences = [{ ids, labelRows: continuation.map((_, i) => text.length - 1 + i) }];
      const feeds = { ...batchFeeds(model, method, sequences), ...(embeddings && { [promptEmbeddings]: embeddings }) };
      const graph = logitsGraph(model, method, hasBeginning(method, sequences));
      const { data } = interpret({ logits: defined(graph.logits, 'logits') }, feeds, weights).logits;
      return continuation.reduce((sum, token, i) => {
        const row = data.subarray(i * model.vocabularySize, (i + 1) * model.vocabularySize);
        return sum + defined(row[token], 'a logit') - Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
      }, 0);
    }),
  );
}

describe.each(Object.entries({ Llama: tinyLlama(), 'GPT-2': tinyGpt2() }))('a scorer of %s', (name, config) => {
  const model = tinyModel(config);
  const weights = randomWeights(config);
  const located = writeWeights(weights).then((locations) => {
    written.push(locations.folder);
    return locations;
  });
  const random = seededRandom('scorer', name);
  const width = 2 * model.numLayers * model.heads.numKeyValueHeads * model.heads.headDim;
  const prompt = (entry: 'front' | 'anywhere' | 'keysAndValues', count: number): Member => {
    const size = entry === 'keysAndValues' ? width : model.hiddenSize;
    return { method: direct(entry, count, size), embeddings: randomTensor(random, [count, size]) };
  };
  const members: readonly Member[] = [
    prompt('front', 3),
    { method: noMethod },
    prompt('keysAndValues', 4),
    prompt('anywhere', 3),
    prompt('front', 7),
    prompt('anywhere', 3),
  ];
  const onnx: Pick<Engine, 'open'> = {
    open: (graph, locations) => openOnnxSession(graph, locations, { provider: 'cpu', threads: 1 }),
  };
  const scores = async (
    engine: Pick<Engine, 'open'>,
    own: readonly Member[],
    examples: readonly Candidates[],
    common: readonly number[],
  ): Promise<number[][]> => {
    const scorer = await openScorer({ engine, weights: await located, model }, own, common);
    const found = await scorer.score(examples);
    await scorer.dispose();
    return found.map((ofMember) => ofMember.flat());
  };
  const expectEachAlone = (found: readonly number[][], examples: readonly Candidates[]): void => {
    members.forEach((member, m) => {
      const alone = scoresAlone(model, weights, member, examples);
      expect(largestDifference(found[m] ?? [], alone), `member ${m}`).toBeLessThan(tolerance);
    });
  };

  it('gives each of several members what it gives alone, virtual tokens among the words', async () => {
    const examples = read(placedBehind);
    expectEachAlone(await scores(onnx, members, examples, []), examples);
    expectEachAlone(await scores(onnx, members, examples, [virtualToken(0), virtualToken(1), ...beginning]), examples);
  });

  it('keeps placed virtual tokens as keys and values where all words follow them', async () => {
    const examples = read(placedBefore);
    expect(commonBeginning(examples)).toHaveLength(4);
    expectEachAlone(await scores(onnx, members, examples, commonBeginning(examples)), examples);
  });

  it('scores texts that do not begin as was said, and texts that are nothing but the beginning', async () => {
    const examples = [...texts, { inputIds: beginning, continuations }];
    const own = members.filter(({ method }) => method.entry !== 'anywhere');
    const found = await scores(onnx, own, examples, beginning);
    own.forEach((member, m) => {
      const alone = scoresAlone(model, weights, member, examples);
      expect(largestDifference(found[m] ?? [], alone)).toBeLessThan(tolerance);
    });
  });

  it('does the same in TensorFlow', async () => {
    const tf = await tensorflowCpu();
    const engine = { open: (...[graph, located]: Parameters<Engine['open']>) => openTensorflow(graph, located, tf) };
    const examples = read(placedBehind);
    expectEachAlone(await scores(engine, members, examples, [virtualToken(0)]), examples);
  });

  it.each([
    ['with nothing in common', placedBehind, []],
    ['behind placed virtual tokens', placedBehind, [virtualToken(0), virtualToken(1), ...beginning]],
    ['where all words follow them', placedBefore, [5, virtualToken(0), virtualToken(1), virtualToken(2)]],
    ['behind words', (ids: readonly number[]) => [...ids], beginning],
  ])('gives each row of a mixed batch what its own member gives alone, %s', async (_, place, common) => {
    const setting = { engine: onnx, weights: await located, model };
    // Without places for virtual tokens there is nothing that such members could read.
    const own = members.filter(
      ({ method }) => place === placedBehind || place === placedBefore || method.entry !== 'anywhere',
    );
    const asked = read(place).flatMap((example) => own.map((member) => ({ example, member })));
    const engines = [setting.engine];
    if (common.length === 2) {
      const tf = await tensorflowCpu();
      engines.push({ open: (graph, weights) => openTensorflow(graph, weights, tf) });
    }
    for (const engine of engines) {
      const scorer = openMixedScorer({ ...setting, engine }, common);
      const found = await scorer.score(
        asked.map(({ example }) => example),
        asked.map(({ member }) => member),
      );
      await scorer.dispose();
      asked.forEach(({ example, member }, i) => {
        const alone = scoresAlone(model, weights, member, [example]);
        expect(largestDifference(found[i] ?? [], alone), `row ${i}`).toBeLessThan(tolerance);
      });
    }
  });

  it('shares sessions with others, and leaves them open', async () => {
    const setting = { engine: onnx, weights: await located, model };
    let opened = 0;
    const engine: Pick<Engine, 'open'> = {
      open: (...args) => {
        opened++;
        return onnx.open(...args);
      },
    };
    const sessions = modelSessions({ ...setting, engine });
    for (const member of members.slice(0, 3)) {
      const scorer = await openScorer({ ...setting, sessions }, [member], beginning);
      const [found] = await scorer.score(texts);
      await scorer.dispose();
      const alone = scoresAlone(model, weights, member, texts);
      expect(largestDifference(defined(found, 'scores').flat(), alone)).toBeLessThan(tolerance);
    }
    await sessions.dispose();
    expect(opened).toBe(2);
  });

  it('answers the same again, in batches of any size', async () => {
    const examples = read(placedBehind);
    const scorer = await openScorer({ engine: onnx, weights: await located, model }, members);
    const together = await scorer.score(examples);
    const apart = [await scorer.score(examples.slice(0, 1)), await scorer.score(examples.slice(1))];
    await scorer.dispose();
    members.forEach((_, m) => {
      const joined = apart.flatMap((part) => defined(part[m], 'a member').flat());
      expect(largestDifference(joined, defined(together[m], 'a member').flat())).toBeLessThan(1e-5);
    });
  });
});
