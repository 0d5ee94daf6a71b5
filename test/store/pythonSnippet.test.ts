import { expect, it } from 'vitest';
import { pythonSnippet } from '../../src/store/pythonSnippet.js';

it('loads an adapter on its base model', () => {
  expect(pythonSnippet({ base: 'org/model', adapter: 'C:\\store\\tickets', text: 'say "hi"\nQueue:' }))
    .toMatchInlineSnapshot(`
    "from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = "org/model"
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), "C:\\\\store\\\\tickets")
    inputs = tokenizer("say \\"hi\\"\\nQueue:", return_tensors="pt")
    print(tokenizer.decode(model.generate(**inputs, max_new_tokens=8)[0]))"
  `);
});

it('tells transformers which file of a folder is the GGUF', () => {
  expect(pythonSnippet({ base: '/models/x/m-q8.gguf', adapter: 'a', text: 't' }).split('\n').slice(3, 6))
    .toMatchInlineSnapshot(`
    [
      "base = "/models/x"",
      "tokenizer = AutoTokenizer.from_pretrained(base, gguf_file="m-q8.gguf")",
      "model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, gguf_file="m-q8.gguf"), "a")",
    ]
  `);
});
