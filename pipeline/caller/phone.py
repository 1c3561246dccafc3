"""One telephone call, placed the way the carrier places it and measured from the wire.

The webhook is asked for TwiML, the media socket is opened, and from then on everything hangs on one
20 ms clock: each tick sends a frame of the caller's voice or of silence, plays a frame of the
agent's, and echoes the marks that playing it has passed.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from audiocore.events import SendAudio, SendClear
from audiocore.units import FRAME_MS, FRAME_SAMPLES, ULAW_SILENCE
from pipeline.caller import web
from pipeline.caller.playback import Playback
from pipeline.caller.script import Script, Turn
from pipeline.caller.stream import CarrierStream
from pipeline.caller.voiced import is_voiced, voiced_span
from pipeline.interfaces.clock import Clock

INBOUND_PATH = "/telephony/inbound"
_SILENCE = ULAW_SILENCE * FRAME_SAMPLES
_KEY_SPACING_MS = 200
_GOODBYE_MS = 8_000
"""How long the caller stays on the line after the last turn before hanging up."""
_RECORD_POLLS, _RECORD_POLL_MS = 20, 100
"""How long a turn that has been heard may take to be recorded."""


class CallFailed(Exception):
    """The call could not be placed: no answer, no stream in the TwiML, or a refused socket."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as it went over the wire; times are milliseconds since ``start`` was sent."""

    turn: int
    """Index of what the caller did."""
    began_ms: float
    """First voiced frame sent."""
    ended_ms: float
    """Last voiced frame sent."""
    barged_in: bool
    words: str = ""
    """As far as they are known."""


@dataclass(slots=True)
class CallResult:
    """What happened on the wire; times are milliseconds since ``start`` was sent."""

    call_sid: str
    caller_ulaw: bytearray = field(default_factory=bytearray, repr=False)
    """Everything sent, from the first frame on."""
    agent_ulaw: bytearray = field(default_factory=bytearray, repr=False)
    """Everything heard, frame by frame beside ``caller_ulaw``."""
    arrivals: list[tuple[float, int, bool]] = field(default_factory=list, repr=False)
    """Agent media: when it came, how many samples, whether it was voiced."""
    clears_ms: list[float] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    tick_late_ms: list[float] = field(default_factory=list, repr=False)
    """How late each frame of ours went out: the caller's own honesty."""
    underruns: int = 0
    """Times that playback ran dry and went on within 200 ms: stutter in the agent's voice."""
    violations: list[str] = field(default_factory=list)
    ended: str = ""
    """``agent`` closed the line, ``caller`` hung up, or ``dropped``."""


