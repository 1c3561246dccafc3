"""Continuous batching: whatever several callers want decoded, decoded together.

A request is a generator that yields the tokens whose continuation it wants to know, and is sent
the logits of what follows them. Each step evaluates what the running requests still lack, a bounded
number of tokens at a time so that a long prompt does not hold up the answers of others.

There is no thread here. Of the threads that wait for results one at a time leads: it steps for all
of them until it has something to return, and then another one leads.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, TypeVar

import llama_cpp
import numpy as np

from audiocore.errors import EngineBusy, EngineError
from pipeline.engines.llama_cpp.cache import Cache, Slot
from pipeline.engines.llama_cpp.model import Model
from pipeline.engines.llama_cpp.sampler import Logits

T = TypeVar("T")

Steps = Generator[list[int], Logits, None]
"""Yields tokens, is sent the logits behind them. What it yields must not change until then."""


class Request(Generic[T]):
    """One caller's work on one sequence."""

    def __init__(self, work: Callable[[Callable[[T], None]], Steps], room: int) -> None:
        """``work`` is given a function that takes its results; it needs ``room`` tokens at most."""
        self._made: list[T] = []
        self._steps = work(self._made.append)
        self.wanted = next(self._steps)
        self.room = room
        self.slot: Slot | None = None
        self.results: list[T] = []
        self.error: Exception | None = None
        self.done = False

    def advance(self, logits: Logits) -> None:
        """Tell what follows ``wanted``."""
        try:
            self.wanted = self._steps.send(logits)
        except StopIteration:
            self.done = True
        except Exception as error:
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Nothing more will come of it."""
        self.error = error
        self.done = True

    def publish(self) -> None:
        """Let its caller see what was made."""
        self.results += self._made
        self._made.clear()

    def close(self) -> None:
        """Free what its generator holds."""
        self._steps.close()


class Batch:
    """The decode loop of one context. Thread-safe."""

    def __init__(
        self,
        model: Model,
        *,
        sequences: int,
        memory_tokens: int,
        step_tokens: int,
        queue_limit: int,
    ) -> None:
        """``model`` is loaded for these numbers, which :class:`LlamaCppOptions` explains."""
        self._model = model
        self._memory_tokens = memory_tokens
        self._step_tokens = step_tokens
        self._queue_limit = queue_limit
        self._cache = Cache(model.context, sequences)
        self._tokens = _TokenBatch(step_tokens)
        self._turn = threading.Condition()
        self._stepping = False
        self._closed = False
        self._waiting: deque[Request[Any]] = deque()
        self._running: list[Request[Any]] = []
        self.evaluated = 0
        """Tokens evaluated so far."""

    @property
    def waiting(self) -> int:
        """Requests that have not begun."""
        return len(self._waiting)

    def run(self, work: Callable[[Callable[[T], None]], Steps], room: int) -> Generator[T]:
        """The results of one request as they are made; closing the iterator ends it.

        Raises:
            EngineBusy: too many requests wait.
            EngineError: decoding failed, or the model is closed.
        """
        request = Request(work, room)
        try:
            self._enter(request)
            while results := self._results(request):
                yield from results
        finally:
            self._leave(request)

    def close(self) -> None:
        """End all requests; returns when nothing decodes any more. Idempotent."""
        with self._turn:
            self._closed = True
            self._turn.wait_for(lambda: not self._stepping)
            for request in [*self._running, *self._waiting]:
                request.fail(_closed())
            self._turn.notify_all()

    # --- one caller's side -------------------------------------------------------------------

    def _enter(self, request: Request[Any]) -> None:
        with self._turn:
            if self._closed:
                raise _closed()
            if len(self._waiting) >= self._queue_limit:
                raise EngineBusy(f"{len(self._waiting)} requests wait for the language model")
            self._waiting.append(request)

    def _results(self, request: Request[T]) -> list[T]:
        """What there is, as soon as there is something; nothing after the last."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: request.results or request.done or not self._stepping)
                if request.results:
                    results, request.results = request.results, []
                    return results
                if request.error is not None:
                    raise request.error
                if request.done:
                    return []
                self._stepping = True
            try:
                self._step()
            finally:
                with self._turn:
                    self._stepping = False
                    self._settle()
                    self._turn.notify_all()

    def _leave(self, request: Request[Any]) -> None:
        with self._turn:
            request.done = True
            if request in self._waiting:
                self._waiting.remove(request)
            if request not in self._running:
                request.close()
            elif not self._stepping:
                self._settle()  # else whoever steps does it in a moment

    # --- the leader's side -------------------------------------------------------------------

    def _settle(self) -> None:
        """After a step: show what was made, and free the slots of who is done."""
        for request in self._running:
            request.publish()
            if request.done:
                request.close()
                assert request.slot is not None, "who runs has a slot"
                request.slot.busy = False
        self._running = [request for request in self._running if not request.done]

    def _step(self) -> None:
        """Evaluate some tokens, and let those advance whose tokens are all evaluated."""
        with self._turn:
            self._admit()
            running = list(self._running)
        parts = self._plan(running)
        self._tokens.fill(parts)
        status = llama_cpp.llama_decode(self._model.context, self._tokens.struct)
        while status == 1 and self._cache.evict():  # no room: forget old prompts
            status = llama_cpp.llama_decode(self._model.context, self._tokens.struct)
        end = 0
        for request, start, tokens in parts:
            assert request.slot is not None, "who runs has a slot"
            end += len(tokens)
            if status:
                self._cache.clear(request.slot)
                request.fail(EngineError(f"llama_decode failed, status {status}", retryable=True))
                continue
            self.evaluated += len(tokens)
            request.slot.tokens += tokens
            if start + len(tokens) == len(request.wanted):
                request.advance(self._logits(end - 1))

    def _admit(self) -> None:
        """Give slots to who waits, first come first served, as long as all will fit to the end."""
        while self._waiting:
            request = self._waiting[0]
            taken = sum(running.room for running in self._running)
            if self._running and taken + request.room > self._memory_tokens:
                return
            request.slot = self._cache.take(request.wanted)
            if request.slot is None:
                return
            self._running.append(self._waiting.popleft())

    def _plan(self, running: Sequence[Request[Any]]) -> list[tuple[Request[Any], int, list[int]]]:
        """Who evaluates which tokens, from which position: answers first, then prompts in turn."""
        lacks = []
        for request in running:
            assert request.slot is not None, "who runs has a slot"
            lacks.append((request, self._cache.fit(request.slot, request.wanted)))
        lacks.sort(key=lambda lack: len(lack[0].wanted) - lack[1] > 1)
        parts, room = [], self._step_tokens
        for request, start in lacks:
            if room:
                tokens = request.wanted[start : start + room]
                parts.append((request, start, tokens))
                room -= len(tokens)
        return parts

    def _logits(self, row: int) -> Logits:
        pointer = llama_cpp.llama_get_logits_ith(self._model.context, row)
        return np.ctypeslib.as_array(pointer, (self._model.vocab_size,))


