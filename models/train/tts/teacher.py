"""The teachers: flite's statistical voices, asked for their parameters rather than their samples.

A statistical parametric voice predicts, every 5 ms, a fundamental frequency, a mel-cepstrum and
five band voicing strengths, and only then runs a vocoder. Reading these tracks from the utterance
gives targets that are exact and free of analysis error, about seventy times faster than real time.

Sources: flite 2.2, src/cg/cst_cg.c, cst_mlpg.c and cst_mlsa.c (Carnegie Mellon University).
"""

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_short, c_void_p
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VOICES = ("rms", "slt")
"""Of CMU ARCTIC, a man and a woman, both from the United States. The first is what a voice that is
not told otherwise speaks with: on a telephone line it is the clearer one."""
SAMPLE_RATE = 16000
FRAME_SECONDS = 0.005
BANDS = 5
FULL_SCALE = 32768.0


class _Track(ctypes.Structure):
    _fields_ = [
        ("type", c_char_p),
        ("num_frames", c_int),
        ("num_channels", c_int),
        ("times", POINTER(c_float)),
        ("frames", POINTER(POINTER(c_float))),
    ]


class _Wave(ctypes.Structure):
    _fields_ = [
        ("type", c_char_p),
        ("sample_rate", c_int),
        ("num_samples", c_int),
        ("num_channels", c_int),
        ("samples", POINTER(c_short)),
    ]


class _Utterance(ctypes.Structure):
    _fields_ = [("features", c_void_p)]  # what follows is not read


class _Database(ctypes.Structure):
    """cst_cg_db as far as the fields read here; the order is flite's."""

    _fields_ = [
        ("name", c_char_p),
        ("types", c_void_p),
        ("num_types", c_int),
        ("sample_rate", c_int),
        ("f0_mean", c_float),
        ("f0_stddev", c_float),
        ("num_f0_models", c_int),
        ("f0_trees", c_void_p),
        ("num_param_models", c_int),
        ("param_trees", c_void_p),
        ("spamf0_accent_tree", c_void_p),
        ("spamf0_phrase_tree", c_void_p),
        ("num_channels", c_void_p),
        ("num_frames", c_void_p),
        ("model_vectors", c_void_p),
        ("num_channels_spamf0_accent", c_int),
        ("num_frames_spamf0_accent", c_int),
        ("spamf0_accent_vectors", c_void_p),
        ("model_min", c_void_p),
        ("model_range", c_void_p),
        ("qtable", c_void_p),
        ("model_shape", c_int),
        ("frame_advance", c_float),
        ("num_dur_models", c_int),
        ("dur_stats", c_void_p),
        ("dur_cart", c_void_p),
        ("phone_states", c_void_p),
        ("do_mlpg", c_int),
        ("dynwin", c_void_p),
        ("dynwinsize", c_int),
        ("mlsa_alpha", c_float),
        ("mlsa_beta", c_float),
        ("multimodel", c_int),
        ("mixed_excitation", c_int),
        ("me_num", c_int),
        ("me_order", c_int),
        ("me_h", POINTER(POINTER(c_double))),
        ("spamf0", c_int),
        ("gain", c_float),
    ]


@dataclass(frozen=True)
class Utterance:
    """What the teacher decided for one text; one row per 5 ms frame.

    f0: float32 [T], hertz, 0 where unvoiced.
    cepstrum: float32 [T, 25], natural-log mel-cepstrum before the postfilter, 16 kHz, int16 scale.
    strengths: float32 [T, 5], share of the pulse train in each excitation band, 0..1.
    phones: (name, end in seconds) in order; "pau" is silence.
    wave: int16 [S] at 16 kHz, the teacher's own rendering.
    """

    f0: NDArray[np.float32]
    cepstrum: NDArray[np.float32]
    strengths: NDArray[np.float32]
    phones: list[tuple[str, float]]
    wave: NDArray[np.int16]


