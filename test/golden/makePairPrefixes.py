"""Writes pairPrefixes/: what torch computes of random encoder-decoders with a prefix in their attentions, as PEFT has it in the decoder's alone.

Run: python makePairPrefixes.py, after makePairs.py, one of whose models it takes. All of a model is transformers' but the attention, which stands
here: without a prefix it is asserted to give transformers' logits. The versions used stand in every file that holds results.

A prefix's keys and values stand in front of the attention's own: in self-attention at the positions -P to -1, with the relative biases of those
distances; in cross-attention, which has no biases, anywhere. In a row of the matrix [P, width] stand the decoder's, the encoder's and the
cross-attention's one behind the other, in each, block by block, a key and then a value of all heads.

pairPrefixes/uneven             config and weights of a model whose encoder has more blocks than its decoder
pairPrefixes/MODEL.json         token ids of texts, of what the decoder reads, and of labels; case by case: parts, the loss, texts written greedily and by a search of 3 beams
pairPrefixes/MODEL.safetensors  CASE.prompt_embeddings, CASE.logits.I (of row I, every position of the decoder), CASE.gradient (of the loss)
"""
import json
import random
import types
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import T5Config, T5ForConditionalGeneration
from transformers.models.t5.modeling_t5 import T5Attention

HERE = Path(__file__).parent
OUT = HERE / "pairPrefixes"
VERSIONS = {package: version(package) for package in ("torch", "transformers", "safetensors")}
VOCABULARY, COUNT, WRITTEN = 61, 3, 8
CASES = {
    "all": ["decoder", "encoder", "cross"],
    "decoder": ["decoder"],
    "encoder": ["encoder"],
    "cross": ["cross"],
    "encoderAndCross": ["encoder", "cross"],
}


def uneven():
    torch.manual_seed(7)
    model = T5ForConditionalGeneration(
        T5Config(
            vocab_size=VOCABULARY, d_model=24, d_kv=5, d_ff=40, num_heads=4, num_layers=3, num_decoder_layers=2, decoder_start_token_id=0,
            feed_forward_proj="gated-gelu", tie_word_embeddings=False, relative_attention_num_buckets=16, relative_attention_max_distance=40,
        )
    )  # fmt: skip
    with torch.no_grad():
        for name, p in model.named_parameters():
            if p.dim() == 1:
                p.add_(0.3 * torch.randn_like(p))
            elif "relative_attention_bias" in name or "shared" in name or "lm_head" in name:
                p.normal_(0, 1)
            else:
                # Scores are not scaled.
                p.normal_(0, (2 / p.shape[1]) ** 0.5 / (5**0.25 if name.endswith((".q.weight", ".k.weight")) else 1))
    folder = OUT / "uneven"
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    return folder


def attend(self, hidden_states, mask=None, key_value_states=None, position_bias=None, past_key_values=None, **_):
    """T5's attention over one text without padding, behind `self.prefix`: keys and values [heads, P, d_kv]."""
    rows, is_self = hidden_states.shape[1], key_value_states is None
    source = hidden_states if is_self else key_value_states
    split = lambda x: x.view(1, -1, self.n_heads, self.key_value_proj_dim).transpose(1, 2)
    query, key, value = split(self.q(hidden_states)), split(self.k(source)), split(self.v(source))
    before = 0
    if self.prefix is not None:
        before = self.prefix[0].shape[1]
        key, value = torch.cat([self.prefix[0][None], key], 2), torch.cat([self.prefix[1][None], value], 2)
    scores = query @ key.transpose(2, 3)
    if is_self:
        distance = torch.arange(-before, rows)[None, :] - torch.arange(rows)[:, None]
        buckets = self._relative_position_bucket(
            distance, not self.is_decoder, self.relative_attention_num_buckets, self.relative_attention_max_distance
        )
        scores = scores + self.table(buckets).permute(2, 0, 1)[None]
        if self.is_decoder:
            scores = scores.masked_fill(distance > 0, float("-inf"))
    attended = torch.softmax(scores, -1) @ value
    return self.o(attended.transpose(1, 2).reshape(1, rows, -1)), None, None


