"""The pure core: kernels and sans-I/O state machines driven by media time.

Nothing in this package opens a socket, reads a clock, starts a thread or loads a model.
Import the module you need (``from audiocore import g711``); this file imports nothing.
"""
