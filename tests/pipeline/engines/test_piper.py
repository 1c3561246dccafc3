"""Piper voices: the starter voice, and one of stock signature made of random weights."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from piper.patch_voice_with_alignment import add_alignment_output
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from audiocore.errors import ModelError
from benchmarks.shapes import piper as shapes
from pipeline.engines.piper import PiperSynthesizer
from pipeline.interfaces.engines import SynthesizedClause

STARTERS = Path(__file__).parents[3] / "models/starter"
STARTER = STARTERS / "tts"


@pytest.fixture(scope="module")
def starter() -> PiperSynthesizer:
    return PiperSynthesizer(STARTER)


@pytest.fixture(scope="module", params=[("tts", 8000), ("tts-16k", 16000)], ids=["8k", "16k"])
def speakers(request: pytest.FixtureRequest) -> dict[str, PiperSynthesizer]:
    """The starter voice's speakers, at one of its rates."""
    folder, rate = request.param
    found = {name: PiperSynthesizer(STARTERS / folder, speaker=name) for name in ("slt", "rms")}
    assert {voice.sample_rate for voice in found.values()} == {rate}
    return found


def samples(clause: SynthesizedClause) -> np.ndarray:
    return np.frombuffer(clause.pcm, np.int16).astype(float)


def test_speaks_at_its_own_rate(starter: PiperSynthesizer) -> None:
    assert starter.sample_rate == 8000
    clause = starter.synthesize("Your appointment is on Tuesday, at three thirty.")
    seconds = len(samples(clause)) / starter.sample_rate
    assert 2 < seconds < 5
    level = 20 * np.log10(samples(clause).std() / 32768)
    assert -30 < level < -14


def test_the_same_words_sound_the_same(starter: PiperSynthesizer) -> None:
    assert starter.synthesize("Good morning.") == starter.synthesize("Good morning.")


TEXTS = ("No, all those boys and owls!", "A B C D E F G.", "Sixty-six thick thistles?")


def test_never_clips(speakers: dict[str, PiperSynthesizer]) -> None:
    for text in TEXTS:
        for voice in speakers.values():
            assert np.abs(samples(voice.synthesize(text))).max() < 32767


def test_speakers_are_two_people_of_one_loudness(speakers: dict[str, PiperSynthesizer]) -> None:
    levels, pitches = [], []
    for voice in speakers.values():
        spoken = [samples(voice.synthesize(text)) for text in TEXTS]
        levels.append(np.mean([active_level(x, voice.sample_rate) for x in spoken]))
        pitches.append(np.median([pitch(x, voice.sample_rate) for x in spoken]))
    assert abs(levels[0] - levels[1]) < 1
    assert pitches[0] > 1.3 * pitches[1]


def test_starts_and_ends_at_rest(speakers: dict[str, PiperSynthesizer]) -> None:
    for voice in speakers.values():
        x = np.abs(samples(voice.synthesize("All right, goodbye.")))
        assert max(x[0], x[-1]) < 0.01 * x.max()


