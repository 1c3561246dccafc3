"""What we tell Twilio to do with a call, in TwiML.

Source: https://www.twilio.com/docs/voice/twiml/stream.
"""

from __future__ import annotations

from twilio.twiml.voice_response import Connect, VoiceResponse

TOKEN_PARAMETER = "token"


def connect(stream_url: str, token: str) -> str:
    """Open a two-way media stream; when our end closes it, nothing follows and the call ends.

    The token travels as a Parameter because Twilio drops query strings from stream URLs.
    """
    response = VoiceResponse()
    verb = Connect()
    verb.stream(url=stream_url).parameter(name=TOKEN_PARAMETER, value=token)
    response.append(verb)
    return str(response)


def busy() -> str:
    """Refuse before answering: the caller hears a busy tone and nothing is billed."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def hang_up() -> str:
    """End the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)
