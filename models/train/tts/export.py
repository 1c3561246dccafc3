"""`student.pt` -> a Piper voice: `voice.onnx` and `voice.onnx.json`.

The whole voice is one graph: network, duration rounding, vocoder. Learned weights are stored in
half precision behind a Cast, which onnxruntime folds away at load: half the size, the same speed.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from torch import Tensor, nn

from models.train.tts.network import MAX_STEPS, SYMBOLS, Student
from models.train.tts.prepare import STEP_SECONDS
from models.train.tts.teacher import SAMPLE_RATE
from models.train.tts.train import ENVELOPE, F0, VOICING
from models.train.tts.vocoder import F0_MAX, F0_MIN, Vocoder, envelope_frequencies

OPSET = 17
NOISE_SCALE = 0.667  # Piper's customary value; here it means the teacher's own breathiness
LENGTH_SCALE = 0.92  # the teacher reads to an audience; a receptionist is a little brisker
LOUDNESS = 1.3  # brings active speech to about -20 dBFS, telephone level
PRESENCE_DB = 7.0  # lift of 3 kHz over 500 Hz, as a handset's microphone has it (ITU-T P.48)
KEEP_SINGLE = 4096  # tensors smaller than this stay in single precision


class Voice(nn.Module):
    """Piper's contract: ids, their count, (noise, length, noise width) -> samples, steps per id."""

    def __init__(self, student: Student, vocoder: Vocoder, frequencies: np.ndarray) -> None:
        """frequencies: hertz of the envelope's points."""
        super().__init__()
        self.student, self.vocoder, self.points = student, vocoder, len(frequencies)
        lift = np.log(np.maximum(frequencies, 1) / 500) / np.log(3000 / 500)
        nepers = PRESENCE_DB / 20 * np.log(10) * np.clip(lift, 0, 1)
        self.register_buffer("presence", torch.tensor(nepers, dtype=torch.float32))

    def forward(
        self, input: Tensor, input_lengths: Tensor, scales: Tensor
    ) -> tuple[Tensor, Tensor]:
        encoded = self.student.encode(input)
        steps = (torch.exp(self.student.log_steps(encoded)) - 1).clamp(0, MAX_STEPS)
        position = torch.arange(input.shape[1], device=input.device)
        lasting = (input > 0) & (position[None] < input_lengths[:, None])
        steps = steps * scales[1] * lasting.to(steps.dtype)
        # The edges of the fade need room, whatever is asked for.
        steps = torch.cat([steps[:, :1].clamp(min=2), steps[:, 1:]], 1)
        ends = torch.round(torch.cumsum(steps, 1))  # rounding the ends keeps the pace true
        steps = ends - torch.cat([torch.zeros_like(ends[:, :1]), ends[:, :-1]], 1)

        student = self.student
        features = student.decode(encoded, steps)
        voicing = torch.sigmoid(2 * features[..., VOICING])
        features = features * student.scale + student.mean
        end = ENVELOPE + self.points
        samples = self.vocoder(
            torch.exp(features[..., F0]).clamp(F0_MIN, F0_MAX),
            voicing,
            features[..., ENVELOPE:end] + self.presence,
            features[..., end:],
            scales[0] / NOISE_SCALE + 0 * scales[2],
        )
        return (LOUDNESS * samples)[:, None, None], steps


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
    parser.add_argument("--data", type=Path, required=True, help="folder of student-*.pt")
    parser.add_argument("--out", type=Path, required=True, help="folder of the voice")
    parser.add_argument("--rate", type=int, default=8000)
    args = parser.parse_args()

    stored = torch.load(args.data / f"student-{args.rate}.pt", weights_only=False)
    state, points = stored["student"], stored["points"]
    student = Student(state["mean"].shape[0])
    student.load_state_dict(state)
    constants = stored["constants"]
    radians = envelope_frequencies(points, args.rate, constants["warp"])
    frequencies = radians / (2 * np.pi) * SAMPLE_RATE
    voice = Voice(student, Vocoder(args.rate, points, **constants), frequencies).eval()

    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "voice.onnx"
    example = (torch.randint(3, 100, (1, 41)), torch.tensor([41]), torch.tensor([0.667, 1.0, 0.8]))
    torch.onnx.export(
        voice,
        example,
        str(path),
        opset_version=OPSET,
        input_names=["input", "input_lengths", "scales"],
        output_names=["output", "durations"],
        dynamic_axes={
            "input": {0: "batch", 1: "ids"},
            "input_lengths": {0: "batch"},
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
        "inference": {"noise_scale": NOISE_SCALE, "length_scale": LENGTH_SCALE, "noise_w": 0.8},
        "num_symbols": SYMBOLS,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": round(args.rate * STEP_SECONDS),
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    path.with_suffix(".onnx.json").write_text(
        json.dumps(config, ensure_ascii=False, indent=1) + "\n"
    )
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
