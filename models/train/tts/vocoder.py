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

F0_MIN, F0_MAX = 55.0, 250.0
FADE_SECONDS = 0.005
_OVERLAP = 4  # noise windows over one sample


def envelope_frequencies(points: int, sample_rate: int, warp: float) -> np.ndarray:
    """Radians at the teacher's rate of `points` envelope samples, even on its warped axis."""
    top = warped(np.array([math.pi * sample_rate / SAMPLE_RATE]), warp)[0]
    dense = np.linspace(0, math.pi * sample_rate / SAMPLE_RATE, 4097)
    return np.interp(np.linspace(0, top, points), warped(dense, warp), dense)


def envelope_points(cepstrum: np.ndarray, points: int, sample_rate: int, warp: float) -> np.ndarray:
    """[T, 25] -> natural-log amplitude [T, points] from 0 Hz to half of `sample_rate`."""
    return log_envelope(cepstrum, envelope_frequencies(points, sample_rate, warp), warp)


def _interpolation(at: np.ndarray, points: np.ndarray) -> np.ndarray:
    """[len(points), len(at)]: matrix of linear interpolation."""
    return np.stack([np.interp(at, points, row) for row in np.eye(len(points))])


class Vocoder(nn.Module):
    """f0, voicing, envelope, strengths, one row per 5 ms -> samples in -1..1.

    points: samples of the envelope. warp, gain, band_filters: the teacher's constants.
    """

    def __init__(
        self, sample_rate: int, points: int, warp: float, gain: float, band_filters: np.ndarray
    ) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.hop = round(sample_rate * FRAME_SECONDS)
        self.window = _OVERLAP * self.hop
        self.harmonics = int(0.49 * sample_rate / F0_MIN)
        bins = self.window // 2 + 1
        radians = np.linspace(0, math.pi * sample_rate / SAMPLE_RATE, bins)
        places = envelope_frequencies(points, sample_rate, warp)
        to_bins = _interpolation(radians, places)  # [points, bins]

        # Minimum phase from log amplitude: keep the causal half of the cepstrum.
        fine = 512
        fine_radians = np.linspace(0, math.pi * sample_rate / SAMPLE_RATE, fine + 1)
        k, n = np.arange(fine + 1), np.arange(1, fine)
        weight = np.ones(fine + 1)
        weight[[0, -1]] = 0.5
        cosines = np.cos(math.pi * np.outer(k, n) / fine) * weight[:, None] * 2 / fine
        sines = -np.sin(math.pi * np.outer(n, np.arange(bins) * fine / (bins - 1)) / fine)
        to_phase = _interpolation(fine_radians, places) @ cosines @ sines

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
            "numbers": np.arange(1, self.harmonics + 1),
            "bin_numbers": np.arange(bins),
            "between": (np.arange(self.hop) + 0.5) / self.hop,
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
        # The last twentieth below half the rate fades, so that gliding harmonics leave softly.
        audible = ((0.49 * self.sample_rate - frequency) / (0.02 * self.sample_rate)).clamp(0, 1)
        amplitude = (
            torch.exp(at_harmonics(log_amplitude))
            * at_harmonics(pulse)
            * audible
            * height.unsqueeze(-1)
        )
        angle = at_harmonics(phase)
        in_phase = self._to_samples((amplitude * torch.cos(angle)).transpose(1, 2))
        quadrature = self._to_samples((amplitude * torch.sin(angle)).transpose(1, 2))
        cycles = torch.cumsum(self._to_samples(f0.unsqueeze(1)) / self.sample_rate, 2)
        turn = 2 * math.pi * (cycles - torch.floor(cycles)) * self.numbers[None, :, None]
        voiced = (in_phase * torch.cos(turn) - quadrature * torch.sin(turn)).sum(1)

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

    def _to_samples(self, frames: Tensor) -> Tensor:
        """[B, C, T] -> [B, C, T * hop], linear between frame centres; `hop` is even."""
        # Spelled out, because onnxruntime's Resize is several times slower.
        edged = torch.cat([frames[..., :1], frames, frames[..., -1:]], -1)
        left, right = edged[..., :-1, None], edged[..., 1:, None]
        samples = (left + (right - left) * self.between).flatten(2)
        return samples[..., self.hop // 2 : -(self.hop // 2)]
