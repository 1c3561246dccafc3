"""Every error this project raises, by who is to blame.

::

    AudiocoreError
    ├── LocalProtocolError      we asked a codec for something the protocol forbids
    ├── RemoteProtocolError     the far end broke the protocol
    ├── ConfigError             a setting is unknown, malformed or missing
    ├── ModelError              a model file is missing, broken or of the wrong kind
    ├── EngineError             a model failed while working; ``retryable`` if trying again may help
    │   ├── EngineBusy          it has too much to do at once
    │   └── EngineTimeout       it did not answer before its deadline
    ├── StoreError              a record could not be read or written
    │   └── CommitConflict      a turn was committed twice with different content
    └── FlowError               the conversation could not continue
        ├── InvalidFlow         the flow's definition is wrong
        └── ToolFailed          a tool raised, timed out or refused its arguments

Messages name what was wrong and what to do about it, and never contain what a caller said.
"""


class AudiocoreError(Exception):
    """Base of every error raised on purpose."""


class LocalProtocolError(AudiocoreError):
    """We asked a codec for something the protocol forbids."""


class RemoteProtocolError(AudiocoreError):
    """The far end broke the protocol."""


class ConfigError(AudiocoreError):
    """A setting is unknown, malformed or missing."""


class ModelError(AudiocoreError):
    """A model file is missing, broken or of the wrong kind."""


class EngineError(AudiocoreError):
    """A model failed while working."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class EngineBusy(EngineError):
    """A model has too much to do at once; nothing was begun."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)


class EngineTimeout(EngineError):
    """A model did not answer before its deadline."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=True)


class StoreError(AudiocoreError):
    """A record could not be read or written."""


class CommitConflict(StoreError):
    """A turn was committed twice with different content."""


class FlowError(AudiocoreError):
    """The conversation could not continue."""


class InvalidFlow(FlowError):
    """The flow's definition is wrong."""


class ToolFailed(FlowError):
    """A tool raised, timed out or refused its arguments."""
