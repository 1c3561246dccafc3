"""AMX is used where it works; where a build's would crash, models are loaded without it."""

from __future__ import annotations

import ctypes
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import llama_cpp
import pytest

from pipeline.engines.llama_cpp import amx

BROKEN = """
static void *kinds[] = {"AMX", "CPU_REPACK", "OTHER", 0};
static void **list(void *device) { return kinds; }
void *ggml_backend_dev_by_name(const char *name) { return kinds; }
void *ggml_backend_dev_backend_reg(void *device) { return device; }
void *ggml_backend_reg_get_proc_address(void *backend, const char *name) { return list; }
const char *ggml_backend_buft_name(void *kind) { return kind; }
"""
"""As much of a libggml as tells of AMX, and nothing to multiply with."""


def extra_buffer_types(library: ctypes.CDLL) -> list[bytes]:
    names, kinds = [], amx._extra_buffer_types(library)
    while kinds and kinds[len(names)]:
        names.append(amx._name(library, kinds[len(names)]))
    return names


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is tried elsewhere")
class TestLeaveOutIfBroken:
    def test_what_is_left_of_the_real_one_works(self) -> None:
        library = llama_cpp.llama_cpp._lib
        amx.leave_out_if_broken(library)
        if b"AMX" in extra_buffer_types(library):
            trial = [sys.executable, "-P", amx.__file__, library._name]
            assert subprocess.run(trial, check=False).returncode == 0

    def test_what_crashes_is_left_out_and_the_remedy_told(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("no C compiler")
        source, built = tmp_path / "broken.c", tmp_path / "broken.so"
        source.write_text(BROKEN)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", built, source], check=True)
        library = ctypes.CDLL(str(built))
        with caplog.at_level(logging.WARNING):
            amx.leave_out_if_broken(library)
            amx.leave_out_if_broken(library)
        assert extra_buffer_types(library) == [b"CPU_REPACK", b"OTHER"]
        (warning,) = caplog.messages
        assert "-fno-dse -fno-tree-dse" in warning
