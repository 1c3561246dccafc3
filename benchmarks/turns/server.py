"""``python -m benchmarks.turns.server``: ``audiocore serve`` for models with random weights.

Everything is the real server's but for the flow: such models understand nothing, so what is said to
the caller, and how much is decoded for it, does not depend on what was heard.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from audiocore.errors import AudiocoreError
from pipeline import app, config
from pipeline.flow import end_of_turn, prompts
from pipeline.flow.orchestrator import FlowOrchestrator
from pipeline.interfaces import CallInfo, FlowAction, Say, TurnInput

REPLY = "Thank you very much, I have made a note of that. What else?"
"""Comes as a language model's reply does, a word with every token; its first clause is spoken once
the fifth is there."""


class FixedReply(FlowOrchestrator):
    """The receptionist's prompts and order of work, with answers of one length.

    Each turn it weighs the intents, as the receptionist does, and then decodes as many tokens as
    ``REPLY`` has words, which are said whatever the tokens are.
    """

    async def finished(self, call: CallInfo, text: str) -> float:
        """Ask as a receptionist with a large model does; the words count as meaning something."""
        await end_of_turn.finished(self._model, self._model_worker, "help", text, ask=False)
        return end_of_turn.by_meaning(unclear=0.0)

    async def handle(self, turn: TurnInput) -> AsyncGenerator[FlowAction, None]:
        """Greet as the receptionist does; answer everything else alike."""
        if turn.kind == "start":
            async with aclosing(super().handle(turn)) as actions:
                async for action in actions:
                    yield action
            return
        words = prompts.caller_words(turn.transcript.text)
        await self._model_worker.run(
            self._model.choose, prompts.understand("help", words), prompts.INTENT_ANSWERS
        )
        turn.stage("llm_first_token")
        messages = prompts.reply(self._clinic.name, self._clinic.facts, "answer", words)
        left = REPLY.split()
        answer = self._model_worker.stream(
            lambda: self._model.generate(messages, max_tokens=len(left))
        )
        async with aclosing(answer) as pieces:
            async for _ in pieces:
                if left:
                    yield Say(f"{left.pop(0)} ")
        yield Say(" ".join(left))


def main() -> int:
    """Serve until told to stop; arguments are those of ``audiocore serve``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path)
    for name in ("--host", "--port", "--data-dir"):
        parser.add_argument(name)
    given = vars(parser.parse_args())
    overrides = {
        ("server", "host"): given["host"],
        ("server", "port"): given["port"],
        ("data", "dir"): given["data_dir"],
    }
    try:
        settings = config.load(
            given["config"],
            os.environ,
            starter=app.STARTER_MODELS,
            find_model=app.find_model,
            overrides={key: text for key, text in overrides.items() if text is not None},
        )
        app.serve(settings, lambda line: print(line, flush=True), FixedReply)
    except AudiocoreError as error:
        print(f"audiocore: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
