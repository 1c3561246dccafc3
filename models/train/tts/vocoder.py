"""Parameters -> samples, in operations that ONNX has.

A sum of harmonics for the pulse train and filtered noise for the rest, equal in effect to the
teacher's MLSA filter with mixed excitation (Yoshimura et al. 2001) but band-limited exactly, so a
voice can be rendered at any sampling rate. Harmonics carry the minimum phase that belongs to the
envelope (its Hilbert transform): without it a low voice buzzes.
"""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.train.tts.teacher import (
    FRAME_SECONDS,
    FULL_SCALE,
    SAMPLE_RATE,
    log_envelope,
    warped,
)

F0_MIN, F0_MAX = 55.0, 300.0
FADE_SECONDS = 0.005
_OVERLAP = 4  # noise windows over one sample
_INNER = 16  # harmonics whose waves are made one by one; the others are shifts of them


def envelope_frequencies(points: int, warp: float) -> np.ndarray:
    """Radians at the teacher's rate of `points` envelope samples, even on its warped axis."""
    dense = np.linspace(0, math.pi, 4097)
    return np.interp(np.linspace(0, math.pi, points), warped(dense, warp), dense)


def envelope_points(cepstrum: np.ndarray, points: int, warp: float) -> np.ndarray:
    """[T, 25] -> natural-log amplitude [T, points] from 0 Hz to half the teacher's rate."""
    return log_envelope(cepstrum, envelope_frequencies(points, warp), warp)


def _interpolation(at: np.ndarray, points: np.ndarray) -> np.ndarray:
    """[len(points), len(at)]: matrix of linear interpolation."""
    return np.stack([np.interp(at, points, row) for row in np.eye(len(points))])


