"""Is this request from Twilio? Checks ``X-Twilio-Signature`` on webhooks and on the media
handshake.

The signature covers the exact URL that Twilio requested, which behind a proxy is not the URL we
see, so it is rebuilt from the configured public address and never from forwarded headers, which
anyone can send.

Sources: https://www.twilio.com/docs/usage/security#validating-requests and
``twilio.request_validator``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

SIGNATURE_HEADER = "x-twilio-signature"


class SignatureCheck:
    """Validates requests against one or more auth tokens; with none, everything is accepted."""

    def __init__(self, auth_tokens: Sequence[str]) -> None:
        self._validators = [RequestValidator(token) for token in auth_tokens]

    @property
    def required(self) -> bool:
        return bool(self._validators)

    def webhook(self, url: str, form: Mapping[str, str], signature: str | None) -> bool:
        """Whether ``signature`` covers a form posted to ``url``.

        Args:
            url: the public URL with its query exactly as requested.
            form: every posted field; a multidict with ``getlist`` keeps repeated fields.
            signature: the header, or None when it was not sent.
        """
        return self._valid((url,), form, signature)

    def handshake(self, url: str, signature: str | None) -> bool:
        """Whether ``signature`` covers the WebSocket request for ``url``, the ``wss://`` form of
        the TwiML.

        The trailing slash and the default port are not documented, so both spellings are tried.
        (The package adds port 80 to ``wss`` URLs, never 443, hence the explicit candidates.)
        """
        return self._valid(tuple(_spellings(url)), {}, signature)

    def _valid(self, urls: Sequence[str], form: Mapping[str, str], signature: str | None) -> bool:
        if not self._validators:
            return True
        if not signature:
            return False
        return any(
            validator.validate(url, form, signature)
            for validator in self._validators
            for url in urls
        )


def _spellings(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    netlocs = [parts.netloc]
    if parts.scheme == "wss":
        if parts.port is None:
            netlocs.append(f"{parts.netloc}:443")
        elif parts.port == 443:
            netlocs.append(parts.netloc.removesuffix(":443"))
    path = parts.path.rstrip("/")
    for netloc in netlocs:
        for ending in (path, f"{path}/"):
            yield parts._replace(netloc=netloc, path=ending).geturl()
