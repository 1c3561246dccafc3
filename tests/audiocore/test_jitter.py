"""The jitter ring: order, gaps, lateness, overrun, restarts, and the account of every frame."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.jitter import JitterRing, JitterStats, PopResult, PushResult

FRAME_MS = 20
FIXED = {"min_target_ms": 120.0, "max_target_ms": 120.0}


def frame(number: int) -> bytes:
    """A payload that says which frame it is and shows tearing: the number, 40 times."""
    return struct.pack("<I", number % 2**32) * 40


def number(payload: bytes) -> int:
    assert len(payload) == 160
    assert payload == payload[:4] * 40, "torn"
    return int(struct.unpack_from("<I", payload)[0])


def balanced(stats: JitterStats) -> bool:
    return stats.received == (
        stats.played + stats.held + stats.late + stats.duplicate + stats.dropped
    )


class Line:
    """Plays event strings in the style of pjmedia's Jbtest.dat against a ring.

    ``P`` a frame arrives, ``L`` one is lost, ``R`` two arrive swapped, ``D`` one arrives twice,
    ``G`` a frame is taken. Time advances 20 ms with each ``G``.
    """

    def __init__(self, **options: float) -> None:
        self.ring = JitterRing(**options)  # type: ignore[arg-type]
        self.now_ms = 0.0
        self.seq = 0
        self.out: list[int | str] = []

    def push(self, seq: int) -> PushResult:
        return self.ring.push(seq, frame(seq), self.now_ms)

    def play(self, events: str) -> "Line":
        for event in events.replace(" ", ""):
            match event:
                case "P":
                    self.push(self.seq)
                    self.seq += 1
                case "L":
                    self.seq += 1
                case "R":
                    self.push(self.seq + 1)
                    self.push(self.seq)
                    self.seq += 2
                case "D":
                    self.push(self.seq)
                    self.push(self.seq)
                    self.seq += 1
                case "G":
                    got = self.ring.pop(self.now_ms)
                    self.out.append(
                        "empty" if got is None else "gap" if got == b"" else number(got)
                    )
                    self.now_ms += FRAME_MS
            assert balanced(self.ring.stats())
        return self


def test_nominal_waits_for_the_target_then_plays_in_order() -> None:
    line = Line().play("PG" * 20)
    assert line.out == ["empty"] * 5 + list(range(15))
    assert line.ring.stats()[:6] == (20, 15, 5, 0, 0, 0)


def test_a_burst_starts_at_once() -> None:
    assert Line().play("PPPPPP GGG").out == [0, 1, 2]


def test_reordering_within_the_window_is_undone() -> None:
    line = Line().play("R G R G R G R" + "G" * 8)
    assert [item for item in line.out if item != "empty"] == list(range(8))
    assert line.ring.stats().late == 0


def test_a_frame_that_overtook_the_first_is_put_behind_it() -> None:
    line = Line()
    for seq in (3, 1, 2):
        assert line.push(seq) is PushResult.ACCEPTED
    line.seq = 4
    assert line.play("PPP GGGGGG").out == [1, 2, 3, 4, 5, 6]


def test_a_lost_frame_is_one_gap() -> None:
    line = Line().play("PPPLPPP GGGGGGG")
    assert line.out == [0, 1, 2, "gap", 4, 5, 6]
    assert line.ring.stats().gaps == 1


def test_duplicates_are_counted_held_or_played() -> None:
    line = Line().play("DDDDDD GG")
    assert line.ring.stats().duplicate == 6
    assert line.push(0) is PushResult.DUPLICATE
    assert line.push(2) is PushResult.DUPLICATE
    assert line.ring.stats().duplicate == 8


def test_a_frame_behind_the_playout_is_late() -> None:
    line = Line().play("PPPLPPPP GGGG")
    assert line.push(3) is PushResult.LATE
    assert line.ring.stats().late == 1


def test_a_frame_older_than_max_age_is_late_even_if_its_turn_would_come() -> None:
    line = Line(capacity_ms=2000).play("PG" * 50)
    line.now_ms += 280
    assert line.push(50) is PushResult.ACCEPTED
    line.now_ms += 60
    assert line.push(51) is PushResult.LATE


def test_a_path_that_became_longer_for_good_becomes_normal() -> None:
    line = Line().play("PG" * 200)
    line.now_ms += 1000  # everything from here on takes one second longer
    results = []
    for _ in range(100):
        results.append(line.push(line.seq))
        line.seq += 1
        line.play("G")
    assert results.index(PushResult.ACCEPTED) <= 16
    assert set(results[16:]) == {PushResult.ACCEPTED}
    assert line.out[-1] != "empty"


def test_overrun_gives_up_the_oldest() -> None:
    line = Line(max_age_ms=10_000)
    for seq in range(40):
        assert line.push(seq) is PushResult.ACCEPTED
    stats = line.ring.stats()
    assert (stats.received, stats.held, stats.dropped) == (40, 32, 8)
    assert line.play("GG").out == [8, 9]


def test_underrun_waits_for_the_target_again() -> None:
    line = Line(**FIXED).play("PPPPPP" + "G" * 8)
    assert line.out == [0, 1, 2, 3, 4, 5, "empty", "empty"]
    assert line.ring.stats().underruns == 1
    line.play("PG" * 8)
    assert line.out[8:] == ["empty"] * 5 + [6, 7, 8]


def test_what_was_missed_while_empty_is_not_concealed_again() -> None:
    line = Line(max_age_ms=10_000, **FIXED).play("PPPPPP" + "G" * 12 + "LLLLLL" + "PG" * 8)
    assert "gap" not in line.out
    assert line.out[-3:] == [12, 13, 14]


@pytest.mark.parametrize("wraps", [True, False])
def test_numbers_may_wrap_at_16_bits_or_go_on(wraps: bool) -> None:
    ring = JitterRing(target_ms=0)
    for i in range(65_000, 66_000):
        seq = i % 65_536 if wraps else i
        assert ring.push(seq, frame(i), i * FRAME_MS) is PushResult.ACCEPTED
        got = ring.pop(i * FRAME_MS)
        assert got is not None
        assert number(got) == i
    assert ring.stats().restarts == 0


def test_a_restarted_sequence_is_believed_the_second_time() -> None:
    line = Line().play("PG" * 10)
    held = line.ring.stats().held
    assert line.push(30_000) is PushResult.DROPPED
    assert line.push(30_001) is PushResult.ACCEPTED
    stats = line.ring.stats()
    assert (stats.restarts, stats.dropped, stats.held) == (1, held + 1, 1)
    line.seq = 30_002
    line.play("PG" * 10)
    assert line.out[-1] == 30_006


def test_one_stray_number_changes_nothing() -> None:
    line = Line().play("PG" * 10)
    assert line.push(40_000) is PushResult.DROPPED
    line.play("PG" * 10)
    assert line.out == ["empty"] * 5 + list(range(15))


def test_timestamps_place_frames_and_a_jump_is_a_gap() -> None:
    ring = JitterRing(target_ms=0)
    for stamp in (25, 45, 64, 86, 166, 185):  # off the grid by some ms; 86 -> 166 is three missing
        assert ring.push_at(stamp, frame(stamp), stamp) is PushResult.ACCEPTED
    out = [ring.pop(200) for _ in range(9)]
    assert [number(p) if p else p for p in out] == [25, 45, 64, 86, b"", b"", b"", 166, 185]
    assert ring.push_at(64, frame(64), 200) is PushResult.DUPLICATE
    assert ring.push_at(106, frame(106), 200) is PushResult.LATE


def test_timestamps_may_be_unix_time_and_may_start_anew() -> None:
    ring = JitterRing(target_ms=0)
    epoch = 1_705_312_200_000
    for i in range(5):
        assert ring.push_at(epoch + 20 * i, frame(i), 20 * i) is PushResult.ACCEPTED
    assert ring.push_at(0, frame(9), 100) is PushResult.ACCEPTED
    stats = ring.stats()
    assert (stats.restarts, stats.dropped, stats.held) == (1, 5, 1)


def test_ready_frames_leave_at_once_and_only_a_gap_waits() -> None:
    ring = JitterRing(target_ms=60)
    assert ring.pop_ready(0) is None
    for seq in (0, 1, 3):
        ring.push(seq, frame(seq), 20 * seq)
    assert [ring.pop_ready(60) for _ in range(3)] == [frame(0), frame(1), None]
    assert ring.pop_ready(119) is None
    assert [ring.pop_ready(120) for _ in range(3)] == [b"", frame(3), None]
    assert ring.push(2, frame(2), 130) is PushResult.LATE
    ring.push(5, frame(5), 130)
    ring.push(4, frame(4), 131)
    assert [ring.pop_ready(131) for _ in range(3)] == [frame(4), frame(5), None]


def test_pop_into_says_what_it_did() -> None:
    ring = JitterRing(target_ms=0)
    out = bytearray(200)
    assert ring.pop_into(out, 0) is PopResult.EMPTY
    ring.push(0, frame(7), 0)
    ring.push(2, frame(9), 0)
    assert ring.pop_into(out, 0) is PopResult.FRAME
    assert out == frame(7) + bytes(40)
    assert ring.pop_into(out, 0) is PopResult.GAP
    assert out == frame(7) + bytes(40)
    assert ring.pop_into(out, 0) is PopResult.FRAME


def test_bad_buffers_are_refused_and_not_counted() -> None:
    ring = JitterRing(target_ms=0)
    for payload in (b"", bytes(159), bytes(161), "text", memoryview(bytes(320))[::2]):
        with pytest.raises((TypeError, ValueError, BufferError)):
            ring.push(0, payload, 0)  # type: ignore[arg-type]
        with pytest.raises((TypeError, ValueError, BufferError)):
            ring.push_at(0, payload, 0)  # type: ignore[arg-type]
    assert ring.stats().received == 0
    ring.push(0, frame(0), 0)
    for out in (bytearray(159), bytes(160), memoryview(bytearray(320))[::2], 160):
        with pytest.raises((TypeError, ValueError, BufferError)):
            ring.pop_into(out, 0)  # type: ignore[arg-type]
    assert ring.pop(0) == frame(0)


@pytest.mark.parametrize(
    "options",
    [
        {"frame_bytes": 0},
        {"frame_ms": 0},
        {"frame_ms": float("nan")},
        {"target_ms": -1},
        {"target_ms": float("nan")},
        {"max_age_ms": -1},
        {"min_target_ms": -1},
        {"min_target_ms": 130, "max_target_ms": 120},
        {"max_target_ms": float("nan")},
        {"target_ms": 640},
        {"capacity_ms": 1e12},
        {"capacity_ms": float("nan")},
    ],
)
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"_ms|frame_bytes"):
        JitterRing(**options)  # type: ignore[arg-type]


def test_the_target_follows_the_line() -> None:
    ring = JitterRing(max_age_ms=10_000)
    now_ms = 0.0
    targets = []
    for burst in [1] * 100 + [10] * 60 + [1] * 600:
        now_ms += burst * FRAME_MS  # `burst` frames arrive at once, the first of them late
        for _ in range(burst):
            seq = len(targets)
            ring.push(seq, frame(seq), now_ms)
            ring.pop(now_ms)
            targets.append(ring.stats().target_ms)
    assert targets[0] == pytest.approx(120, abs=2)
    assert targets[99] < 112
    assert max(targets) == 150
    assert targets[-1] == 100
    assert min(targets) >= 100


@pytest.mark.parametrize(
    "options",
    [{"target_ms": 0}, {"target_ms": 160}, {"min_target_ms": 120, "max_target_ms": 120}],
)
def test_a_target_outside_the_range_is_fixed(options: dict[str, float]) -> None:
    ring = JitterRing(**options)  # type: ignore[arg-type]
    target_ms = ring.target_ms
    for seq in range(200):
        ring.push(seq, frame(seq), seq * FRAME_MS + 200 * (seq % 2))
        assert ring.target_ms == target_ms


def test_the_delay_after_a_burst_comes_back_to_the_target() -> None:
    line = Line(max_age_ms=10_000).play("PG" * 50)
    line.play("P" * 20)  # a stall's worth of frames at once: 400 ms too much
    line.play("PG" * 50 * 25)
    stats = line.ring.stats()
    assert stats.depth_ms <= stats.target_ms + 2 * FRAME_MS
    assert 15 <= stats.dropped <= 20
    assert stats.gaps == stats.underruns == 0


def test_reset_forgets_everything() -> None:
    line = Line().play("PGPGRGDGLG" * 5)
    line.ring.reset()
    assert line.ring.stats() == JitterRing().stats()
    line.now_ms = line.seq = 0
    line.out.clear()
    assert line.play("PPPPPP G").out == [0]


def test_interarrival_jitter_follows_rfc_3550() -> None:
    ring = JitterRing()
    expected = 0.0
    previous = None
    for i, delay in enumerate([0, 5, 30, 2, 2, 60, 0, 11]):
        ring.push(i, frame(i), 20 * i + delay)
        if previous is not None:
            expected += (abs(delay - previous) - expected) / 16
        previous = delay
    assert ring.stats().jitter_ms == pytest.approx(expected)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["push", "push", "push", "push", "pop", "pop", "ready"]),
            st.integers(-50, 3200),
            st.integers(0, 90),
        ),
        max_size=300,
    ),
    st.sampled_from([0, 40, 120]),
    st.booleans(),
)
def test_any_schedule_accounts_for_every_frame_and_plays_in_order(
    schedule: list[tuple[str, int, int]], target_ms: int, stamped: bool
) -> None:
    """Arbitrary loss, duplication, reordering, bursts and jumps."""
    ring = JitterRing(target_ms=target_ms)
    now_ms, base, sent, restarts = 0.0, 0, set(), 0
    last_played = None
    for action, value, wait in schedule:
        now_ms += wait
        if action == "push":
            # Mostly near the newest, now and then far away.
            seq = base + (value if value > 3000 else value % 12 - 3)
            result = (
                ring.push_at(seq * FRAME_MS, frame(seq), now_ms)
                if stamped
                else ring.push(seq, frame(seq), now_ms)
            )
            if result is PushResult.ACCEPTED:
                sent.add(seq % 2**32)
            base = max(base, seq) if value <= 3000 else seq
        else:
            got = ring.pop(now_ms) if action == "pop" else ring.pop_ready(now_ms)
            if got:
                played = number(got)
                assert played in sent
                if ring.stats().restarts == restarts and last_played is not None:
                    assert played != last_played
                restarts = ring.stats().restarts
                last_played = played
        stats = ring.stats()
        assert balanced(stats)
        assert 0 <= stats.held <= 32
    assert ring.stats().received == sum(a == "push" for a, _, _ in schedule)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), min_size=1, max_size=200)
)
def test_within_the_window_output_is_the_sent_order_with_gaps(
    packets: list[tuple[int, bool, bool]],
) -> None:
    """Displaced by at most 80 ms, some lost, some doubled: all that came is played, in order."""
    arrivals = sorted(
        (seq * FRAME_MS + displaced * FRAME_MS, seq)
        for seq, (displaced, lost, doubled) in enumerate(packets)
        if not lost
        for _ in range(1 + doubled)
    )
    ring = JitterRing(target_ms=120)
    out: list[int | None] = []
    for tick in range(len(packets) + 12):
        now_ms = tick * FRAME_MS
        while arrivals and arrivals[0][0] <= now_ms:
            _, seq = arrivals.pop(0)
            ring.push(seq, frame(seq), now_ms)
        got = ring.pop(now_ms)
        if got is not None:
            out.append(number(got) if got else None)
    kept = [seq for seq, (_, lost, _) in enumerate(packets) if not lost]
    stats = ring.stats()
    assert balanced(stats)
    assert [n for n in out if n is not None] == sorted(n for n in out if n is not None)
    if stats.underruns <= 1 and not stats.late:
        assert [n for n in out if n is not None] == kept
