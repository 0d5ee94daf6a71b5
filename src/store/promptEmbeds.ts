import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolderAtomic } from './atomicFile.js';
import type { SavedPrompt } from './promptFolder.js';
import { ggufPath, python } from './pythonSnippet.js';
import { writeSafetensors } from './writeSafetensors.js';

const embedsFile = 'prompt_embeds.safetensors';
const embedsName = 'prompt_embeds';

/**
 * A prompt for vLLM, whose `EmbedsPrompt` takes the vectors of the whole sequence, [tokens, hidden]: the prompt's vectors, and how to
 * put the text's behind them. Throws `store.noSpace` or `store.readOnly`.
 */
export async function writePromptEmbeds(folder: string, prompt: SavedPrompt): Promise<void> {
  const { embeddings } = prompt;
  await writeFolderAtomic(folder, async (temporary) => {
    await writeSafetensors(join(temporary, embedsFile), [
      [embedsName, { dtype: 'F32', shape: embeddings.shape, data: embeddings.data }],
    ]);
    await writeFile(join(temporary, 'README.md'), readme(prompt));
  });
}

function readme({ config, details, embeddings }: SavedPrompt): string {
  const base = config.base_model_name_or_path ?? details?.model.name ?? 'BASE_MODEL';
  const { folder, file } = ggufPath(base);
  const gguf = file === undefined ? '' : `, gguf_file=${python(file)}`;
  // vLLM takes a .gguf file itself, transformers its folder.
  const model = file === undefined ? 'base' : python(base);
  const [tokens = 0, hidden = 0] = embeddings.shape;
  return `# ${details?.name ?? 'Soft prompt'} for vLLM

\`${embedsFile}\` holds \`${embedsName}\`: ${tokens} virtual tokens of ${hidden} numbers, float32. vLLM takes the vectors of the whole
sequence, so those of the text are put behind them. It needs \`enable_prompt_embeds=True\` (the server: \`--enable-prompt-embeds\`).

\`\`\`python
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from vllm import LLM, SamplingParams

base = ${python(folder)}
tokenizer = AutoTokenizer.from_pretrained(base${gguf})
embed_tokens = AutoModelForCausalLM.from_pretrained(base${gguf}).get_input_embeddings()
prompt = load_file(${python(embedsFile)})[${python(embedsName)}]

ids = tokenizer(${python(details?.task.template ?? 'a row as the template words it')}, return_tensors="pt").input_ids[0]
with torch.no_grad():
    text = embed_tokens(ids)
prompt_embeds = torch.cat([prompt.to(text.dtype), text])  # [tokens, hidden]

llm = LLM(model=${model}, enable_prompt_embeds=True)
outputs = llm.generate({"prompt_embeds": prompt_embeds}, SamplingParams(temperature=0, max_tokens=8))
print(outputs[0].outputs[0].text)
\`\`\`

The OpenAI server takes the same tensor as base64 of what \`torch.save\` writes, in the field \`prompt_embeds\` of a completion request.
`;
}
