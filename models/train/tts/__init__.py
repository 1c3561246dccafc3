"""How the starter voice was made: a small network taught by the flite voice `rms`.

Four commands, run from the root of the repository, in this order::

    python -m models.train.tts.prepare   --out data/tts           # sentences -> teacher parameters
    python -m models.train.tts.train     --data data/tts          # parameters -> network
    python -m models.train.tts.export    --data data/tts --out models/starter/tts
    python -m models.train.tts.evaluate  --voice models/starter/tts

They need the `train` extra and Debian's `flite` package (libflite and its voice `rms`).
"""
