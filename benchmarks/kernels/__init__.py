"""The kernels against what a user could pick instead, in one process and round-robin.

``python -m benchmarks.kernels`` or ``audiocore bench kernels`` prints, per 20 ms frame and in bulk,
the median time of each contestant and how many times ours it takes; for resamplers also delay,
ripple, worst image or alias, and signal-to-noise ratio. ``--output DIR`` (default ``out``) gets
``kernels.json`` and ``kernels.svg``. Peers that are not installed are named as missing.

What a peer is charged for: the call as a Python program makes it, ``bytes`` in and ``bytes`` out.
C libraries are called through ctypes, and the time of an empty call is taken off again, so they pay
for their arithmetic alone: no binding could be cheaper. Everyone gets the same 300 frames of
Laplacian noise in turn, which is as hard on branch predictors as speech is.
"""

import argparse
import platform
from pathlib import Path

from benchmarks.kernels import report
from benchmarks.kernels.cases import cases
from benchmarks.kernels.timing import race
from benchmarks.kernels.variants import build, load, runnable

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="audiocore bench kernels", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=201, help="the median is over these")
    parser.add_argument("--only", metavar="TEXT", default="", help="cases whose title has TEXT")
    parser.add_argument("--no-quality", action="store_true", help="time resamplers only")
    parser.add_argument(
        "--isa",
        action="append",
        default=[],
        choices=runnable(),
        help="also race a build for this instruction set alone (needs a checkout and a compiler)",
    )
    parser.add_argument("--output", type=Path, default=Path("out"), metavar="DIR")
    options = parser.parse_args(argv)

    builds = {"audiocore": None, **{f"audiocore {isa}": load(build(isa)) for isa in options.isa}}
    chosen, missing = cases(builds)
    chosen = [case for case in chosen if options.only in case.title]
    if not chosen:
        parser.error(f"no case has {options.only!r} in its title")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    for name, why in missing.items():
        print(f"missing peer: {name} ({why})")
    results = []
    for case in chosen:
        result = race(case, options.rounds, quality=not options.no_quality)
        print(report.table(result), flush=True)
        results.append(result)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "kernels.json").write_text(report.as_json(results, missing))
    (options.output / "kernels.svg").write_text(report.pareto(results))
    print(f"written: {options.output / 'kernels.json'}, {options.output / 'kernels.svg'}")
    return 0
