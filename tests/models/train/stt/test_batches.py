import threading
from itertools import islice

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

from models.train.stt import tokenizer as bpe
from models.train.stt.batches import BATCH_FRAMES, LENGTHS, TIMBRE_OF, WINDOW, Batches
from models.train.stt.data import CHARACTERS, IGNORE, PHONES, Example, Recording

TOKENIZER = bpe.build(["yes please", "my name is ann", "at three thirty p m"] * 20)
IDS = bpe.ids(TOKENIZER)


def recording(
    text: str = "yes please", seconds: float = 1.0, voice: str = "flite:rms"
) -> Recording:
    audio = np.random.default_rng(0).normal(0, 3000, int(seconds * 16000)).astype(np.int16)
    return Recording(text, audio, [("pau", 0.1), ("y", 0.4), ("eh", 0.9), ("pau", 1.0)], voice)


def batches() -> Batches:
    return Batches([recording("yes please", 1 + n / 10) for n in range(8)], TOKENIZER, seed=3)


def test_silence_is_answered_with_no_speech_and_the_end() -> None:
    supply = batches()
    prompt, target = supply.prompt_and_target(supply.nothing())
    assert prompt == [IDS.start, IDS.no_timestamps]
    assert target == [IDS.no_speech, IDS.end]


def test_prompts_and_targets_are_one_apart() -> None:
    supply = batches()
    example = Example("yes please", np.zeros((80, 100), np.float32), np.zeros(50, int), (0.2, 0.9))
    with_times = 0
    for _ in range(200):
        prompt, target = supply.prompt_and_target(example)
        assert prompt[0] == IDS.start
        assert prompt[1:] == target[:-1]
        assert target[-1] == IDS.end
        with_times += target[0] != IDS.no_timestamps
    assert 5 < with_times < 50


def test_half_the_hop_makes_twice_the_frames() -> None:
    coarse, fine = (
        Batches([recording()], TOKENIZER, seed=3, hop=hop).example(recording())
        for hop in (320, 160)
    )
    assert abs(fine.mel.shape[1] - 2 * coarse.mel.shape[1]) <= 1
    spoken = [(example.phones == PHONES["eh"]).sum() for example in (coarse, fine)]
    assert abs(spoken[1] - 2 * spoken[0]) <= 4


def test_voices_that_were_heard_often_have_a_timbre() -> None:
    some = [recording(voice=voice) for voice in ("flite:rms", "flite:slt")] * (TIMBRE_OF - 1)
    supply = Batches(some, TOKENIZER, seed=3)
    assert not supply._timbres
    supply.add([recording(voice="flite:rms")])
    assert list(supply._timbres) == ["flite:rms"]
    heard = sorted(PHONES[phone] for phone in ("pau", "y", "eh"))
    finite = np.isfinite(supply._timbres["flite:rms"]).all(axis=1)
    assert np.flatnonzero(finite).tolist() == heard


@pytest.mark.parametrize("plain", [True, False])
def test_batches_have_few_shapes_and_fit_together(plain: bool) -> None:
    event = threading.Event()
    if plain:
        event.set()
    for batch in islice(batches().batches(event), 4):
        size, mels, frames = batch.mel.shape
        assert mels == 80
        assert frames in (*LENGTHS, WINDOW)
        assert size * frames <= max(BATCH_FRAMES, 4 * frames)
        assert batch.tokens.shape == batch.targets.shape
        assert batch.tokens.shape[1] % 8 == 0
        assert batch.phones.shape == (size, frames // 2)
        assert batch.character_lengths.sum() == len(batch.characters)
        assert batch.frame_lengths.max() <= frames // 2
        assert set(batch.characters.tolist()) <= set(CHARACTERS.values())
        assert (batch.targets != IGNORE).any(dim=1).all()


def test_voices_are_drawn_by_their_share_whatever_there_is_of_each() -> None:
    supply = Batches([recording(voice="flite:rms")] * 300, TOKENIZER, seed=1)
    supply.add([recording(voice="flite:slt"), recording(voice="espeak:en-us+f1")])
    drawn = [supply._pick().voice for _ in range(600)]
    assert drawn.count("flite:slt") > 100
    assert drawn.count("espeak:en-us+f1") > 60