def attentions(model):
    """Of every part, block by block."""
    return {
        "decoder": [block.layer[0].SelfAttention for block in model.decoder.block],
        "encoder": [block.layer[0].SelfAttention for block in model.encoder.block],
        "cross": [block.layer[1].EncDecAttention for block in model.decoder.block],
    }


def patch(model):
    parts = attentions(model)
    for part, blocks in parts.items():
        for attention in blocks:
            assert isinstance(attention, T5Attention)
            attention.forward = types.MethodType(attend, attention)
            attention.prefix = None
            if part != "cross":
                attention.table = parts[part][0].relative_attention_bias
    return parts


def put(parts, chosen, matrix):
    """The matrix in front of the chosen parts, and nothing in front of the others."""
    for blocks in parts.values():
        for attention in blocks:
            attention.prefix = None
    at = 0
    for part in chosen:
        for attention in parts[part]:
            heads, size = attention.n_heads, attention.key_value_proj_dim
            pair = []
            for _ in ("key", "value"):
                pair.append(matrix[:, at : at + heads * size].reshape(-1, heads, size).transpose(0, 1))
                at += heads * size
            attention.prefix = pair
    assert at == (matrix.shape[1] if chosen else 0)


def logits_of(model, ids, decoder_ids):
    return model(input_ids=torch.tensor([ids]), decoder_input_ids=torch.tensor([decoder_ids]), use_cache=False).logits[0]


def searched(model, ids, beams):
    """The best text of a search that keeps so many: of one, the greedy one. Every token is computed anew."""
    kept = [(0.0, [])]
    for _ in range(WRITTEN):
        longer = []
        for score, written in kept:
            best = torch.log_softmax(logits_of(model, ids, [0, *written])[-1], -1).topk(beams)
            longer += [(score + s, [*written, i]) for s, i in zip(best.values.tolist(), best.indices.tolist())]
        kept = sorted(longer, key=lambda candidate: -candidate[0])[:beams]
    return kept[0][1]


def draw(rng, count):
    return [rng.randrange(2, VOCABULARY) for _ in range(count)]


def record(name, folder, seed):
    rng = random.Random(seed)
    # Longer than the distances that all share a bucket.
    rows = [draw(rng, n) for n in (1, 2, 20, 150)]
    labels = [draw(rng, n) for n in (1, 3, 5, 2)]
    decoder_rows = [[0, *own[:-1]] for own in labels]
    model = T5ForConditionalGeneration.from_pretrained(folder).eval()
    for p in model.parameters():
        p.requires_grad_(False)
    bare = [logits_of(model, *pair) for pair in zip(rows, decoder_rows)]
    parts = patch(model)
    for expected, pair in zip(bare, zip(rows, decoder_rows)):
        assert (logits_of(model, *pair) - expected).abs().max() < 1e-4
    torch.manual_seed(seed)
    tensors, cases = {}, {}
    for case, chosen in CASES.items():
        width = sum(2 * a.inner_dim for part in chosen for a in parts[part])
        matrix = torch.randn(COUNT, width, requires_grad=True)
        put(parts, chosen, matrix)
        found = [logits_of(model, *pair) for pair in zip(rows, decoder_rows)]
        loss = torch.nn.functional.cross_entropy(torch.cat(found), torch.tensor(sum(labels, [])))
        loss.backward()
        tensors |= {f"{case}.logits.{i}": x.detach() for i, x in enumerate(found)}
        tensors |= {f"{case}.prompt_embeddings": matrix.detach().clone(), f"{case}.gradient": matrix.grad.clone()}
        with torch.no_grad():
            cases[case] = {"parts": chosen, "loss": loss.item(), "written": {beams: [searched(model, ids, beams) for ids in rows] for beams in (1, 3)}}
    save_file({key: t.contiguous() for key, t in tensors.items()}, OUT / f"{name}.safetensors", metadata={"versions": json.dumps(VERSIONS)})
    golden = {"versions": VERSIONS, "input_ids": rows, "decoder_input_ids": decoder_rows, "labels": labels, "cases": cases}
    (OUT / f"{name}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


torch.set_num_threads(1)
OUT.mkdir(exist_ok=True)
record("uneven", uneven(), 0)
record("t5", HERE / "pairs" / "models" / "t5", 1)