class Vocoder(nn.Module):
    """f0, voicing, envelope, strengths, one row per 5 ms -> samples in -1..1.

    sample_rate: of the samples, up to the teacher's. points: samples of the envelope, whose axis
    always spans the teacher's band. warp, gain, band_filters: the teacher's constants.
    """

    def __init__(
        self, sample_rate: int, points: int, warp: float, gain: float, band_filters: np.ndarray
    ) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.hop = round(sample_rate * FRAME_SECONDS)
        self.window = _OVERLAP * self.hop
        harmonics = int(0.49 * sample_rate / F0_MIN)
        self.outer = harmonics // _INNER + 1
        bins = self.window // 2 + 1
        radians = np.linspace(0, math.pi * sample_rate / SAMPLE_RATE, bins)
        places = envelope_frequencies(points, warp)
        to_bins = _interpolation(radians, places)  # [points, bins]

        # Minimum phase from log amplitude: keep the causal half of the cepstrum.
        fine = 512
        k, n = np.arange(fine + 1), np.arange(1, fine)
        weight = np.ones(fine + 1)
        weight[[0, -1]] = 0.5
        cosines = np.cos(math.pi * np.outer(k, n) / fine) * weight[:, None] * 2 / fine
        to_phase = _interpolation(np.linspace(0, math.pi, fine + 1), places) @ cosines
        to_phase = to_phase @ -np.sin(np.outer(n, radians))

        responses = np.abs(np.fft.rfft(band_filters, 2048, axis=1))
        axis = np.linspace(0, math.pi, responses.shape[1])
        band_bins = np.stack([np.interp(radians, axis, row) for row in responses])

        k = np.arange(bins)
        angles = 2 * math.pi * np.outer(k, np.arange(self.window)) / self.window
        hann = 0.5 - 0.5 * np.cos(2 * math.pi * (np.arange(self.window) + 0.5) / self.window)
        sides = np.full(bins, 2.0)
        sides[[0, -1]] = 1.0
        # Unit-variance noise at the teacher's rate keeps its density, not its variance, here.
        # A frame of random phases has variance sum(sides**2)/2 per unit amplitude.
        level = math.sqrt(sample_rate / SAMPLE_RATE)
        level /= math.sqrt((sides**2).sum() / 2) * math.sqrt((hann**2).sum() / self.hop)
        scale = level * sides[:, None] * hann[None]

        self.gain = gain / FULL_SCALE
        for name, value in {
            "to_bins": to_bins,
            "to_phase": to_phase,
            "bands": band_bins,
            "noise_cos": np.cos(angles) * scale,
            "noise_sin": -np.sin(angles) * scale,
            "numbers": np.arange(self.outer * _INNER),
            "inner": np.arange(_INNER)[:, None],
            "outers": _INNER * np.arange(self.outer)[:, None],
            "bin_numbers": np.arange(bins),
            "between": (np.arange(self.hop) + 0.5) / self.hop,  # two frame centres
            "fade": np.arange(1, round(FADE_SECONDS * sample_rate) + 1)
            / (FADE_SECONDS * sample_rate + 1),
        }.items():
            self.register_buffer(name, torch.tensor(value, dtype=torch.float32))

    def forward(
        self, f0: Tensor, voicing: Tensor, envelope: Tensor, strengths: Tensor, noise: Tensor
    ) -> Tensor:
        """[B, T] hertz, [B, T] 0..1, [B, T, points], [B, T, 5], [] -> [B, T * hop]"""
        frames = f0.shape[1]
        pulse = strengths.clamp(0, 1) @ self.bands  # [B, T, bins]
        breath = (1 - strengths).clamp(0, 1) @ self.bands
        log_amplitude = envelope @ self.to_bins
        phase = envelope @ self.to_phase

        frequency = f0.unsqueeze(-1) * self.numbers  # [B, T, H]
        place = (frequency * (2 * (self.bands.shape[1] - 1) / self.sample_rate)).clamp(
            max=self.bands.shape[1] - 1.001
        )
        low = torch.floor(place)
        part = place - low
        low = low.to(torch.int64)

        def at_harmonics(table: Tensor) -> Tensor:
            return torch.gather(table, 2, low) * (1 - part) + torch.gather(table, 2, low + 1) * part

        # A train of pulses of height sqrt(period) has harmonics of 2 / sqrt(period).
        height = 2 * self.gain * torch.sqrt(f0 / SAMPLE_RATE) * voicing
        # The last fiftieth below half the rate fades, so that gliding harmonics leave softly.
        audible = ((0.49 * self.sample_rate - frequency) / (0.02 * self.sample_rate)).clamp(0, 1)
        audible = audible * (self.numbers > 0)
        amplitude = (
            torch.exp(at_harmonics(log_amplitude))
            * at_harmonics(pulse)
            * audible
            * height.unsqueeze(-1)
        )
        voiced = self._harmonics(f0, amplitude, at_harmonics(phase))

        # Phases from a hash of (frame, bin) rather than a random operator: the same words
        # always give the same samples.
        t = torch.arange(frames, dtype=torch.float32, device=f0.device)
        seed = (
            torch.sin((t * 12.9898)[:, None] + (self.bin_numbers * 78.233)[None] + 0.5) * 437.5853
        )
        random = 2 * math.pi * (seed - torch.floor(seed))
        amplitude = torch.exp(log_amplitude) * breath * (self.gain * noise)
        spectrum = (amplitude * torch.cos(random)) @ self.noise_cos + (
            amplitude * torch.sin(random)
        ) @ self.noise_sin
        hop = self.hop
        unvoiced = sum(
            functional.pad(
                spectrum[:, :, j * hop : (j + 1) * hop].reshape(f0.shape[0], -1),
                (j * hop, (_OVERLAP - 1 - j) * hop),
            )
            for j in range(_OVERLAP)
        )
        start = (self.window - hop) // 2
        unvoiced = unvoiced[:, start : start + frames * hop]

        samples = voiced + unvoiced
        middle = samples.shape[1] - 2 * self.fade.shape[0]
        ramp = torch.cat([self.fade, torch.ones(middle, device=f0.device), self.fade.flip(0)])
        return samples * ramp

    def _harmonics(self, f0: Tensor, amplitude: Tensor, phase: Tensor) -> Tensor:
        """[B, T] hertz, [B, T, H], [B, T, H] radians -> [B, T * hop]

        With x = exp(2 pi i cycles), harmonic 16 a + b is x^(16 a) x^b: 16 + H / 16 waves are made
        and the rest is a matrix product, instead of a cosine for every sample of every harmonic.
        Amplitudes go linearly from one frame's centre to the next; `hop` is even.
        """
        frequency = torch.stack([_edged(f0)[:, :-1], _edged(f0)[:, 1:]], -1)  # [B, T + 1, 2]
        between = self.between
        frequency = frequency[..., :1] + (frequency[..., 1:] - frequency[..., :1]) * between
        cycles = torch.cumsum(frequency.flatten(1) / self.sample_rate, 1).reshape(frequency.shape)
        cycles = (cycles - torch.floor(cycles)).unsqueeze(2)  # [B, T + 1, 1, hop]

        def waves(numbers: Tensor) -> tuple[Tensor, Tensor]:
            """[N, 1] -> cosines and sines [B, T + 1, N, hop]"""
            turn = 2 * math.pi * numbers * cycles
            return torch.cos(turn), torch.sin(turn)

        shape = (*amplitude.shape[:2], self.outer, _INNER)
        in_phase = (amplitude * torch.cos(phase)).reshape(shape)
        quadrature = (amplitude * torch.sin(phase)).reshape(shape)
        weights = torch.cat(
            [torch.cat([in_phase, -quadrature], 3), torch.cat([quadrature, in_phase], 3)], 2
        )
        weights = torch.cat([weights[:, :1], weights, weights[:, -1:]], 1)
        inner = torch.cat(waves(self.inner), 2)  # [B, T + 1, 2 * 16, hop]
        before, after = weights[:, :-1] @ inner, weights[:, 1:] @ inner
        sums = before + (after - before) * between  # real parts, then imaginary parts
        cosine, sine = waves(self.outers)
        samples = (sums[:, :, : self.outer] * cosine - sums[:, :, self.outer :] * sine).sum(2)
        return samples.flatten(1)[:, self.hop // 2 : -(self.hop // 2)]


def _edged(x: Tensor) -> Tensor:
    """[B, T] -> [B, T + 2], the first and the last repeated"""
    return torch.cat([x[:, :1], x, x[:, -1:]], 1)
