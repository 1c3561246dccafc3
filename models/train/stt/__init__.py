"""Training of the starter recogniser (`models/starter/stt`), from nothing but synthesisers.

On Debian or Ubuntu with `flite`, `espeak-ng` and, to evaluate, `festival festvox-kdlpc16k`, in an
environment with `pip install audiocore[train]`, from the repository's root:

    python -m models.train.stt.synthesize --out /tmp/stt/data --shards 40
    python -m models.train.stt.synthesize --out /tmp/stt/data --first 200 --shards 206 --size 800 --naming
    python -m models.train.stt.train --data /tmp/stt/data --out /tmp/stt/run --minutes 100
    python -m models.train.stt.export --run /tmp/stt/run --out models/starter/stt
    python -m models.train.stt.evaluate --model models/starter/stt --card models/starter/stt/CARD.md \\
        --recordings ../shared/speech

Training may start when the first shard is complete; it takes in the others as they come. It uses one core.
The shipped model met the second kind of shards, in which callers only give their names, in the last sixth of
its steps, when the oldest general ones had been taken out of the folder.

`text` and `lexicon` say what is spoken, `synthesize` speaks it, `channel` puts it on a telephone line, `data`
makes batches, `tokenizer` and `model` are the recogniser, `card` is the model card.
"""
