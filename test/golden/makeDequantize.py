"""Writes dequantize.safetensors: random GGML blocks of every supported type and what Python's gguf package makes of them.

Run: python makeDequantize.py (needs gguf, numpy, safetensors; the versions used stand in the file's metadata).
"""
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize
from safetensors.numpy import save_file

TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Where float16 scales stand in a block: random bits there could be infinite or not a number.
HALVES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}

random = np.random.default_rng(7)
tensors = {}
for name in TYPES:
    kind = GGMLQuantizationType[name]
    block_size, block_bytes = GGML_QUANT_SIZES[kind]
    blocks = max(4, 512 // block_size)
    if name == "F32":
        data = random.standard_normal(blocks).astype(np.float32).view(np.uint8)
    elif name == "F16":
        data = random.standard_normal(blocks).astype(np.float16).view(np.uint8)
    elif name == "BF16":
        data = (random.standard_normal(blocks).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    else:
        data = random.integers(0, 256, (blocks, block_bytes), dtype=np.uint8)
        for at in HALVES[name]:
            data[:, at : at + 2] = (random.standard_normal((blocks, 1)) / 50).astype(np.float16).view(np.uint8)
        data = data.reshape(-1)
    tensors[f"{name}.blocks"] = data
    rows = data.view({"F32": np.float32, "F16": np.float16}.get(name, np.uint8)).reshape(1, -1)
    tensors[f"{name}.floats"] = dequantize(rows, kind).astype(np.float32).reshape(-1)

versions = {package: version(package) for package in ("gguf", "numpy", "safetensors")}
save_file(tensors, Path(__file__).with_name("dequantize.safetensors"), metadata=versions)
