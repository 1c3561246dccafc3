"""Training of the starter recogniser (`models/starter/stt`), from nothing but synthesisers.

On Debian or Ubuntu with `flite`, `espeak-ng`, `festival` and its voices `festvox-us-slt-hts`, `festvox-kallpc16k`,
`festvox-italp16k`, `festvox-itapc16k`, `festvox-suopuhe-lj`, `festvox-suopuhe-mv`, `festvox-czech-dita`,
`festvox-czech-krb`, `festvox-czech-machac`, `festvox-czech-ph`, `festvox-hi-nsk`,
`festvox-ca-ona-hts`, `festvox-ru` and, to evaluate, `festvox-kdlpc16k`,
in an environment with `pip install audiocore[train]`, from the repository's root:

    python -m models.train.stt.synthesize --out /tmp/stt/data --shards 100
    python -m models.train.stt.synthesize --out /tmp/stt/data --first 100 --shards 190 --text english
    python -m models.train.stt.synthesize --out /tmp/stt/data --first 190 --shards 230 --speakers foreign
    python -m models.train.stt.train --data /tmp/stt/data --out /tmp/stt/run --minutes 80
    python -m models.train.stt.export --run /tmp/stt/run --out models/starter/stt
    python -m models.train.stt.wording --model models/starter/stt --run /tmp/stt/run
    python -m models.train.stt.calibrate --model models/starter/stt
    python -m models.train.stt.evaluate --model models/starter/stt --card models/starter/stt/CARD.md \\
        --recordings ../shared/speech

What ships is the mean of several runs that began with one another's weights and differ, most of all in the frame:

    python -m models.train.stt.train --data /tmp/stt/data --out /tmp/stt/finer --start /tmp/stt/run/checkpoint.pt \\
        --rate 0.5 --minutes 90 --seed 2 --hop 250
    python -m models.train.stt.mean --models /tmp/stt/run /tmp/stt/finer --out /tmp/stt/mean

Training may start when the first shard is complete; it takes in the others as they come. It uses a core and a half.

`text` and `lexicon` say what is spoken, callers' sentences and everyday English (`english` and what it is built of: `clauses`,
`noun_phrases`, `inflection`, `wordlists` with the lists of `words/`), `voices`, `foreign` and `synthesize` speak it, `channel` and `noise` put it on a
telephone line, `data`, `augment`, `batches` and `supply` feed the training, `course` is how it goes on, `tokenizer`, `model` and `losses` are the recogniser, `mean` makes one of several,
`wording` tells what people say, whatever was heard, `specs` is how both models are written down,
`sentences` is what it is asked in evaluation, `card` is the model card.
"""
