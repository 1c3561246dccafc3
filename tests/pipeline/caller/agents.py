"""A small agent that hears and speaks by level alone, so that what the caller measures is known."""

from __future__ import annotations

import asyncio

from audiocore.events import (
    AudioReceived,
    DtmfReceived,
    MarkReturned,
    SendAudio,
    SendClear,
    SendMark,
    StreamStopped,
    TransportEvent,
)
from pipeline.caller.voiced import is_voiced
from pipeline.captions import Captions
from pipeline.interfaces.conversation import CallInfo
from pipeline.server.edge import Send
from tests.pipeline.caller.test_voiced import tone

QUIET_FRAMES = 10
"""200 ms of silence end the caller's turn."""


class ToneAgent:
    """Greets with a tone, answers every utterance with one, and stops when talked over.

    After ``answers`` answers it waits for its last mark and hangs up.
    """

    def __init__(self, info: CallInfo, send: Send, *, answers: int, tone_ms: int) -> None:
        self.heard: list[TransportEvent] = []
        self.clears = 0
        self.captions = Captions()
        self._send = send
        self._answers = answers
        self._tone = tone(tone_ms)
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._speaking = False
        self._caller_speaks = False
        self._quiet = 0
        self._said = 0

    def receive(self, event: TransportEvent) -> None:
        match event:
            case AudioReceived(ulaw_8k):
                self._listen(is_voiced(ulaw_8k))
                return
            case MarkReturned(name) if name == f"tone {self._said}":
                self._speaking = False
                if self._said == self._answers + 1:
                    self._queue.put_nowait("goodbye")
            case StreamStopped(reason):
                self.hang_up(reason)
            case DtmfReceived():
                self._queue.put_nowait("speak")
        self.heard.append(event)

    def _listen(self, voiced: bool) -> None:
        if voiced:
            self._quiet = 0
            if self._speaking and not self._caller_speaks:
                self._queue.put_nowait("clear")
            self._caller_speaks = True
        elif self._caller_speaks:
            self._quiet += 1
            if self._quiet >= QUIET_FRAMES:
                self._caller_speaks = False
                self._queue.put_nowait("speak")

    def hang_up(self, reason: str) -> None:
        self._queue.put_nowait(f"end {reason}")

    async def run(self) -> str:
        await self._speak()
        while True:
            match await self._queue.get():
                case "speak":
                    await self._speak()
                case "clear":
                    self._speaking = False
                    self.clears += 1
                    await self._send(SendClear())
                case "goodbye":
                    return "goodbye"
                case end:
                    return end.removeprefix("end ")

    async def _speak(self) -> None:
        self._speaking = True
        self._said += 1
        await self._send(SendAudio(self._tone))
        await self._send(SendMark(f"tone {self._said}"))
