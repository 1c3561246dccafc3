"""The LanguageModel: prompts in, text or probabilities out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from audiocore.errors import EngineError
from pipeline.engines.llama_cpp.answers import Answers
from pipeline.engines.llama_cpp.batch import Batch, Steps
from pipeline.engines.llama_cpp.cache import common
from pipeline.engines.llama_cpp.grammar import beginning
from pipeline.engines.llama_cpp.model import Model
from pipeline.engines.llama_cpp.prompt import Prompter
from pipeline.engines.llama_cpp.sampler import Logits, Sampler
from pipeline.engines.options import LlamaCppOptions
from pipeline.interfaces.engines import Message


class LlamaCpp:
    """A LanguageModel. Thread-safe; what several threads ask is decoded together."""

    def __init__(self, path: Path, options: LlamaCppOptions | None = None) -> None:
        """Load and warm the model.

        Raises:
            ModelError: there is no usable GGUF with a chat template at ``path``.
        """
        self._options = options = options or LlamaCppOptions()
        self._model = Model(
            path,
            context_tokens=options.memory_tokens,
            sequences=options.sequences,
            batch_tokens=options.step_tokens,
            threads=options.threads,
        )
        self._closing = threading.Lock()
        self._closed = False
        self._choices = Answers[tuple[float, ...]](options.sequences)
        self._limit = min(options.context_tokens, self._model.trained_tokens)
        self._batch = Batch(
            self._model,
            sequences=options.sequences,
            memory_tokens=options.memory_tokens,
            step_tokens=options.step_tokens,
            queue_limit=options.queue_limit,
        )
        try:
            self._prompter = Prompter(self._model, path)
            for _ in self.generate([Message("user", "hello")], max_tokens=1):
                pass
        except BaseException:
            self.close()
            raise

    @property
    def evaluated_tokens(self) -> int:
        """Tokens evaluated so far: of prompts only what was not known yet, and of answers."""
        return self._batch.evaluated

    def close(self) -> None:
        """Free the model. Nothing may be generated afterwards."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._batch.close()
                self._model.close()

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        temperature: float = 0.0,
    ) -> Iterator[str]:
        """Yield text as it is decoded; see :class:`pipeline.interfaces.engines.LanguageModel`."""
        rendered = self._render(messages)
        prompt = self._prompter.tokens(rendered)
        room = self._require_room(prompt, max_tokens)
        given = self._given(rendered, prompt, grammar)[:max_tokens]

        def work(emit: Callable[[int], None]) -> Steps:
            sampler = Sampler(self._model.vocab, grammar, temperature, self._options.seed)
            try:
                for token in given:
                    sampler.accept(token)
                    emit(token)
                    prompt.append(token)
                for _ in range(max_tokens - len(given)):
                    token = sampler.sample((yield prompt))
                    if self._prompter.ends(token):
                        return
                    emit(token)
                    prompt.append(token)
            finally:
                sampler.free()

        with closing(self._batch.run(work, room)) as tokens:
            yield from self._prompter.text(tokens)

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Weigh the options; see :class:`pipeline.interfaces.engines.LanguageModel`.

        Each is followed token by token, its end included, to where no other option goes along. Most
        differ in their first token, and then the prompt is all that is decoded. Who asks what was
        just asked, or is being asked, is given the same answer.
        """
        if len(options) < 2 or len(set(options)) < len(options):
            raise ValueError("options must be two or more, all different")
        rendered = self._render(messages)
        return self._choices.get((rendered, tuple(options)), lambda: self._weigh(rendered, options))

    def _weigh(self, rendered: str, options: Sequence[str]) -> tuple[float, ...]:
        prompt = self._prompter.tokens(rendered)
        answers = [self._prompter.answer_tokens(rendered, prompt, option) for option in options]
        room = self._require_room(prompt, max(map(len, answers)))
        shared = common(min(answers), max(answers))  # says nothing about which it will be

        def work(emit: Callable[[list[float]], None]) -> Steps:
            known: dict[tuple[int, ...], Logits] = {}
            totals = []
            for answer in answers:
                total = 0.0
                for n, token in enumerate(answer[shared:], shared):
                    path = answer[:n]
                    if path not in known:
                        known[path] = _log_softmax((yield [*prompt, *path]))
                    total += float(known[path][token])
                    if sum(other[: n + 1] == answer[: n + 1] for other in answers) == 1:
                        break
                totals.append(total)
            emit(totals)

        (totals,) = self._batch.run(work, room)
        weights = np.exp(np.array(totals) - max(totals))
        return tuple(float(weight) for weight in weights / weights.sum())

    def _render(self, messages: Sequence[Message]) -> str:
        if self._closed:
            raise EngineError("the language model is closed: load it again")
        return self._prompter.render(messages)

    def _given(self, rendered: str, prompt: Sequence[int], grammar: str | None) -> list[int]:
        """What the grammar makes every answer begin with, less its last token, which may be one
        with what follows."""
        text = beginning(grammar) if grammar else ""
        if not text:
            return []
        try:
            return list(self._prompter.answer_tokens(rendered, prompt, text)[:-2])
        except EngineError:  # its first letters are one with the end of the prompt
            return []

    def _require_room(self, prompt: Sequence[int], answer_tokens: int) -> int:
        room = len(prompt) + answer_tokens
        if room > self._limit:
            raise EngineError(
                f"the prompt has {len(prompt)} tokens and the answer may have {answer_tokens}, "
                f"but the context holds {self._limit}: shorten the business's facts, or raise "
                "context_tokens if the model allows it"
            )
        return room


def _log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))
