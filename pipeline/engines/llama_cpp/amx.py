"""Intel's AMX in llama.cpp: used where it works, left out where it would crash.

It halves what a token costs and more. But GCC before 11.5, 12.4, 13.3 and 14 forgets to write half
of the tile configuration that ggml loads (GCC bug 114098), and then the first prompt ends the
process (ggml-org/llama.cpp issue 20824), unless llama.cpp was compiled with ``-fno-dse
-fno-tree-dse``. Nothing in a build tells, so two rows are multiplied in a process of their own.
"""

from __future__ import annotations

import ctypes
import logging
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

_log = logging.getLogger(__name__)

_Pointer = ctypes.c_void_p
_SIDE = 32
"""Rows and columns of the smallest matrix that AMX multiplies with."""
_F32, _Q8_0 = 0, 8
"""ggml's types."""


@cache
def leave_out_if_broken(library: ctypes.CDLL) -> None:
    """Make the models that ``library`` (libllama) loads from now on do without AMX if this build's
    AMX crashes. They then use the next best kernels."""
    if sys.platform != "linux":
        return
    kinds = _extra_buffer_types(library)
    if not kinds or not kinds[0] or _name(library, kinds[0]) != b"AMX":
        return
    trial = [sys.executable, "-P", __file__, library._name]
    if subprocess.run(trial, capture_output=True, check=False).returncode == 0:
        return
    _log.warning(
        "llama.cpp was compiled by a GCC that breaks AMX, so it is not used, and the language "
        "model takes two to three times as long. Compile it again: "
        "CMAKE_ARGS='-DCMAKE_CXX_FLAGS=\"-fno-dse -fno-tree-dse\"' "
        "pip install --force-reinstall --no-cache-dir --no-deps llama-cpp-python"
    )
    kind = 0
    while kinds[kind]:
        kinds[kind] = kinds[kind + 1]
        kind += 1


def _function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.CFUNCTYPE(result, *arguments)((name, library))


def _cpu(library: ctypes.CDLL) -> int:
    """ggml's CPU as a device."""
    by_name = _function(library, "ggml_backend_dev_by_name", _Pointer, ctypes.c_char_p)
    return int(by_name(b"CPU"))


def _extra_buffer_types(library: ctypes.CDLL) -> Any:
    """The kinds of memory whose kernels a model is loaded for where they fit it, best first: ggml's
    own list of pointers, which ends with a null pointer. None where there is no list."""
    backend = _function(library, "ggml_backend_dev_backend_reg", _Pointer, _Pointer)
    find = _function(
        library, "ggml_backend_reg_get_proc_address", _Pointer, _Pointer, ctypes.c_char_p
    )
    cpu = _cpu(library)
    address = find(backend(cpu), b"ggml_backend_dev_get_extra_bufts")
    return ctypes.CFUNCTYPE(ctypes.POINTER(_Pointer), _Pointer)(address)(cpu) if address else None


def _name(library: ctypes.CDLL, kind: int) -> bytes:
    return bytes(_function(library, "ggml_backend_buft_name", ctypes.c_char_p, _Pointer)(kind))


class _InitParams(ctypes.Structure):
    """``struct ggml_init_params``."""

    _fields_ = (("size", ctypes.c_size_t), ("memory", _Pointer), ("no_alloc", ctypes.c_bool))


def _multiply(library: ctypes.CDLL) -> None:
    """Two rows by a matrix in the first of the extra buffer types."""
    cpu = _cpu(library)
    init = _function(library, "ggml_init", _Pointer, _InitParams)
    tensor = _function(
        library, "ggml_new_tensor_2d", _Pointer, _Pointer, ctypes.c_int, *[ctypes.c_int64] * 2
    )
    place = _function(
        library, "ggml_backend_alloc_ctx_tensors_from_buft", _Pointer, _Pointer, _Pointer
    )
    clear = _function(library, "ggml_backend_buffer_clear", None, _Pointer, ctypes.c_uint8)
    plain = _function(library, "ggml_backend_dev_buffer_type", _Pointer, _Pointer)(cpu)
    product = _function(library, "ggml_mul_mat", _Pointer, *[_Pointer] * 3)
    new_graph = _function(library, "ggml_new_graph", _Pointer, _Pointer)
    expand = _function(library, "ggml_build_forward_expand", None, _Pointer, _Pointer)
    start = _function(library, "ggml_backend_dev_init", _Pointer, _Pointer, _Pointer)
    compute = _function(library, "ggml_backend_graph_compute", ctypes.c_int, _Pointer, _Pointer)

    tensors = init(_InitParams(1 << 20, None, True))
    matrix = tensor(tensors, _Q8_0, _SIDE, _SIDE)
    clear(place(tensors, _extra_buffer_types(library)[0]), 0)
    result = product(tensors, matrix, tensor(tensors, _F32, _SIDE, 2))
    clear(place(tensors, plain), 0)
    graph = new_graph(tensors)
    expand(graph, result)
    sys.exit(compute(start(cpu, None), graph))


if __name__ == "__main__":
    _multiply(ctypes.CDLL(sys.argv[1]))
