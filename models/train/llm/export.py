"""Write the trained weights as GGUF, Q8_0, with tokenizer and chat template inside::

python -m models.train.llm.export --run build/llm --out models/starter/llm
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer

from models.train.llm import tokenizer
from models.train.llm.model import Shape

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}"
    "{% endif %}"
)


def write(path: Path, weights: dict[str, torch.Tensor], tok: Tokenizer, shape: Shape) -> None:
    """One GGUF file; matrices in Q8_0, norms in float32."""
    out = gguf.GGUFWriter(path, "llama")
    out.add_name("audiocore starter receptionist")
    out.add_license("Apache-2.0")
    out.add_context_length(shape.context)
    out.add_embedding_length(shape.width)
    out.add_block_count(shape.layers)
    out.add_feed_forward_length(shape.hidden)
    out.add_head_count(shape.heads)
    out.add_head_count_kv(shape.kv_heads)
    out.add_rope_dimension_count(shape.head)
    out.add_rope_freq_base(shape.theta)
    out.add_layer_norm_rms_eps(shape.epsilon)
    out.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    names = [token for token, _ in sorted(tok.get_vocab().items(), key=lambda item: item[1])]
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(names)
    out.add_token_types(
        [
            gguf.TokenType.CONTROL if token in tokenizer.SPECIAL else gguf.TokenType.NORMAL
            for token in names
        ]
    )
    out.add_token_merges(tokenizer.merges(tok))
    out.add_bos_token_id(tok.token_to_id("<|endoftext|>"))
    out.add_eos_token_id(tok.token_to_id("<|im_end|>"))
    out.add_eot_token_id(tok.token_to_id("<|im_end|>"))
    out.add_pad_token_id(tok.token_to_id("<|endoftext|>"))
    out.add_add_bos_token(False)
    out.add_chat_template(CHATML)
    for name, weight in weights.items():
        values = weight.float().numpy().astype(np.float32)
        if values.ndim == 1:
            out.add_tensor(name, values)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            out.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def main() -> None:
    """Export the averaged weights of a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--run", type=Path, default=Path("build/llm"))
    parser.add_argument("--out", type=Path, default=Path("models/starter/llm"))
    args = parser.parse_args()
    kept = torch.load(args.run / "checkpoint.pt")
    tok = tokenizer.load(args.run / "tokenizer.json")
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "receptionist.gguf"
    fresh = path.with_suffix(".partial")
    write(fresh, kept["average"], tok, Shape(tok.get_vocab_size()))
    os.replace(fresh, path)
    print(f"step {kept['step']}: {path}, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
