"""The playback clock: marks return when they are played or cleared, never when they are sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audiocore.events import SendAudio, SendClear, SendMark, TransportCommand
from pipeline.caller.playback import Playback


def test_a_mark_returns_at_once_when_nothing_is_queued() -> None:
    assert Playback().receive(SendMark("m")) == ["m"]


def test_a_mark_returns_when_what_came_before_it_has_been_played() -> None:
    playback = Playback()
    assert playback.receive(SendAudio(b"\x01" * 250)) == []
    assert playback.receive(SendMark("a")) == []
    assert playback.receive(SendAudio(b"\x02" * 70)) == []
    assert playback.receive(SendMark("b")) == []
    assert playback.play() == (b"\x01" * 160, [])
    assert playback.play() == (b"\x01" * 90 + b"\x02" * 70, ["a", "b"])
    assert playback.play() == (b"\xff" * 160, [])


def test_clear_silences_and_returns_pending_marks() -> None:
    playback = Playback()
    playback.receive(SendAudio(b"\x01" * 1600))
    playback.receive(SendMark("a"))
    playback.receive(SendMark("b"))
    assert playback.receive(SendClear()) == ["a", "b"]
    assert playback.empty
    assert playback.play() == (b"\xff" * 160, [])
    assert playback.receive(SendMark("c")) == ["c"]


@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=500).map(SendAudio),
            st.integers(0, 10**9).map(lambda n: SendMark(str(n))),
            st.just(SendClear()),
            st.none(),
        )
    )
)
def test_every_mark_returns_once_in_order_and_audio_is_played_or_cleared(
    commands: list[TransportCommand | None],
) -> None:
    playback = Playback()
    sent: list[str] = []
    returned: list[str] = []
    waiting = played = b""
    for command in commands:
        if command is None:
            frame, marks = playback.play()
            played, waiting = waiting[:160], waiting[160:]
            assert frame == played + b"\xff" * (160 - len(played))
        else:
            marks = playback.receive(command)
        if isinstance(command, SendMark):
            sent.append(command.name)
        if isinstance(command, SendAudio):
            waiting += command.ulaw_8k
        if isinstance(command, SendClear):
            waiting = b""
        returned += marks
        assert playback.empty == (not waiting)
    while not playback.empty:
        returned += playback.play()[1]
    assert returned == sent
