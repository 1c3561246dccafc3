"""Chat templates of the model families, on tiny models that carry them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from audiocore.errors import ModelError
from benchmarks.shapes import llama
from pipeline.engines.llama_cpp import LlamaCpp
from pipeline.interfaces.engines import Message

CONTROL = {
    "chatml": ("<|im_start|>", "<|im_end|>"),
    "llama-3": ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    "mistral": ("[INST]", "[/INST]"),
    "gemma": ("<start_of_turn>", "<end_of_turn>"),
}
BEGIN, END = "<s>", "</s>"
TALK = (
    Message("system", "Be brief."),
    Message("user", "Hello."),
    Message("assistant", "Hi."),
    Message("user", "Are you open?"),
)
RENDERED = {
    "chatml": (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello.<|im_end|>\n"
        "<|im_start|>assistant\nHi.<|im_end|>\n<|im_start|>user\nAre you open?<|im_end|>\n"
        "<|im_start|>assistant\n"
    ),
    "llama-3": (
        "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHello.<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHi.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nAre you open?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "mistral": "<s>[INST] Be brief.\n\nHello. [/INST]Hi.</s>[INST] Are you open? [/INST]",
    "gemma": (
        "<s><start_of_turn>user\nBe brief.\n\nHello.<end_of_turn>\n"
        "<start_of_turn>model\nHi.<end_of_turn>\n<start_of_turn>user\nAre you open?<end_of_turn>\n"
        "<start_of_turn>model\n"
    ),
}


def tiny(template: str, *, add_bos: bool = True) -> llama.LlamaShape:
    """A model of a few layers with the template's control tokens behind 8,000 words."""
    names = (BEGIN, END, *CONTROL.get(template, ()))
    return llama.LlamaShape(
        "llama", 64, 2, 4, 2, 128, 8100, 1024, 1e4, 1e-5, template,
        {name: 8050 + n for n, name in enumerate(names)}, BEGIN,
        "<|im_end|>" if template == "chatml" else END, add_bos,
    )  # fmt: skip


@pytest.fixture(scope="module", params=CONTROL)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(family: str, tmp_path_factory: pytest.TempPathFactory) -> LlamaCpp:
    path = tmp_path_factory.mktemp("llama") / f"{family}.gguf"
    llama.write(tiny(family), path, quantisation="Q8_0")
    return LlamaCpp(path)


def test_a_conversation_is_written_as_the_family_writes_it(model: LlamaCpp, family: str) -> None:
    """System messages too: where the template refuses them, the first user message holds them."""
    assert model._prompter.render(TALK) == RENDERED[family]


def test_control_tokens_are_single_and_bos_comes_once(model: LlamaCpp, family: str) -> None:
    tokens = model._prompter.tokens(model._prompter.render(TALK))
    control = tiny(family).control
    assert tokens.count(control[BEGIN]) == 1
    for name in CONTROL[family]:
        assert control[name] in tokens


def test_it_generates_weighs_and_obeys_grammars(model: LlamaCpp) -> None:
    assert len("".join(model.generate(TALK, max_tokens=8))) > 0
    assert "".join(model.generate(TALK, max_tokens=9, grammar='root ::= "yes" | "no"')) in (
        "yes",
        "no",
    )
    assert sum(model.choose(TALK, ["yes", "no", "yes please"])) == pytest.approx(1)


def test_only_a_system_message_is_a_user_message_where_there_is_no_system_role(
    model: LlamaCpp, family: str
) -> None:
    rendered = model._prompter.render([Message("system", "Greet the caller.")])
    assert rendered.count("Greet the caller.") == 1


def test_a_template_that_renders_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(llama.TEMPLATES, "broken", "{{ raise_exception('never') }}")
    llama.write(tiny("broken"), tmp_path / "broken.gguf", quantisation="Q8_0")
    with pytest.raises(ModelError, match="renders nothing"):
        LlamaCpp(tmp_path / "broken.gguf")


def test_a_model_without_a_template_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(llama.TEMPLATES, "none", "")
    llama.write(tiny("none"), tmp_path / "base.gguf", quantisation="Q8_0")
    with pytest.raises(ModelError, match="no chat template"):
        LlamaCpp(tmp_path / "base.gguf")


def test_stock_qwen_keeps_its_biases_and_has_no_bos(tmp_path: Path) -> None:
    shape = replace(
        tiny("chatml", add_bos=False), architecture="qwen2", bos=BEGIN, rope_base=1e6, epsilon=1e-6
    )
    llama.write(shape, tmp_path / "qwen.gguf", quantisation="Q4_0")
    model = LlamaCpp(tmp_path / "qwen.gguf")
    tokens = model._prompter.tokens(model._prompter.render(TALK))
    assert tokens[0] == shape.control["<|im_start|>"]
    assert len("".join(model.generate(TALK, max_tokens=4))) > 0
    model.close()
