"""Settings of the HTTP and WebSocket surface."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server bound to ``host``."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where to listen and how much to take on."""

    host: str = "127.0.0.1"
    """Interface to bind; anything but loopback needs ``twilio.auth_token`` and
    ``server.public_url``."""
    port: int = 8080
    """TCP port; 0 takes a free one."""
    public_url: str | None = None
    """``https://`` address under which Twilio reaches this server; without one, the address
    bound."""
    api_token: str | None = field(default=None, repr=False)
    """Bearer token for ``GET /calls`` and ``GET /appointments``; needed unless only loopback is
    served."""
    max_calls: int = 500
    """Calls at once; the next caller gets a busy tone."""
    start_timeout_s: float = 10.0
    """How long an opened media socket may take to say which call it is."""
    drain_s: float = 30.0
    """How long calls in progress may go on after SIGTERM before they are hung up."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port must be 0 to 65535, not {self.port}")
        if self.max_calls < 1:
            raise ValueError(f"max_calls must be at least 1, not {self.max_calls}")
        if self.start_timeout_s <= 0:
            raise ValueError(f"start_timeout_s must be above 0, not {self.start_timeout_s:g}")
        if self.drain_s < 0:
            raise ValueError(f"drain_s must not be negative, not {self.drain_s:g}")
        if self.api_token == "":  # which everyone has
            raise ValueError("api_token is empty: leave it out or give a token")
        if self.public_url is not None:
            _check_public_url(self.public_url)

    @property
    def local_only(self) -> bool:
        """Nobody but this machine is expected to reach the server."""
        return is_loopback(self.host) and self.public_url is None


def _check_public_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"public_url must look like https://voice.example.com, not {url!r}")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(
            f"public_url must be https (Twilio opens media over TLS only), not {url!r}"
        )
    if parts.query or parts.fragment or parts.username:
        raise ValueError("public_url must have no user, query or fragment")


@dataclass(frozen=True, slots=True)
class TwilioOptions:
    """What proves that a request comes from Twilio."""

    auth_token: str | None = field(default=None, repr=False)
    """The account's auth token; keys ``X-Twilio-Signature``."""
    secondary_auth_token: str | None = field(default=None, repr=False)
    """Also accepted, while a token is being rotated."""

    def __post_init__(self) -> None:
        for name in ("auth_token", "secondary_auth_token"):
            if getattr(self, name) == "":
                raise ValueError(f"{name} is empty: leave it out or give the token")
        if self.secondary_auth_token and not self.auth_token:
            raise ValueError("secondary_auth_token is given without auth_token")

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """Every token that may have signed a request; empty when none is configured."""
        return tuple(t for t in (self.auth_token, self.secondary_auth_token) if t)
