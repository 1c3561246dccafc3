"""Messages to tokens, by the model's own chat template and vocabulary, and tokens to text."""

from __future__ import annotations

import codecs
import ctypes
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import llama_cpp
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from audiocore.errors import EngineError, ModelError
from pipeline.engines.llama_cpp.model import Model
from pipeline.interfaces.engines import Message

_TAIL = 32
"""Characters at the end of a prompt that decide how what follows is cut into tokens."""
_KNOWN = 1000
"""Answers whose tokens are kept."""


class Prompter:
    """One model's way of writing a conversation down. Thread-safe."""

    def __init__(self, model: Model, path: Path) -> None:
        """Read the template.

        Raises:
            ModelError: the model has none, or it renders no conversation.
        """
        raw = llama_cpp.llama_model_chat_template(model.weights, None)
        if not raw:
            raise ModelError(
                f"{path} has no chat template: use an instruct model, whose GGUF carries "
                "tokenizer.chat_template"
            )
        self._vocab = model.vocab
        self._bos = self._special_text(llama_cpp.llama_vocab_bos(self._vocab))
        eos = self._special_text(llama_cpp.llama_vocab_eos(self._vocab))
        self._template = Jinja2ChatFormatter(raw.decode(), eos_token=eos, bos_token=self._bos)
        self._takes_system = self._renders_system()
        self._answers: dict[tuple[str, str], tuple[int, ...]] = {}
        try:
            self.render([Message("system", "Be brief."), Message("user", "Hello.")])
        except Exception as error:
            raise ModelError(f"{path}: its chat template renders nothing ({error})") from error

    def _special_text(self, token: int) -> str:
        if token < 0:
            return ""
        return bytes(llama_cpp.llama_vocab_get_text(self._vocab, token)).decode(errors="replace")

    def _renders_system(self) -> bool:
        """Whether the template writes system messages down; some refuse or drop them (Gemma)."""
        instruction = "Answer in one short sentence."
        try:
            return instruction in self._apply(
                [Message("system", instruction), Message("user", "Hello.")]
            )
        except Exception:  # templates raise what they like
            return False

    def _apply(self, messages: Iterable[Message]) -> str:
        chat = [{"role": m.role, "content": m.content} for m in messages]
        return str(self._template(messages=chat).prompt)

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt as text. A model without a system role is told by the first user message.

        Raises:
            ValueError: the template refuses these messages.
        """
        return self._apply(messages if self._takes_system else _without_system(messages))

    def tokens(self, rendered: str) -> list[int]:
        """The tokens of a rendered prompt."""
        text = rendered.encode()
        add_special = not (self._bos and rendered.startswith(self._bos))
        room = len(text) + 8
        tokens = (llama_cpp.llama_token * room)()
        n = llama_cpp.llama_tokenize(self._vocab, text, len(text), tokens, room, add_special, True)
        if n < 0:
            raise EngineError("the prompt could not be tokenized")
        return list(tokens[:n])

    def answer_tokens(self, rendered: str, prompt: Sequence[int], answer: str) -> tuple[int, ...]:
        """The tokens of ``answer`` behind a prompt, and the end of the model's turn.

        They depend on the end of the prompt only, and are kept for prompts that end alike.
        """
        case = (rendered[-_TAIL:], answer)
        tokens = self._answers.get(case)
        if tokens is None:
            whole = self.tokens(rendered + answer)
            if whole[: len(prompt)] != prompt:
                raise EngineError("an option's first letters merge with the end of the prompt")
            end = llama_cpp.llama_vocab_eot(self._vocab)
            if end < 0:
                end = llama_cpp.llama_vocab_eos(self._vocab)
            if len(self._answers) >= _KNOWN:
                self._answers.clear()
            tokens = self._answers[case] = (*whole[len(prompt) :], int(end))
        return tokens

    def ends(self, token: int) -> bool:
        """Whether this token ends the model's turn."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def text(self, tokens: Iterable[int]) -> Iterator[str]:
        """The text of each token, as soon as its last character is complete."""
        utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        buffer = ctypes.create_string_buffer(256)
        for token in tokens:
            n = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            if text := utf8.decode(buffer.raw[: max(n, 0)]):
                yield text
        if rest := utf8.decode(b"", final=True):
            yield rest


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """What system messages say, put at the start of the first user message."""
    system = [m.content for m in messages if m.role == "system"]
    others = [m for m in messages if m.role != "system"]
    if not system:
        return others
    if not others or others[0].role != "user":
        return [Message("user", "\n\n".join(system)), *others]
    return [Message("user", "\n\n".join([*system, others[0].content])), *others[1:]]
