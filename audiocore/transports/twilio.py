"""Twilio Media Streams, bidirectional: messages in, events out; commands in, messages out.

Source: Twilio documentation, "Media Streams - WebSocket Messages" and errors 31921-31951.

Bad input from the far end never raises: what cannot be understood is counted and ignored, and what
makes the stream useless ends it with a :class:`StreamStopped` that says why.
"""

from __future__ import annotations

import binascii
import json
from typing import Any

from audiocore.errors import LocalProtocolError
from audiocore.events import (
    AudioReceived,
    DtmfReceived,
    MarkReturned,
    SendAudio,
    SendClear,
    SendMark,
    StreamStarted,
    StreamStopped,
    TransportCommand,
    TransportEvent,
)

_KEYS = frozenset("0123456789*#ABCD")
_MAX_PAYLOAD = 64 * 1024
"""Characters of base64 in one media message: six seconds of audio, where 20 ms (216) is usual."""


class TwilioMediaStream:
    """One ``<Connect><Stream>`` connection."""

    def __init__(self) -> None:
        self.stream_sid: str | None = None
        self.ignored = 0
        """Messages that were not understood; Twilio may add events at any time."""
        self._stopped = False

    def receive(self, message: str | bytes) -> list[TransportEvent]:
        """Parse one WebSocket message. Anything after the end of the stream is ignored."""
        if self._stopped:
            return []
        event = self._parse(message)
        if event is None:
            self.ignored += 1
            return []
        return [event]

    def send(self, command: TransportCommand) -> str:
        """The message for one command.

        Raises:
            LocalProtocolError: the stream has not started, so there is no ``streamSid`` to address.
        """
        if self.stream_sid is None:
            raise LocalProtocolError("nothing can be sent before the stream's start message")
        # Unexpected fields draw warning 31951, so exactly these and no others.
        message: dict[str, Any] = {"event": "clear", "streamSid": self.stream_sid}
        match command:
            case SendAudio(ulaw_8k):
                payload = binascii.b2a_base64(ulaw_8k, newline=False).decode("ascii")
                message |= {"event": "media", "media": {"payload": payload}}
            case SendMark(name):
                message |= {"event": "mark", "mark": {"name": name}}
            case SendClear():
                pass
        return json.dumps(message, separators=(",", ":"))

    # --- parsing -------------------------------------------------------------------------------

    def _parse(self, message: str | bytes) -> TransportEvent | None:
        try:
            fields = json.loads(message)
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict):
            return None
        match fields.get("event"):
            case "media":
                return self._media(fields.get("media"))
            case "mark":
                return self._mark(fields.get("mark"))
            case "dtmf":
                return self._dtmf(fields.get("dtmf"))
            case "start":
                return self._start(fields)
            case "stop":
                return self._stop("stream stopped")
        return None

    def _start(self, fields: dict[str, Any]) -> TransportEvent | None:
        if self.stream_sid is not None:
            return None
        start = fields.get("start")
        if not isinstance(start, dict):
            return self._stop("the start message has no start object")
        stream_sid = start.get("streamSid", fields.get("streamSid"))
        call_sid, account_sid = start.get("callSid"), start.get("accountSid", "")
        if not (
            isinstance(stream_sid, str) and stream_sid and isinstance(call_sid, str) and call_sid
        ):
            return self._stop("the start message has no streamSid or no callSid")
        media_format = start.get("mediaFormat")
        if not isinstance(media_format, dict) or media_format.get("encoding") != "audio/x-mulaw":
            return self._stop("the stream is not audio/x-mulaw: remove audioFormat from <Stream>")
        if (
            str(media_format.get("sampleRate")) != "8000"
            or str(media_format.get("channels")) != "1"
        ):
            return self._stop("the stream is not 8000 Hz mono: remove sampleRate from <Stream>")
        parameters = start.get("customParameters")
        if not isinstance(parameters, dict):
            parameters = {}
        self.stream_sid = stream_sid
        return StreamStarted(
            stream_sid,
            call_sid,
            account_sid if isinstance(account_sid, str) else "",
            {str(name): value for name, value in parameters.items() if isinstance(value, str)},
        )

    def _media(self, media: Any) -> TransportEvent | None:
        if self.stream_sid is None or not isinstance(media, dict):
            return None
        payload = media.get("payload")
        if media.get("track", "inbound") != "inbound" or not isinstance(payload, str):
            return None
        if len(payload) > _MAX_PAYLOAD:
            return None
        try:
            audio = binascii.a2b_base64(payload, strict_mode=True)
        except ValueError:  # binascii.Error, or a character outside ASCII
            return None
        return AudioReceived(audio, _count(media.get("timestamp"))) if audio else None

    def _mark(self, mark: Any) -> TransportEvent | None:
        name = mark.get("name") if isinstance(mark, dict) else None
        return MarkReturned(name) if isinstance(name, str) else None

    def _dtmf(self, dtmf: Any) -> TransportEvent | None:
        digit = dtmf.get("digit") if isinstance(dtmf, dict) else None
        return DtmfReceived(digit) if isinstance(digit, str) and digit in _KEYS else None

    def _stop(self, reason: str) -> TransportEvent:
        self._stopped = True
        return StreamStopped(reason)


def _count(value: Any) -> int | None:
    """Twilio sends counts as strings of digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
