/** How Python uses an adapter: with PEFT, on the model that it was trained for. */
export interface AdapterUse {
  /** A Hugging Face id, or a folder or .gguf file. */
  readonly base: string;
  /** The adapter's folder. */
  readonly adapter: string;
  /** What the model is asked. */
  readonly text: string;
}

export function pythonSnippet({ base, adapter, text }: AdapterUse): string {
  const gguf = /^(.*)[\\/]([^\\/]+\.gguf)$/i.exec(base);
  const source = gguf ? `base, gguf_file=${python(gguf[2] ?? '')}` : 'base';
  return [
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    `base = ${python(gguf?.[1] ?? base)}`,
    `tokenizer = AutoTokenizer.from_pretrained(${source})`,
    `model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(${source}), ${python(adapter)})`,
    `inputs = tokenizer(${python(text)}, return_tensors="pt")`,
    'print(tokenizer.decode(model.generate(**inputs, max_new_tokens=8)[0]))',
  ].join('\n');
}

/** JSON's texts are Python's too. */
function python(text: string): string {
  return JSON.stringify(text);
}
