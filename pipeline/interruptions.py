"""What the caller's words are to us: an answer, an interruption, or nothing that should stop us.

What does it do: gathers all that is known of a sound over our speech (its words, how it sounded,
what we were saying then and what the flow allows) for :func:`audiocore.interruption.judge`. Words
that do not interrupt are only looked at for whether there are any.

How do I use it: one :class:`Interruptions` per call; ``begin`` when a reply begins to play, with
the flow's policy for it.
"""

from __future__ import annotations

from audiocore.backchannel import is_backchannel
from audiocore.crowd import CrowdOptions
from audiocore.events import Content
from audiocore.interruption import Interruption, InterruptionOptions, judge
from audiocore.playout import Playout
from pipeline.interfaces.conversation import ListeningPolicy
from pipeline.interfaces.engines import Transcript
from pipeline.listener import Listener

SAID_MS = (4_000, 500)
"""Our words so long before an interruption, and after it, may be what comes back as echo."""

ASKED_MS = (1_500, 300)
"""A question that we ended so long before, or were about to end, may have been answered."""


class Interruptions:
    """One call's."""

    def __init__(
        self,
        listener: Listener,
        playout: Playout,
        options: InterruptionOptions,
        crowd: CrowdOptions,
    ) -> None:
        self._listener = listener
        self._playout = playout
        self._options = options
        self._crowd = crowd
        self._policy = ListeningPolicy()

    def begin(self, policy: ListeningPolicy) -> None:
        """The reply that plays from now on is to be interrupted like this."""
        self._policy = policy

    def refused(self, now_ms: float) -> bool:
        """Whether what plays now must be heard to its end."""
        return not self._policy.interruptible or self._playout.protected(now_ms)

    def content(self, words: Transcript, now_ms: float, *, interrupting: bool) -> Content:
        """What ``words`` hold; ``interrupting``: they were spoken over our speech."""
        if not interrupting:
            if not words.text:
                return "nothing"
            return "backchannel" if is_backchannel(words.text) else "words"
        sound = self._listener.sound
        heard = Interruption(
            text=words.text,
            spoken=words.spoken,
            voice=sound.voice,
            speech_ms=sound.speech_ms,
            crowd=sound.is_crowd(self._crowd),
            said=self._playout.words_near(now_ms, *SAID_MS),
            asked="?" in self._playout.words_near(now_ms, *ASKED_MS),
            min_words=self._policy.min_words,
        )
        return judge(heard, self._options)
