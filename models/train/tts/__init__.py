"""How the starter voice was made: a small network taught by two voices of flite, `rms` and `slt`.

Four commands, run from the root of the repository, in this order::

    python -m models.train.tts.prepare   --out data/tts           # sentences -> teachers' parameters
    python -m models.train.tts.train     --data data/tts          # parameters -> network
    python -m models.train.tts.export    --data data/tts --rate 8000 --out models/starter/tts
    python -m models.train.tts.export    --data data/tts --rate 16000 --out models/starter/tts-16k
    python -m models.train.tts.evaluate  --voice models/starter/tts

They need the `train` extra and Debian's `flite` package (libflite and its voices).
"""
