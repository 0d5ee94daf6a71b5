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
  /** Of a masked model, which is read at its mask: how many rows stand in front of the text's. */
  readonly virtualTokens?: number;
}

export function pythonSnippet({ base, adapter, text, isEncoderDecoder = false, virtualTokens }: AdapterUse): string {
  const modelClass = isEncoderDecoder ? 'AutoModelForSeq2SeqLM' : 'AutoModelForCausalLM';
  const { folder, file } = ggufPath(base);
  const source = file === undefined ? 'base' : `base, gguf_file=${python(file)}`;
  if (virtualTokens !== undefined) {
    return [
      'from peft import PeftModel',
      'from transformers import AutoModelForMaskedLM, AutoTokenizer',
      '',
      `base = ${python(folder)}`,
      'tokenizer = AutoTokenizer.from_pretrained(base)',
      `model = PeftModel.from_pretrained(AutoModelForMaskedLM.from_pretrained(base), ${python(adapter)}).eval()`,
      `inputs = tokenizer(${python(text)}.replace("{mask}", tokenizer.mask_token), return_tensors="pt")`,
      'mask = (inputs.input_ids[0] == tokenizer.mask_token_id).nonzero()[0, 0]',
      'inputs.pop("token_type_ids", None)',
      `print(tokenizer.decode(model(**inputs).logits[0, ${virtualTokens} + mask].argmax()))`,
    ].join('\n');
  }
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
