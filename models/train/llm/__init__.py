"""The starter language model, from nothing but the sentences of :mod:`models.train.corpus`::

    pip install -e .[train]
    nice -n 10 python -m models.train.llm.train        # an hour or more on one core; resumes
    python -m models.train.llm.export                  # models/starter/llm/receptionist.gguf
    python -m models.train.llm.intents --out models/starter/llm        # the classifier beside it, twenty minutes
    python -m models.train.llm.evaluate models/starter/llm/receptionist.gguf

``data`` fills the prompts of :mod:`pipeline.flow.prompts`, ``replies`` writes the answers from
``facts``, ``tokenizer`` learns the merges, ``model`` is the network. ``intents`` learns what short runs of
words tell about intents.
"""