class _TokenBatch:
    """llama.cpp's batch over arrays of our own, which numpy fills in one go each."""

    def __init__(self, size: int) -> None:
        self._token = np.zeros(size, np.int32)
        self._position = np.zeros(size, np.int32)
        self._sequence = np.zeros(size, np.int32)
        self._wants = np.zeros(size, np.int8)
        self._counts = np.ones(size, np.int32)
        where = self._sequence.ctypes.data + np.arange(size) * self._sequence.itemsize
        self._sequences = where.astype(np.uintp)

        def pointer(array: Any, to: Any) -> Any:
            return array.ctypes.data_as(ctypes.POINTER(to))

        self.struct = llama_cpp.llama_batch(
            n_tokens=0,
            token=pointer(self._token, ctypes.c_int32),
            embd=None,
            pos=pointer(self._position, ctypes.c_int32),
            n_seq_id=pointer(self._counts, ctypes.c_int32),
            seq_id=pointer(self._sequences, ctypes.POINTER(ctypes.c_int32)),
            logits=pointer(self._wants, ctypes.c_int8),
        )

    def fill(self, parts: Sequence[tuple[Request[Any], int, list[int]]]) -> None:
        """Each request's tokens, one after the other; logits are wanted of each one's last."""
        self._wants[:] = 0
        end = 0
        for request, start, tokens in parts:
            assert request.slot is not None, "who runs has a slot"
            begin, end = end, end + len(tokens)
            self._token[begin:end] = tokens
            self._position[begin:end] = np.arange(start, start + len(tokens))
            self._sequence[begin:end] = request.slot.number
            self._wants[end - 1] = start + len(tokens) == len(request.wanted)
        self.struct.n_tokens = end


def _closed() -> EngineError:
    return EngineError("the language model is closed: load it again")
