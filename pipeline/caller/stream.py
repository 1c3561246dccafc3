"""Twilio's end of a media stream, sans-I/O: builds what Twilio sends, reads what it accepts.

Numbers travel as strings of digits, as Twilio sends them. What the agent sends is read as strictly
as Twilio reads it: anything that would draw warning 31950 or 31951 is counted in ``violations``.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from audiocore.events import SendAudio, SendClear, SendMark, TransportCommand
from audiocore.units import FRAME_MS


@dataclass(slots=True)
class CarrierStream:
    """One stream as the carrier sees it."""

    stream_sid: str
    call_sid: str
    account_sid: str
    violations: list[str] = field(default_factory=list)
    """What was wrong with the agent's messages."""
    _sequence: int = 0
    _chunk: int = 0

    def connected(self) -> str:
        return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self, parameters: Mapping[str, str]) -> str:
        """``parameters`` are the ``<Parameter>`` elements of the TwiML."""
        start = {
            "accountSid": self.account_sid,
            "streamSid": self.stream_sid,
            "callSid": self.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": dict(parameters),
        }
        return self._numbered("start", start)

    def media(self, ulaw_8k: bytes) -> str:
        """The next 20 ms of the caller's voice."""
        timestamp_ms = self._chunk * FRAME_MS
        self._chunk += 1
        media = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(timestamp_ms),
            "payload": base64.b64encode(ulaw_8k).decode("ascii"),
        }
        return self._numbered("media", media)

    def dtmf(self, digit: str) -> str:
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        return self._numbered("mark", {"name": name})

    def stop(self) -> str:
        return self._numbered("stop", {"accountSid": self.account_sid, "callSid": self.call_sid})

    def _numbered(self, event: str, content: Mapping[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                "streamSid": self.stream_sid,
                event: content,
            }
        )

    def receive(self, message: str | bytes) -> TransportCommand | None:
        """What the agent asks for; None, and a violation, when it is not a valid message."""
        try:
            return self._parse(message)
        except _Violation as violation:
            self.violations.append(str(violation))
            return None

    def _parse(self, message: str | bytes) -> TransportCommand:
        if isinstance(message, bytes):
            raise _Violation("a binary message")
        try:
            fields = json.loads(message)
        except ValueError:
            raise _Violation("a message that is not JSON") from None
        event = fields.get("event") if isinstance(fields, dict) else None
        wanted = {"media": {"payload"}, "mark": {"name"}, "clear": set()}.get(str(event))
        if wanted is None:
            raise _Violation(f"event {event!r}")
        content = fields.get(event, {})
        names = {"event", "streamSid"} | ({event} if wanted else set())
        if set(fields) != names or not isinstance(content, dict) or set(content) != wanted:
            raise _Violation(f"{event} with missing or unexpected fields")
        if fields["streamSid"] != self.stream_sid:
            raise _Violation(f"{event} for another stream")
        if not all(isinstance(value, str) for value in content.values()):
            raise _Violation(f"{event} whose content is not text")
        if event == "clear":
            return SendClear()
        if event == "mark":
            return SendMark(content["name"])
        try:
            return SendAudio(base64.b64decode(content["payload"], validate=True))
        except binascii.Error:
            raise _Violation("media whose payload is not base64") from None


class _Violation(Exception):
    """What Twilio would warn about."""
