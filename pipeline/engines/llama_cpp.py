"""Language model: llama.cpp in this process, any GGUF with a chat template.

The context holds a few sequences, and each keeps its last prompt evaluated. A new prompt goes to
the sequence that shares the longest beginning with it and pays for the rest only, so every constant
system prompt stays warm by itself. One thread by default: ggml's threads spin, and two of them
starve whatever else the machine has to do (66 ms to the first token becomes seconds).
"""

from __future__ import annotations

import codecs
import ctypes
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from numpy.typing import NDArray

from audiocore.errors import EngineError, ModelError
from pipeline.interfaces import Message

_log = logging.getLogger(__name__)
_BATCH = 512
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)], align=True)


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(_level: int, text: bytes, _data: ctypes.c_void_p) -> None:
    _log.debug("%s", text.decode(errors="replace").rstrip())


@dataclass(frozen=True, slots=True)
class LlamaCppOptions:
    """How to run the model."""

    threads: int = 1
    context_tokens: int = 2048
    """Upper bound on one prompt with its answer; never more than the model was trained for."""
    prompts_kept: int = 2
    """How many different prompt beginnings stay evaluated."""
    seed: int = 0
    """Of sampling at a temperature above 0."""


@dataclass(slots=True)
class _Sequence:
    """One sequence of the context and the tokens that its cache holds."""

    number: int
    tokens: list[int] = field(default_factory=list)
    last_used: int = 0