@dataclass(frozen=True, slots=True)
class Phone:
    """Places calls to one server."""

    url: str
    """Base address; the webhook is ``/telephony/inbound`` below it unless it has a path of its
    own."""
    clock: Clock
    auth_token: str | None = field(default=None, repr=False)
    """Signs requests as Twilio would."""
    on_event: Callable[[str, float, str], None] = lambda call_sid, at_ms, text: None
    """Told of what the caller does, as it happens."""
    transcript: Callable[[str], Awaitable[Sequence[str]]] | None = None
    """What the agent has said in a call so far, turn by turn; for callers who listen."""

    async def call(self, script: Script) -> CallResult:
        """Place one call and stay until it ends.

        Raises:
            CallFailed: it could not be placed.
        """
        call_sid, account_sid = _sid("CA"), _sid("AC")
        stream_url, parameters = await self._ask_webhook(script, call_sid, account_sid)
        stream = CarrierStream(_sid("MZ"), call_sid, account_sid)
        headers = self._signature(stream_url, {})
        try:
            # No compression: Twilio offers none, and it would cost time per frame.
            async with connect(
                stream_url, additional_headers=headers, compression=None, max_size=None
            ) as socket:
                return await _Line(self, script, stream, socket).hold(parameters)
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise CallFailed(f"{stream_url} refused the media stream: {error}") from None

    async def _ask_webhook(
        self, script: Script, call_sid: str, account_sid: str
    ) -> tuple[str, dict[str, str]]:
        """The stream's address and parameters, from the webhook's TwiML."""
        url = self.url.rstrip("/")
        url = url if url.count("/") > 2 else url + INBOUND_PATH
        form = {
            "CallSid": call_sid,
            "AccountSid": account_sid,
            "From": script.caller,
            "To": script.called,
            "Caller": script.caller,
            "Called": script.called,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        headers = self._signature(url, form)
        try:
            answer = await web.post_form(url, list(form.items()), headers)
        except web.WebError as error:
            raise CallFailed(str(error)) from None
        if answer.status != 200:
            reason = answer.body.decode("utf-8", "replace").strip()
            raise CallFailed(f"{url} answered HTTP {answer.status}: {reason}")
        return _parse_twiml(url, answer.body)

    def _signature(self, url: str, form: dict[str, str]) -> list[tuple[str, str]]:
        if self.auth_token is None:
            return []
        signature = RequestValidator(self.auth_token).compute_signature(url, form)
        return [("X-Twilio-Signature", signature)]


def _sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


def _parse_twiml(url: str, document: bytes) -> tuple[str, dict[str, str]]:
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise CallFailed(f"{url} answered no TwiML: {error}") from None
    stream = root.find("./Connect/Stream")
    if root.tag != "Response" or stream is None or not stream.get("url"):
        verbs = ", ".join(f"<{verb.tag}>" for verb in root) or "nothing"
        raise CallFailed(f"{url} did not connect a stream; it answered {verbs}")
    parameters = {p.get("name", ""): p.get("value", "") for p in stream.findall("Parameter")}
    return stream.get("url", ""), parameters


class _Line:
    """One call in progress."""

    def __init__(
        self, phone: Phone, script: Script, stream: CarrierStream, socket: ClientConnection
    ) -> None:
        self._phone = phone
        self._script = script
        self._stream = stream
        self._socket = socket
        self._playback = Playback()
        self._result = CallResult(stream.call_sid, violations=stream.violations)
        self._started_ms = 0.0
        self._closed = asyncio.Event()
        self._tick = asyncio.Condition()
        self._outgoing: Sequence[bytes] = ()
        self._quiet_ms = 0
        """Silence heard from the agent, up to now."""
        self._heard_agent = False
        """The agent has been heard since the caller last spoke."""
        self._dry_ms: int | None = None
        self._heard_turns = 0
        """Turns of the agent that a caller who listens has answered."""

    async def hold(self, parameters: dict[str, str]) -> CallResult:
        clock = self._phone.clock
        await self._socket.send(self._stream.connected())
        await self._socket.send(self._stream.start(parameters))
        self._started_ms = clock.now_ms()
        reader = asyncio.create_task(self._read())
        ticker = asyncio.create_task(self._run_clock())
        try:
            await self._converse()
        finally:
            for task in (ticker, reader):
                task.cancel()
            await asyncio.gather(ticker, reader, return_exceptions=True)
        return self._result

    def _since_start_ms(self) -> float:
        return self._phone.clock.now_ms() - self._started_ms

    # --- the wire ------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                at_ms = self._since_start_ms()
                command = self._stream.receive(message)
                if command is None:
                    continue
                if isinstance(command, SendAudio):
                    audio = command.ulaw_8k
                    self._result.arrivals.append((at_ms, len(audio), is_voiced(audio)))
                elif isinstance(command, SendClear):
                    self._result.clears_ms.append(at_ms)
                    self._phone.on_event(self._stream.call_sid, at_ms, "(agent stops)")
                for name in self._playback.receive(command):
                    await self._socket.send(self._stream.mark(name))
        except ConnectionClosed:
            pass
        self._closed.set()
        await self._wake()

    async def _run_clock(self) -> None:
        """One tick every 20 ms of real time; a late tick does not delay the next."""
        clock = self._phone.clock
        frames = 0
        with contextlib.suppress(ConnectionClosed):
            while not self._closed.is_set():
                due_ms = self._started_ms + frames * FRAME_MS
                await clock.wait(self._closed, due_ms)
                self._result.tick_late_ms.append(max(0.0, clock.now_ms() - due_ms))
                await self._frame()
                frames += 1
        self._closed.set()
        await self._wake()

    async def _frame(self) -> None:
        """20 ms: speak, listen, echo marks."""
        ours, self._outgoing = (
            (self._outgoing[0], self._outgoing[1:]) if self._outgoing else (_SILENCE, ())
        )
        await self._socket.send(self._stream.media(ours))
        self._result.caller_ulaw += ours
        was_playing = not self._playback.empty
        theirs, marks = self._playback.play()
        self._result.agent_ulaw += theirs
        self._count_underrun(was_playing)
        if is_voiced(theirs):
            self._quiet_ms, self._heard_agent = 0, True
        else:
            self._quiet_ms += FRAME_MS
        for name in marks:
            await self._socket.send(self._stream.mark(name))
        await self._wake()

    def _count_underrun(self, playing: bool) -> None:
        if playing:
            if self._dry_ms is not None and 0 < self._dry_ms <= 200:
                self._result.underruns += 1
            self._dry_ms = 0
        elif self._dry_ms is not None:
            self._dry_ms += FRAME_MS

    async def _wake(self) -> None:
        async with self._tick:
            self._tick.notify_all()

    # --- the conversation ----------------------------------------------------------------------

    async def _converse(self) -> None:
        index = 0
        while (turn := await self._next(index)) is not None:
            if turn.barge_in_ms is None:
                await self._until(self._agent_finished, self._script.patience_ms)
            else:
                await self._until(self._agent_speaking, self._script.patience_ms)
                await self._pause(turn.barge_in_ms)
            await self._pause(turn.pause_ms)
            if self._closed.is_set():
                break
            await self._act(index, turn)
            if turn.hang_up is not None:
                await self._hang_up(politely=turn.hang_up == "stop")
                return
            index += 1
        if await self._until(self._closed.is_set, _GOODBYE_MS):
            self._result.ended = "agent"
        else:
            await self._hang_up(politely=True)

    async def _next(self, index: int) -> Turn | None:
        """What the caller does next, by the script or by what the agent said."""
        reply = self._script.reply
        if reply is None:
            return self._script.turns[index] if index < len(self._script.turns) else None
        await self._until(self._agent_finished, self._script.patience_ms)
        words = await self._agent_words()
        return None if self._closed.is_set() else await asyncio.to_thread(reply, words)

    async def _agent_words(self) -> str:
        """What the agent said since the caller last spoke; the last words again if nothing."""
        if self._phone.transcript is None:
            raise CallFailed("a caller who listens needs a server that tells what its agent said")
        turns: Sequence[str] = ()
        for _ in range(_RECORD_POLLS):
            turns = await self._phone.transcript(self._stream.call_sid)
            if len(turns) > self._heard_turns or self._closed.is_set():
                break
            await self._pause(_RECORD_POLL_MS)
        new = [words for words in turns[self._heard_turns :] if words] or list(turns[-1:])
        self._heard_turns = len(turns)
        return " ".join(new)

    def _agent_speaking(self) -> bool:
        return self._heard_agent and self._quiet_ms < 200

    def _agent_finished(self) -> bool:
        settled = self._quiet_ms >= self._script.settle_ms
        return self._heard_agent and self._playback.empty and settled

    async def _act(self, index: int, turn: Turn) -> None:
        for digit in turn.dtmf:
            self._phone.on_event(self._stream.call_sid, self._since_start_ms(), f"presses {digit}")
            await self._send(self._stream.dtmf(digit))
            await self._pause(_KEY_SPACING_MS)
        if turn.dtmf:
            self._heard_agent = False
        span = voiced_span(turn.ulaw_8k) if turn.ulaw_8k else None
        if span is None:
            return
        barged_in = not self._playback.empty
        began_ms = self._since_start_ms()
        self._phone.on_event(self._stream.call_sid, began_ms, f"says: {turn.words}")
        first_frame = len(self._result.caller_ulaw) // FRAME_SAMPLES
        self._outgoing = [
            turn.ulaw_8k[at : at + FRAME_SAMPLES]
            for at in range(0, len(turn.ulaw_8k), FRAME_SAMPLES)
        ]
        await self._until(lambda: not self._outgoing, 60_000)
        sent = [self._sent_ms(first_frame + frame) for frame in span]
        self._result.said.append(Said(index, sent[0], sent[1], barged_in, turn.words))
        # What the agent says from now on answers this.
        self._heard_agent = any(at > sent[1] and voiced for at, _, voiced in self._result.arrivals)

    def _sent_ms(self, frame: int) -> float:
        late = self._result.tick_late_ms
        return frame * FRAME_MS + (late[frame] if frame < len(late) else 0.0)

    async def _hang_up(self, *, politely: bool) -> None:
        self._result.ended = "caller" if politely else "dropped"
        if politely:
            await self._send(self._stream.stop())
            await self._socket.close()
        else:
            self._socket.transport.abort()
        self._closed.set()

    async def _send(self, message: str) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(message)

    async def _pause(self, ms: int) -> None:
        heard = len(self._result.caller_ulaw) + ms * FRAME_SAMPLES // FRAME_MS
        await self._until(lambda: len(self._result.caller_ulaw) >= heard, ms + 1_000)

    async def _until(self, condition: Callable[[], bool], patience_ms: int) -> bool:
        """Whether ``condition`` came true before patience, in media time, or the line, ended."""
        last = len(self._result.caller_ulaw) + patience_ms * FRAME_SAMPLES // FRAME_MS
        async with self._tick:
            while not condition():
                if self._closed.is_set() or len(self._result.caller_ulaw) >= last:
                    return False
                await self._tick.wait()
        return True
