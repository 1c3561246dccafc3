"""``python -m benchmarks.turns.server``: ``audiocore serve`` for models with random weights.

Everything is the real server's but for the flow: such models understand nothing, so what is said to
the caller, and how much is decoded for it, does not depend on what was heard.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from random import Random
from typing import Any

from audiocore.errors import AudiocoreError
from pipeline import app
from pipeline.flow import end_of_turn, prompts
from pipeline.flow.orchestrator import FlowOrchestrator
from pipeline.interfaces.conversation import CallInfo, FlowAction, Say, TurnInput

REPLY = "Thank you very much, I have made a note of that. What else?"
"""Comes as a language model's reply does, a word with every token; its first clause is spoken once
the fifth is there."""


class FixedReply(FlowOrchestrator):
    """The receptionist's prompts and order of work, with answers of one length.

    Each turn it weighs the intents, as the receptionist does, and then decodes as many tokens as
    ``REPLY`` has words, which are said whatever the tokens are. The recogniser hears the same words
    every time; they are shuffled, because real callers say what the model has not evaluated before.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """As the receptionist."""
        super().__init__(*given, **named)
        self._handled: Counter[str] = Counter()

    async def finished(self, call: CallInfo, text: str) -> float:
        """Ask as the receptionist does; the answer is that of words which mean something."""
        await super().finished(call, self._shuffled(call, text))
        return end_of_turn.by_meaning(unclear=0.0)

    async def handle(self, turn: TurnInput) -> AsyncGenerator[FlowAction, None]:
        """Greet as the receptionist does; answer everything else alike."""
        if turn.kind == "start":
            async with aclosing(super().handle(turn)) as actions:
                async for action in actions:
                    yield action
            return
        try:
            async with aclosing(self._reply(turn)) as texts:
                async for text in texts:
                    yield Say(text)
        finally:
            self._handled[turn.call.call_sid] += 1

    async def _reply(self, turn: TurnInput) -> AsyncGenerator[str, None]:
        words = prompts.caller_words(self._shuffled(turn.call, turn.transcript.text))
        await self._model_worker.run(
            self._model.choose, prompts.understand("help", words), prompts.INTENT_ANSWERS
        )
        turn.stage("llm_first_token")
        messages = prompts.reply(self._business.name, self._business.facts, "answer", words)
        left = REPLY.split()
        answer = self._model_worker.stream(
            lambda: self._model.generate(messages, max_tokens=len(left))
        )
        async with aclosing(answer) as pieces:
            async for _ in pieces:
                if left:
                    yield f"{left.pop(0)} "
        yield " ".join(left)

    def _shuffled(self, call: CallInfo, text: str) -> str:
        """The words in an order that only this attempt at an answer has."""
        words = text.split()
        Random(f"{call.call_sid} {self._handled[call.call_sid]}").shuffle(words)
        return " ".join(words)


def main() -> int:
    """Serve until told to stop; arguments are those of ``audiocore serve``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path)
    for name in ("--host", "--port", "--data-dir"):
        parser.add_argument(name)
    options = parser.parse_args()
    given = {
        ("server", "host"): options.host,
        ("server", "port"): options.port,
        ("data", "dir"): options.data_dir,
    }
    try:
        settings = app.configuration(options.config, given)
        app.serve(settings, lambda line: print(line, flush=True), FixedReply)
    except AudiocoreError as error:
        print(f"audiocore: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