class LlamaCpp:
    """A LanguageModel. Thread-safe; one completion at a time, others wait."""

    def __init__(self, path: Path, options: LlamaCppOptions | None = None) -> None:
        """Load and warm the model.

        Raises:
            ModelError: there is no usable GGUF with a chat template at ``path``.
        """
        self._options = options or LlamaCppOptions()
        self._lock = threading.Lock()
        self._uses = 0
        self._model, self._context = _load(path, self._options)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._vocab_size = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
        self._limit = int(llama_cpp.llama_n_ctx(self._context)) // self._options.prompts_kept
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(_BATCH, 0, 1)
        self._sequences = [_Sequence(n) for n in range(self._options.prompts_kept)]
        self._template, self._bos = self._chat_template(path)
        self._candidates = np.zeros(self._vocab_size, _CANDIDATE)
        for _ in self.generate([Message("user", "hello")], max_tokens=1):
            pass

    def close(self) -> None:
        """Free the model. Nothing may be generated afterwards."""
        with self._lock:
            if self._context is not None:
                llama_cpp.llama_batch_free(self._batch)
                llama_cpp.llama_free(self._context)
                llama_cpp.llama_model_free(self._model)
                self._context = self._model = None

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        temperature: float = 0.0,
    ) -> Iterator[str]:
        """Yield text as it is decoded; see :class:`pipeline.interfaces.LanguageModel`."""
        with self._lock:
            prompt = self._tokens(self._render(messages))
            self._require_room(prompt, max_tokens)
            sampler = _Sampler(self._vocab, grammar, temperature, self._options.seed)
            sequence = self._assign(prompt)
            try:
                shared = len(sequence.tokens)
                self._decode(sequence, prompt[shared:])
                yield from self._answer(sequence, sampler, max_tokens)
            except EngineError:
                self._truncate(sequence, 0)
                raise
            finally:
                sampler.free()

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Weigh the options; see :class:`pipeline.interfaces.LanguageModel`.

        Each is followed token by token, its end included, to where no other option goes along. Most
        differ in their first token, and then the prompt is all that is decoded.
        """
        if len(options) < 2 or len(set(options)) < len(options):
            raise ValueError("options must be two or more, all different")
        with self._lock:
            rendered = self._render(messages)
            prompt = self._tokens(rendered)
            answers = [self._continuation(prompt, rendered, option) for option in options]
            self._require_room(prompt, max(map(len, answers)))
            sequence = self._assign(prompt)
            try:
                self._decode(sequence, prompt[len(sequence.tokens) :])
                likely = _log_softmax(self._logits())
                known: dict[tuple[int, ...], NDArray[np.float32]] = {(): likely}
                return _normalised([self._follow(sequence, a, answers, known) for a in answers])
            except EngineError:
                self._truncate(sequence, 0)
                raise

    def _follow(
        self,
        sequence: _Sequence,
        answer: tuple[int, ...],
        answers: Sequence[tuple[int, ...]],
        known: dict[tuple[int, ...], NDArray[np.float32]],
    ) -> float:
        """Log probability of the beginning of ``answer`` that no other one shares.

        ``known`` holds the log probabilities of the next token behind the paths walked so far.
        """
        prompt = len(sequence.tokens)
        total = 0.0
        for n, token in enumerate(answer):
            if answer[:n] not in known:
                self._decode(sequence, list(answer[len(sequence.tokens) - prompt : n]))
                known[answer[:n]] = _log_softmax(self._logits())
            total += float(known[answer[:n]][token])
            if sum(other[: n + 1] == answer[: n + 1] for other in answers) == 1:
                break
        self._truncate(sequence, prompt)
        return total

    def _require_room(self, prompt: Sequence[int], answer_tokens: int) -> None:
        if len(prompt) + answer_tokens > self._limit:
            raise EngineError(
                f"the prompt has {len(prompt)} tokens and the answer may have {answer_tokens}, "
                f"but the context holds {self._limit}: shorten the clinic's facts, or raise "
                "context_tokens if the model allows it"
            )

    # --- prompt ------------------------------------------------------------------------------

    def _chat_template(self, path: Path) -> tuple[Jinja2ChatFormatter, str]:
        raw = llama_cpp.llama_model_chat_template(self._model, None)
        if not raw:
            raise ModelError(
                f"{path} has no chat template: use an instruct model, whose GGUF carries "
                "tokenizer.chat_template"
            )
        bos = self._special_text(llama_cpp.llama_vocab_bos(self._vocab))
        eos = self._special_text(llama_cpp.llama_vocab_eos(self._vocab))
        return Jinja2ChatFormatter(template=raw.decode(), eos_token=eos, bos_token=bos), bos

    def _special_text(self, token: int) -> str:
        if token < 0:
            return ""
        return bytes(llama_cpp.llama_vocab_get_text(self._vocab, token)).decode(errors="replace")

    def _render(self, messages: Sequence[Message]) -> str:
        """The prompt in the model's own template."""
        if self._context is None:
            raise EngineError("the language model is closed: load it again")
        chat = [{"role": m.role, "content": m.content} for m in messages]
        return str(self._template(messages=chat).prompt)

    def _tokens(self, rendered: str) -> list[int]:
        text = rendered.encode()
        add_special = not (self._bos and rendered.startswith(self._bos))
        room = len(text) + 8
        tokens = (llama_cpp.llama_token * room)()
        n = llama_cpp.llama_tokenize(self._vocab, text, len(text), tokens, room, add_special, True)
        if n < 0:
            raise EngineError("the prompt could not be tokenized")
        return list(tokens[:n])

    def _continuation(self, prompt: list[int], rendered: str, answer: str) -> tuple[int, ...]:
        """The tokens of ``answer`` behind a prompt, and the end of the model's turn."""
        whole = self._tokens(rendered + answer)
        if whole[: len(prompt)] != prompt:
            raise EngineError("an option's first letters merge with the end of the prompt")
        end = llama_cpp.llama_vocab_eot(self._vocab)
        if end < 0:
            end = llama_cpp.llama_vocab_eos(self._vocab)
        return (*whole[len(prompt) :], int(end))

    # --- cache -------------------------------------------------------------------------------

    def _assign(self, prompt: list[int]) -> _Sequence:
        """The sequence to use, cut back to what it shares with ``prompt``; one token is left."""
        shared = {s.number: _common(s.tokens, prompt) for s in self._sequences}
        best = max(self._sequences, key=lambda s: shared[s.number])
        if shared[best.number] * 2 < len(prompt):
            best = min(self._sequences, key=lambda s: s.last_used)
        self._uses += 1
        best.last_used = self._uses
        self._truncate(best, min(shared[best.number], len(prompt) - 1))
        return best

    def _truncate(self, sequence: _Sequence, length: int) -> None:
        if not llama_cpp.llama_memory_seq_rm(self._memory, sequence.number, length, -1):
            llama_cpp.llama_memory_seq_rm(self._memory, sequence.number, -1, -1)
            length = 0
        del sequence.tokens[length:]

    def _decode(self, sequence: _Sequence, tokens: list[int]) -> None:
        """Evaluate ``tokens`` behind what the sequence holds; logits of the last one."""
        for start in range(0, len(tokens), _BATCH):
            part = tokens[start : start + _BATCH]
            batch = self._batch
            batch.n_tokens = len(part)
            for i, token in enumerate(part):
                batch.token[i] = token
                batch.pos[i] = len(sequence.tokens) + i
                batch.n_seq_id[i] = 1
                batch.seq_id[i][0] = sequence.number
                batch.logits[i] = i == len(part) - 1
            status = llama_cpp.llama_decode(self._context, batch)
            if status:
                raise EngineError(f"llama_decode failed with status {status}", retryable=True)
            sequence.tokens += part

    # --- answer ------------------------------------------------------------------------------

    def _answer(self, sequence: _Sequence, sampler: _Sampler, max_tokens: int) -> Iterator[str]:
        utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        buffer = ctypes.create_string_buffer(256)
        for count in range(max_tokens):
            token = sampler.sample(self._logits(), self._candidates)
            if llama_cpp.llama_vocab_is_eog(self._vocab, token):
                break
            n = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            text = utf8.decode(buffer.raw[: max(n, 0)])
            if text:
                yield text
            if count + 1 < max_tokens:
                self._decode(sequence, [token])
        rest = utf8.decode(b"", final=True)
        if rest:
            yield rest

    def _logits(self) -> NDArray[np.float32]:
        pointer = llama_cpp.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, (self._vocab_size,))