def active_level(x: np.ndarray, rate: int) -> float:
    """dB, over the 20 ms frames within 30 dB of the loudest."""
    power = (x[: len(x) // (rate // 50) * (rate // 50)].reshape(-1, rate // 50) ** 2).mean(1)
    return float(10 * np.log10(power[power > power.max() * 1e-3].mean()))


def pitch(x: np.ndarray, rate: int) -> float:
    """Hertz, by the autocorrelation of all of it."""
    spectrum = np.abs(np.fft.rfft(x, 2 * len(x))) ** 2
    lags = np.fft.irfft(spectrum)[: rate // 60]
    return rate / (rate // 300 + int(np.argmax(lags[rate // 300 :])))


@pytest.mark.parametrize(
    "text",
    [
        "One.",
        "Your appointment is on Tuesday, at three thirty.",
        "One of the doctors is in the office for the day, and I am with you.",
        "It is twenty-five dollars. Is that fine?",
        "Come at ten A.M., please.",
        "J, O, N, E, S.",
    ],
)
def test_every_word_ends_inside_the_clause_in_order(starter: PiperSynthesizer, text: str) -> None:
    clause = starter.synthesize(text)
    assert " ".join(word.text for word in clause.words) == text
    ends = [word.end_samples for word in clause.words]
    assert ends == sorted(ends)
    assert len(set(ends)) == len(ends)
    assert ends[0] > 0
    assert ends[-1] <= len(clause.pcm) // 2


@pytest.mark.parametrize("text", ["Fine. Go.", "Monday, then.", "Goodbye, Anna Lee."])
def test_words_end_where_they_are_heard_to_end(
    speakers: dict[str, PiperSynthesizer], text: str
) -> None:
    """Punctuation leaves a silence: the word before it ends where that begins."""
    for voice in speakers.values():
        clause = voice.synthesize(text)
        ms = voice.sample_rate // 1000
        end = clause.words[0].end_samples
        x = np.abs(samples(clause))
        assert x[end + 40 * ms : end + 70 * ms].max() < 0.1 * x[end - 150 * ms : end].max()
        assert x[end - 40 * ms : end].max() > 0.03 * x.max()


def test_commas_leave_room(starter: PiperSynthesizer) -> None:
    """The alignment is the graph's: a word before a comma does not swallow the pause."""
    plain = starter.synthesize("At noon we close.")
    paused = starter.synthesize("At noon, we close.")
    assert len(paused.pcm) > len(plain.pcm)
    gap = paused.words[2].end_samples - paused.words[1].end_samples
    assert gap > plain.words[2].end_samples - plain.words[1].end_samples


@pytest.mark.parametrize("text", ["", " ", "?", "\u2014"])
def test_nothing_to_say_is_no_audio(starter: PiperSynthesizer, text: str) -> None:
    clause = starter.synthesize(text)
    assert [word.end_samples for word in clause.words] == [0] * len(text.split())


def test_pace_can_be_set(starter: PiperSynthesizer) -> None:
    slow = PiperSynthesizer(STARTER, length_scale=1.5)
    text = "This is the pace."
    assert len(slow.synthesize(text).pcm) > 1.2 * len(starter.synthesize(text).pcm)


# --- voices of the stock signature -------------------------------------------------------------

HOP = 256


def stock_voice(folder: Path, speakers: int = 1, rate: int = 22050) -> Path:
    """A graph with the inputs and the one output of a stock Piper voice: every id is 256 samples
    of a level drawn at random for it, shifted by the speaker's number."""
    helper, types = onnx.helper, onnx.TensorProto
    levels = np.random.default_rng(0).uniform(-0.3, 0.3, (256, HOP)).astype(np.float32)
    constants = {
        "levels": levels,
        "flat": np.array([1, 1, 1, -1], np.int64),
        "length": np.array(1, np.int64),
        "tenth": np.array(0.01, np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["levels", "input"], ["sounds"]),
        helper.make_node("Reshape", ["sounds", "flat"], ["samples"]),
        helper.make_node("Gather", ["scales", "length"], ["pace"]),
        helper.make_node("Div", ["pace", "pace"], ["one"]),
        helper.make_node("Mul", ["samples", "one"], ["paced"]),
        helper.make_node("Cast", ["input_lengths"], ["lengths"], to=types.FLOAT),
        helper.make_node("Div", ["lengths", "lengths"], ["ones"]),
        helper.make_node("Mul", ["paced", "ones"], ["output" if speakers == 1 else "spoken"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", types.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", types.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", types.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", types.INT64, ["batch"]))
        nodes += [
            helper.make_node("Cast", ["sid"], ["speaker"], to=types.FLOAT),
            helper.make_node("Mul", ["speaker", "tenth"], ["shift"]),
            helper.make_node("Add", ["spoken", "shift"], ["output"]),
        ]
    graph = helper.make_graph(
        nodes,
        "stock",
        inputs,
        [helper.make_tensor_value_info("output", types.FLOAT, ["batch", 1, 1, "time"])],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    path = folder / "stock.onnx"
    onnx.save(model, path)
    config = {
        "audio": {"sample_rate": rate},
        "espeak": {"voice": "en-us"},
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {"anna": 0, "ben": 1} if speakers > 1 else {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    path.with_name("stock.onnx.json").write_text(json.dumps(config))
    return path


def test_a_stock_voice_speaks(tmp_path: Path) -> None:
    voice = PiperSynthesizer(stock_voice(tmp_path))
    assert voice.sample_rate == 22050
    clause = voice.synthesize("Hello there, Anna.")
    assert len(clause.pcm) > 2 * HOP * 20
    # Without alignments the words share the time by their letters.
    total = len(clause.pcm) // 2
    shares = [word.end_samples / total for word in clause.words]
    assert shares == pytest.approx([5 / 16, 11 / 16, 1], abs=0.01)


def test_a_folder_names_its_only_voice(tmp_path: Path) -> None:
    stock_voice(tmp_path)
    assert PiperSynthesizer(tmp_path).sample_rate == 22050


def test_speakers_by_name_and_number(tmp_path: Path) -> None:
    path = stock_voice(tmp_path, speakers=2)
    anna, ben = (PiperSynthesizer(path, speaker=name) for name in ("anna", "ben"))
    assert anna.synthesize("Hi.") == PiperSynthesizer(path).synthesize("Hi.")
    assert ben.synthesize("Hi.") == PiperSynthesizer(path, speaker="1").synthesize("Hi.")
    assert anna.synthesize("Hi.") != ben.synthesize("Hi.")
    with pytest.raises(ModelError, match=r"stock\.onnx.*'carl'.*anna, ben"):
        PiperSynthesizer(path, speaker="carl")
    with pytest.raises(ModelError, match="no speaker '7'"):
        PiperSynthesizer(path, speaker="7")


# --- long clauses, in parts ---------------------------------------------------------------------

LONG = "We are open from Monday to Friday, from eight in the morning until five in the afternoon."
SHAPES = {"single": {}, "multi": {"speakers": 3}, "22k": {"sample_rate": 22050}}


@pytest.fixture(scope="module", params=SHAPES.values(), ids=SHAPES)
def stock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the layers of a stock voice, without noise, so that a clause is always
    spoken alike."""
    sizes = {"sample_rate": 16000, "hidden": 32, "feed_forward": 64, "decoder": 32} | request.param
    folder = tmp_path_factory.mktemp("stock") / "voice"
    shapes.write(shapes.PiperShape(**sizes), folder)
    path = folder / "voice.onnx.json"
    config = json.loads(path.read_text())
    quiet = {"noise_scale": 0.0, "length_scale": 1.0, "noise_w": 0.0}
    path.write_text(json.dumps(config | {"inference": quiet}))
    return folder


def opened(stock: Path, **options: object) -> PiperSynthesizer:
    config = json.loads((stock / "voice.onnx.json").read_text())
    speaker = "2" if config["num_speakers"] > 1 else None
    return PiperSynthesizer(stock, speaker=speaker, **options)  # type: ignore[arg-type]


def lengths_s(parts: list[SynthesizedClause], voice: PiperSynthesizer) -> list[float]:
    return [len(part.pcm) / 2 / voice.sample_rate for part in parts]


def test_parts_joined_are_the_clause(stock: Path) -> None:
    """To the rounding of one bit, and as it is without parts."""
    voice = opened(stock)
    parts = list(voice.stream(LONG))
    joined = np.concatenate([samples(part) for part in parts])
    for whole in (voice.synthesize(LONG), opened(stock, stream=False).synthesize(LONG)):
        assert len(parts) > 2
        assert samples(whole).std() > 300
        assert np.abs(joined - samples(whole)).max() <= 1


def test_the_first_part_is_short_and_brings_all_words(stock: Path) -> None:
    voice = opened(stock)
    first, *others = parts = list(voice.stream(LONG))
    lengths = lengths_s(parts, voice)
    assert lengths[0] == pytest.approx(0.3, abs=0.02)
    assert lengths[1] == pytest.approx(0.6, abs=0.02)
    assert first.words == voice.synthesize(LONG).words
    assert " ".join(word.text for word in first.words) == LONG
    assert first.words[-1].end_samples <= sum(lengths) * voice.sample_rate
    assert not any(part.words for part in others)


def test_sentences_of_one_clause_are_one_stream(stock: Path) -> None:
    voice = opened(stock)
    text = "It is twenty-five dollars, all in all. Is that fine with you and yours?"
    parts = list(voice.stream(text))
    assert len(parts) > 2
    joined = np.concatenate([samples(part) for part in parts])
    whole = voice.synthesize(text)
    assert np.abs(joined - samples(whole)).max() <= 1
    assert parts[0].words == whole.words


@pytest.mark.parametrize("text", ["", "?", "Yes.", "Tomorrow at three."])
def test_a_short_clause_is_one_part(stock: Path, text: str) -> None:
    voice = opened(stock)
    assert list(voice.stream(text)) == [voice.synthesize(text)]


def test_parts_can_be_switched_off(stock: Path) -> None:
    assert len(list(opened(stock, stream=False).stream(LONG))) == 1


def test_a_voice_of_another_kind_makes_one_part(starter: PiperSynthesizer) -> None:
    assert list(starter.stream(LONG)) == [starter.synthesize(LONG)]


def test_words_end_where_the_graph_says_without_a_second_output(
    stock: Path, tmp_path: Path
) -> None:
    """A cut voice computes durations anyway; made an output of the whole, they are the same."""
    model = onnx.load(stock / "voice.onnx")
    add_alignment_output(model)
    patched = tmp_path / "voice"
    patched.mkdir()
    onnx.save(model, patched / "voice.onnx")
    (patched / "voice.onnx.json").write_text((stock / "voice.onnx.json").read_text())

    words = opened(stock).synthesize(LONG).words
    assert words == opened(patched).synthesize(LONG).words
    assert words == opened(patched, stream=False).synthesize(LONG).words
    assert words != opened(stock, stream=False).synthesize(LONG).words  # shared by letters


def test_closing_a_stream_stops_it(stock: Path) -> None:
    voice = opened(stock)
    parts = voice.stream(LONG)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert list(parts) == []


# --- what can be wrong with a voice ------------------------------------------------------------


def test_a_missing_voice_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.onnx: no such voice"):
        PiperSynthesizer(tmp_path / "nowhere.onnx")


def test_a_folder_without_a_voice_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"0 \.onnx files"):
        PiperSynthesizer(tmp_path)


def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match=r"a\.onnx\.json: missing"):
        PiperSynthesizer(tmp_path / "a.onnx")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"num_symbols": 1}', "\x00"])
def test_a_broken_configuration_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.onnx").write_bytes(b"")
    (tmp_path / "a.onnx.json").write_text(content)
    with pytest.raises(ModelError, match=r"a\.onnx\.json: not a Piper voice configuration"):
        PiperSynthesizer(tmp_path / "a.onnx")


def test_a_broken_graph_is_named(tmp_path: Path) -> None:
    path = stock_voice(tmp_path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"stock\.onnx: onnxruntime cannot read it"):
        PiperSynthesizer(path)


def test_a_graph_that_is_no_voice_is_named(tmp_path: Path) -> None:
    path = stock_voice(tmp_path)
    config = json.loads((tmp_path / "stock.onnx.json").read_text())
    (tmp_path / "stock.onnx.json").write_text(json.dumps(config | {"num_speakers": 3}))
    with pytest.raises(ModelError, match=r"stock\.onnx: has no input named sid"):
        PiperSynthesizer(path)


def test_a_voice_for_another_alphabet_is_named(tmp_path: Path) -> None:
    path = stock_voice(tmp_path)
    config = json.loads((tmp_path / "stock.onnx.json").read_text())
    (tmp_path / "stock.onnx.json").write_text(json.dumps(config | {"phoneme_type": "pinyin"}))
    with pytest.raises(ModelError, match="phoneme type 'pinyin'"):
        PiperSynthesizer(path)
