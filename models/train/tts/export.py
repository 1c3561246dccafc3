"""`student.pt` -> a Piper voice of several speakers: `voice.onnx` and `voice.onnx.json`.

The whole voice is one graph: network, duration rounding, vocoder. Only the vocoder knows a sampling
rate, so one network is exported at as many as are wanted. Learned weights are stored in
half precision behind a Cast, which onnxruntime folds away at load: half the size, the same speed.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP, phonemes_to_ids
from piper.phonemize_espeak import EspeakPhonemizer
from torch import Tensor, nn

from models.train.tts.level import active_level
from models.train.tts.network import MAX_STEPS, SYMBOLS, Student
from models.train.tts.prepare import STEP_SECONDS
from models.train.tts.teacher import SAMPLE_RATE
from models.train.tts.train import ENVELOPE, F0, POINTS, VOICING
from models.train.tts.vocoder import F0_MAX, F0_MIN, Vocoder, envelope_frequencies

OPSET = 17
NOISE_SCALE = 0.667  # Piper's customary value; here it means the teacher's own breathiness
PACES = {"rms": 0.92, "slt": 1.05}  # of the teachers' durations: a receptionist's pace for both
LEVEL_DBFS = -20.0  # of active speech, telephone level
# Lift of 3 kHz over 500 Hz, as a telephone's microphone has it (ITU-T P.48); wideband needs none.
PRESENCE_DB = {8000: 7.0, 16000: 0.0}
LEVEL_TEXTS = (
    "Good morning, thank you for calling the clinic.",
    "Your appointment with Doctor Hart is on Monday, at three thirty.",
    "Please bring your insurance card, and arrive ten minutes early.",
)
KEEP_SINGLE = 4096  # tensors smaller than this stay in single precision


class Voice(nn.Module):
    """Piper's contract: ids, their count, (noise, length, noise width), speaker -> samples, steps
    per id. For one sentence at a time, as Piper asks."""

    def __init__(
        self, student: Student, vocoder: Vocoder, presence: np.ndarray, paces: list[float]
    ) -> None:
        """presence: decibels to add at each point of the envelope. paces: of each speaker."""
        super().__init__()
        self.student, self.vocoder, self.points = student, vocoder, len(presence)
        nepers = presence / 20 * np.log(10)
        self.register_buffer("presence", torch.tensor(nepers, dtype=torch.float32))
        self.register_buffer("paces", torch.tensor(paces))
        self.register_buffer("levels", torch.ones(len(paces)))

    def forward(
        self, input: Tensor, input_lengths: Tensor, scales: Tensor, sid: Tensor
    ) -> tuple[Tensor, Tensor]:
        encoded = self.student.encode(input, sid)
        steps = (torch.exp(self.student.log_steps(encoded)) - 1).clamp(0, MAX_STEPS)
        position = torch.arange(input.shape[1], device=input.device)
        lasting = (input > 0) & (position[None] < input_lengths[:, None])
        steps = steps * (scales[1] * self.paces[sid][:, None]) * lasting.to(steps.dtype)
        # The edges of the fade need room, whatever is asked for.
        steps = torch.cat([steps[:, :1].clamp(min=2), steps[:, 1:]], 1)
        ends = torch.round(torch.cumsum(steps, 1))  # rounding the ends keeps the pace true
        steps = ends - torch.cat([torch.zeros_like(ends[:, :1]), ends[:, :-1]], 1)

        student = self.student
        features = student.decode(encoded, steps)
        voicing = torch.sigmoid(2 * features[..., VOICING])
        features = features * student.scale[sid][:, None] + student.mean[sid][:, None]
        end = ENVELOPE + self.points
        samples = self.vocoder(
            torch.exp(features[..., F0]).clamp(F0_MIN, F0_MAX),
            voicing,
            features[..., ENVELOPE:end] + self.presence,
            features[..., end:],
            scales[0] / NOISE_SCALE + 0 * scales[2],
        )
        return (self.levels[sid][:, None] * samples)[:, None, None], steps


def set_levels(voice: Voice, sample_rate: int) -> None:
    """Make every speaker as loud as a telephone expects."""
    phonemizer = EspeakPhonemizer()
    for sid in range(len(voice.levels)):
        spoken = []
        for text in LEVEL_TEXTS:
            (phonemes,) = phonemizer.phonemize("en-us", text)
            ids = torch.tensor([phonemes_to_ids(phonemes, DEFAULT_PHONEME_ID_MAP)])
            scales = torch.tensor([NOISE_SCALE, 1.0, 0.8])
            with torch.no_grad():
                samples, _ = voice(ids, torch.tensor([ids.shape[1]]), scales, torch.tensor([sid]))
            spoken.append(samples.flatten().numpy())
        level = active_level(np.concatenate(spoken), sample_rate)
        voice.levels[sid] = 10 ** ((LEVEL_DBFS - level) / 20)


def halve(model: onnx.ModelProto) -> None:
    """Store large float initializers as float16, each behind a Cast to float32."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        if values.size < KEEP_SINGLE or "vocoder" in tensor.name:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of student.pt")
    parser.add_argument("--out", type=Path, required=True, help="folder of the voice")
    parser.add_argument("--rate", type=int, choices=PRESENCE_DB, default=8000)
    args = parser.parse_args()

    stored = torch.load(args.data / "student.pt", map_location="cpu", weights_only=False)
    state, speakers, constants = stored["student"], stored["speakers"], stored["constants"]
    student = Student(state["mean"].shape[1], len(speakers))
    student.load_state_dict(state)
    hertz = envelope_frequencies(POINTS, constants["warp"]) / (2 * np.pi) * SAMPLE_RATE
    lift = np.clip(np.log(np.maximum(hertz, 1) / 500) / np.log(3000 / 500), 0, 1)
    voice = Voice(
        student,
        Vocoder(args.rate, POINTS, **constants),
        PRESENCE_DB[args.rate] * lift,
        [PACES[name] for name in speakers],
    ).eval()
    set_levels(voice, args.rate)

    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "voice.onnx"
    example = (
        torch.randint(3, 100, (1, 41)),
        torch.tensor([41]),
        torch.tensor([NOISE_SCALE, 1.0, 0.8]),
        torch.tensor([0]),
    )
    torch.onnx.export(
        voice,
        example,
        str(path),
        opset_version=OPSET,
        input_names=["input", "input_lengths", "scales", "sid"],
        output_names=["output", "durations"],
        dynamic_axes={
            "input": {0: "batch", 1: "ids"},
            "input_lengths": {0: "batch"},
            "sid": {0: "batch"},
            "output": {0: "batch", 3: "samples"},
            "durations": {0: "batch", 1: "ids"},
        },
        dynamo=False,
    )
    model = onnx.load(path)
    halve(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    config = {
        "audio": {"sample_rate": args.rate, "quality": "starter"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "inference": {"noise_scale": NOISE_SCALE, "length_scale": 1.0, "noise_w": 0.8},
        "num_symbols": SYMBOLS,
        "num_speakers": len(speakers),
        "speaker_id_map": {name: number for number, name in enumerate(speakers)},
        "hop_length": round(args.rate * STEP_SECONDS),
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    path.with_suffix(".onnx.json").write_text(
        json.dumps(config, ensure_ascii=False, indent=1) + "\n"
    )
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
