import * as z from 'zod';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { promptLearningSchema, type RawAdapterConfig } from '../adapterConfig.js';
import { readAdapterTensors } from '../adapterWeights.js';
import { asPromptTuning, type ConvertedPrompt } from './convertedPrompt.js';

const count = z.int().min(1).default(1);
const schema = promptLearningSchema.extend({ num_tasks: count, num_ranks: count });

export const taskCount = (raw: RawAdapterConfig): number => raw.parse(schema).num_tasks;

/**
 * Multitask prompt tuning (Wang et al. 2023; PEFT's `MultitaskPromptEmbedding.forward`): the prompt of task t is
 * prompt_embeddings ⊙ (prefix_task_cols[t] · prefix_task_rows[t]).
 * Throws `store.taskNeeded` or `store.noTask`, `store.promptPickle`, `store.badPrompt` or `store.badSafetensors`.
 */
export async function readMultitask(folder: string, raw: RawAdapterConfig, task?: number): Promise<ConvertedPrompt> {
  const { num_tasks: tasks, num_ranks: ranks, ...common } = raw.parse(schema);
  const chosen = task ?? (tasks === 1 ? 0 : undefined);
  if (chosen === undefined) throw new SoftpromptError('store.taskNeeded', { from: folder, last: tasks - 1 });
  if (!(chosen >= 0 && chosen < tasks)) {
    throw new SoftpromptError('store.noTask', { from: folder, task: chosen, last: tasks - 1 });
  }
  const [tokens, width] = [common.num_virtual_tokens, common.token_dim];
  const { prompt_embeddings, prefix_task_cols, prefix_task_rows } = await readAdapterTensors(folder, {
    prompt_embeddings: [tokens, width],
    prefix_task_cols: [tasks, tokens, ranks],
    prefix_task_rows: [tasks, ranks, width],
  });
  const columns = prefix_task_cols.data.subarray(chosen * tokens * ranks, (chosen + 1) * tokens * ranks);
  const rows = prefix_task_rows.data.subarray(chosen * ranks * width, (chosen + 1) * ranks * width);
  const data = prompt_embeddings.data.map((shared, index) => {
    const [token, i] = [Math.floor(index / width), index % width];
    let factor = 0;
    for (let rank = 0; rank < ranks; rank++) {
      factor += Number(columns[token * ranks + rank]) * Number(rows[rank * width + i]);
    }
    return shared * factor;
  });
  return {
    config: asPromptTuning(common),
    embeddings: { shape: [tokens, width], data },
    origin: `task ${chosen} of a MULTITASK_PROMPT_TUNING adapter of PEFT`,
  };
}
