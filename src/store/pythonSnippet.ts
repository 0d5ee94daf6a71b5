/** How Python uses an adapter: with PEFT, on the model that it was trained for. */
export interface AdapterUse {
  /** A Hugging Face id, or a folder or .gguf file. */
  readonly base: string;
  /** The adapter's folder. */
  readonly adapter: string;
  /** What the model is asked. */
  readonly text: string;
  /** Whether the base model is an encoder-decoder. */
  readonly isEncoderDecoder?: boolean;
}

export function pythonSnippet({ base, adapter, text, isEncoderDecoder = false }: AdapterUse): string {
  const modelClass = isEncoderDecoder ? 'AutoModelForSeq2SeqLM' : 'AutoModelForCausalLM';
  const { folder, file } = ggufPath(base);
  const source = file === undefined ? 'base' : `base, gguf_file=${python(file)}`;
  return [
    'from peft import PeftModel',
    `from transformers import ${modelClass}, AutoTokenizer`,
    '',
    `base = ${python(folder)}`,
    `tokenizer = AutoTokenizer.from_pretrained(${source})`,
    `model = PeftModel.from_pretrained(${modelClass}.from_pretrained(${source}), ${python(adapter)})`,
    `inputs = tokenizer(${python(text)}, return_tensors="pt")`,
    'print(tokenizer.decode(model.generate(**inputs, max_new_tokens=8)[0]))',
  ].join('\n');
}

/** transformers takes a .gguf file as a folder and a file's name in it. */
export function ggufPath(base: string): { folder: string; file?: string } {
  const [, folder, file] = /^(.*)[\\/]([^\\/]+\.gguf)$/i.exec(base) ?? [];
  return folder === undefined || file === undefined ? { folder: base } : { folder, file };
}

/** JSON's texts are Python's too. */
export function python(text: string): string {
  return JSON.stringify(text);
}