class Teacher:
    """One of flite's voices.

    Raises OSError when the shared libraries are missing (Debian: apt install flite).
    """

    def __init__(self, voice: str) -> None:
        """voice: one of VOICES."""
        flite = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL("libflite_usenglish.so.1", mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL("libflite_cmulex.so.1", mode=ctypes.RTLD_GLOBAL)
        name = f"cmu_us_{voice}"
        library = ctypes.CDLL(f"libflite_{name}.so.1")
        self._database = _Database.in_dll(library, f"{name}_cg_db")
        if (self._database.sample_rate, self._database.me_num) != (SAMPLE_RATE, BANDS):
            raise OSError(f"libflite_{name}: not the layout of flite 2.2")

        def bind(name, result, *arguments):
            function = getattr(flite, name)
            function.restype, function.argtypes = result, arguments
            return function

        self._synth = bind("flite_synth_text", POINTER(_Utterance), c_char_p, c_void_p)
        self._feature = bind("feat_val", c_void_p, c_void_p, c_char_p)
        self._val_track = bind("val_track", POINTER(_Track), c_void_p)
        self._mlpg = bind("mlpg", POINTER(_Track), POINTER(_Track), c_void_p)
        self._delete_track = bind("delete_track", None, POINTER(_Track))
        self._relation = bind("utt_relation", c_void_p, POINTER(_Utterance), c_char_p)
        self._head = bind("relation_head", c_void_p, c_void_p)
        self._next = bind("item_next", c_void_p, c_void_p)
        self._item_float = bind("item_feat_float", c_float, c_void_p, c_char_p)
        self._item_string = bind("item_feat_string", c_char_p, c_void_p, c_char_p)
        self._wave = bind("utt_wave", POINTER(_Wave), POINTER(_Utterance))
        self._delete = bind("delete_utterance", None, POINTER(_Utterance))
        flite.flite_init()
        register = getattr(library, f"register_{name}")
        register.restype, register.argtypes = c_void_p, [c_char_p]
        self._voice = register(None)

    @property
    def warp(self) -> float:
        """All-pass constant of the mel-cepstrum."""
        return float(self._database.mlsa_alpha)

    @property
    def postfilter(self) -> float:
        """By how much the teacher's vocoder stretches cepstral coefficients 2 and up."""
        return float(self._database.mlsa_beta)

    @property
    def gain(self) -> float:
        return float(self._database.gain)

    def band_filters(self) -> NDArray[np.float64]:
        """float64 [5, 48]: impulse responses of the mixed-excitation bands at 16 kHz."""
        database = self._database
        return np.array(
            [[database.me_h[b][i] for i in range(database.me_order)] for b in range(BANDS)]
        )

    def speak(self, text: str) -> Utterance:
        utterance = self._synth(text.encode("ascii"), self._voice)
        try:
            features = utterance.contents.features
            means = self._val_track(self._feature(features, b"param_track"))
            smooth = self._mlpg(means, ctypes.addressof(self._database))
            parameters = _frames(smooth)
            self._delete_track(smooth)
            strengths = _frames(self._val_track(self._feature(features, b"str_track")))
            phones = []
            item = self._head(self._relation(utterance, b"Segment"))
            while item:
                name = self._item_string(item, b"name").decode()
                phones.append((name, float(self._item_float(item, b"end"))))
                item = self._next(item)
            wave = self._wave(utterance).contents
            samples = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).copy()
        finally:
            self._delete(utterance)
        return Utterance(parameters[:, 0], parameters[:, 1:], strengths, phones, samples)


def written_for_teacher(text: str) -> str:
    """flite takes full stops inside A.M. and P.M. for ends of sentences."""
    return text.replace("A.M.", "A M").replace("P.M.", "P M")


def _frames(track) -> NDArray[np.float32]:
    t = track.contents
    return np.stack(
        [np.ctypeslib.as_array(t.frames[i], (t.num_channels,)) for i in range(t.num_frames)]
    ).astype(np.float32)


def postfiltered(cepstrum: NDArray[np.float32], beta: float, warp: float) -> NDArray[np.float32]:
    """The cepstrum the teacher's vocoder really uses: formants sharpened, energy unchanged.

    cepstrum: [T, 25] -> [T, 25].
    """
    frequencies = np.linspace(0, np.pi, 257)
    before = log_envelope(cepstrum, frequencies, warp)
    sharp = cepstrum.copy()
    sharp[:, 2:] *= 1 + beta
    after = log_envelope(sharp, frequencies, warp)
    energy = np.exp(2 * before).mean(1), np.exp(2 * after).mean(1)
    sharp[:, 0] += 0.5 * np.log(energy[0] / energy[1])
    return sharp


def warped(frequencies: NDArray[np.float64], warp: float) -> NDArray[np.float64]:
    """Radians on the linear axis -> radians on the all-pass (mel-like) axis."""
    return frequencies + 2 * np.arctan2(warp * np.sin(frequencies), 1 - warp * np.cos(frequencies))


def log_envelope(
    cepstrum: NDArray[np.float32], frequencies: NDArray[np.float64], warp: float
) -> NDArray[np.float64]:
    """Natural log amplitude [T, F] of a mel-cepstrum [T, M] at radians [F]."""
    order = np.arange(cepstrum.shape[1])
    return cepstrum @ np.cos(order[:, None] * warped(frequencies, warp)[None])
