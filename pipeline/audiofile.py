"""Sound files in and out: anything FFmpeg reads becomes mono int16, and int16 becomes WAV."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from audiocore.errors import ConfigError


def read_pcm(path: Path, sample_rate: int) -> bytes:
    """Decode a file to mono little-endian int16 at ``sample_rate`` hertz.

    Raises:
        ConfigError: the file cannot be read, or has no sound in it.
    """
    import av  # 0.2 s to import, and most commands read no files

    resampler = av.AudioResampler(format="s16", layout="mono", rate=sample_rate)
    pieces: list[bytes] = []
    try:
        with av.open(str(path)) as container:
            for decoded in container.decode(audio=0):
                pieces += [bytes(f.planes[0])[: f.samples * 2] for f in resampler.resample(decoded)]
            pieces += [bytes(f.planes[0])[: f.samples * 2] for f in resampler.resample(None)]
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (av.FFmpegError, IndexError, OSError) as error:
        raise ConfigError(f"{path}: cannot be read as sound: {error}") from None
    pcm = b"".join(pieces)
    if not pcm:
        raise ConfigError(f"{path}: has no sound in it")
    return pcm


def split_at_pauses(pcm: bytes, sample_rate: int, longest_s: float) -> list[bytes]:
    """Cut mono int16 into pieces of at most ``longest_s``, each at the quietest 20 ms of its
    second half."""
    samples = np.frombuffer(pcm, dtype="<i2")
    frame, longest = sample_rate // 50, int(longest_s * sample_rate)
    pieces: list[bytes] = []
    while len(samples) > longest:
        half = samples[longest // 2 : longest]
        frames = half[: len(half) // frame * frame].reshape(-1, frame).astype(np.float64)
        cut = longest // 2 + int(np.argmin(np.mean(frames**2, axis=1))) * frame + frame // 2
        pieces.append(samples[:cut].tobytes())
        samples = samples[cut:]
    return [*pieces, samples.tobytes()]


def write_wav(path: Path, pcm: bytes, sample_rate: int, channels: int = 1) -> None:
    """Write little-endian int16, interleaved if there are several channels, as a WAV file.

    Raises:
        ConfigError: the file cannot be written.
    """
    try:
        with path.open("wb") as target, wave.open(target, "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(sample_rate)
            file.writeframes(pcm)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
