from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch
from faster_whisper import WhisperModel

from models.train.stt import tokenizer as bpe
from models.train.stt.export import export
from models.train.stt.model import Recognizer


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, write_run: Callable[..., Recognizer]) -> Path:
    folder = tmp_path_factory.mktemp("run")
    write_run(folder, width=64, heads=2, encoder_layers=2, decoder_layers=2)
    return folder


@pytest.fixture(scope="module")
def exported(run: Path) -> Path:
    out = run / "exported"
    export(run, out, "float32")
    return out


def test_ctranslate2_computes_what_torch_computes(run: Path, exported: Path) -> None:
    from models.train.stt.export import load

    model, _ = load(run)
    engine = WhisperModel(str(exported), device="cpu", compute_type="float32", cpu_threads=1)
    mel = np.random.default_rng(0).normal(0, 1, (80, 120)).astype(np.float32)
    with torch.no_grad():
        memory = model.encode(torch.from_numpy(mel)[None])
        ids = bpe.ids(engine.hf_tokenizer)
        tokens = [ids.start, ids.no_timestamps]
        for _ in range(6):
            tokens.append(int(model.decode(torch.tensor([tokens]), memory)[0, -1].argmax()))
    encoded = engine.encode(mel)
    np.testing.assert_allclose(np.array(encoded), memory.numpy(), atol=1e-3)
    # CTranslate2 gives Whisper's answer half of max_length; the rest is for the prompt.
    result = engine.model.generate(
        encoded, [tokens[:2]], beam_size=1, max_length=12, suppress_tokens=[], suppress_blank=False
    )
    assert result[0].sequences_ids[0][:6] == tokens[2:]


def test_the_folder_is_a_faster_whisper_model(exported: Path) -> None:
    names = {file.name for file in exported.iterdir()}
    assert names == {
        "config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json"
    }  # fmt: skip
    engine = WhisperModel(str(exported), device="cpu", compute_type="int8", cpu_threads=1)
    assert not engine.model.is_multilingual
    assert engine.feat_kwargs["feature_size"] == 80


def test_exporting_again_keeps_the_card(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "stt"
    export(run, out, "int8_float16")
    (out / "CARD.md").write_text("measured")
    export(run, out, "int8_float16")
    assert (out / "CARD.md").read_text() == "measured"
    assert not (tmp_path / "stt.partial").exists()