class _Sampler:
    """Greedy, or by temperature; a grammar is consulted for the likeliest token first."""

    def __init__(self, vocab: Any, grammar: str | None, temperature: float, seed: int) -> None:
        self._grammar = None
        if grammar is not None:
            self._grammar = llama_cpp.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
            if not self._grammar:
                raise EngineError("the grammar is not valid GBNF, or has no rule named root")
        self._temperature = temperature
        self._random = np.random.default_rng(seed)

    def free(self) -> None:
        """Release what llama.cpp holds."""
        if self._grammar is not None:
            llama_cpp.llama_sampler_free(self._grammar)
            self._grammar = None

    def sample(self, logits: NDArray[np.float32], candidates: NDArray[np.void]) -> int:
        """The next token; the grammar moves on by it."""
        token = self._choose(logits)
        if self._grammar is not None:
            if not self._allowed(token, logits):
                candidates["id"] = np.arange(len(logits))
                candidates["logit"] = logits
                token = self._choose(self._mask(candidates))
            llama_cpp.llama_sampler_accept(self._grammar, token)
        return token

    def _choose(self, logits: NDArray[np.float32]) -> int:
        if self._temperature <= 0:
            return int(logits.argmax())
        # Gumbel's trick: the argmax of noisy log-probabilities is a sample of the distribution.
        noise = self._random.gumbel(size=len(logits))
        return int((logits / self._temperature + noise).argmax())

    def _allowed(self, token: int, logits: NDArray[np.float32]) -> bool:
        one = np.array([(token, logits[token], 0)], _CANDIDATE)
        return bool(np.isfinite(self._mask(one)[0]))

    def _mask(self, candidates: NDArray[np.void]) -> NDArray[np.float32]:
        """The candidates' logits, -inf where the grammar forbids."""
        pointer = candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data))
        array = llama_cpp.llama_token_data_array(pointer, len(candidates), -1, False)
        llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(array))
        masked: NDArray[np.float32] = candidates["logit"]
        return masked


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = logits - logits.max()
    likely: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum())
    return likely


def _normalised(log_probabilities: Sequence[float]) -> tuple[float, ...]:
    """Probabilities that sum to 1."""
    weights = np.exp(np.array(log_probabilities) - max(log_probabilities))
    return tuple(float(weight) for weight in weights / weights.sum())


def _common(a: list[int], b: list[int]) -> int:
    """How many tokens two lists share at their beginning."""
    n = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        n += 1
    return n


def _load(path: Path, options: LlamaCppOptions) -> tuple[Any, Any]:
    """The model and its context."""
    if not path.is_file():
        raise ModelError(f"{path} is missing: set the language model's path to a GGUF file")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError(f"{path} is not a GGUF file: convert the model with llama.cpp")
    llama_cpp.llama_log_set(_on_log, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    how = llama_cpp.llama_model_default_params()
    if b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info():
        # Its AMX kernels crash on the first prompt (ggml-org/llama.cpp issue 20824); without the
        # extra buffer types the plain kernels run.
        how.use_extra_bufts = False
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), how)
    if not model:
        raise ModelError(
            f"{path} could not be loaded: it is damaged, or of a kind that this llama.cpp lacks "
            "(its log is at level DEBUG)"
        )
    params = llama_cpp.llama_context_default_params()
    tokens = min(options.context_tokens, int(llama_cpp.llama_model_n_ctx_train(model)))
    params.n_ctx = tokens * options.prompts_kept
    params.n_seq_max = options.prompts_kept
    params.n_batch = params.n_ubatch = _BATCH
    # On CPUs, flash attention takes batches below 64 tokens row by row: 40 tokens of the starter
    # model behind 150 cached ones took 22 ms with it and 5 ms without.
    params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.n_threads = params.n_threads_batch = options.threads
    context = llama_cpp.llama_init_from_model(model, params)
    if not context:
        llama_cpp.llama_model_free(model)
        raise ModelError(
            f"{path}: no memory for a context of {tokens} tokens: lower context_tokens"
        )
    return model, context
