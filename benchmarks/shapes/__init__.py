"""Models with random weights in the exact shapes of real ones, made here without any download.

They show speed, never quality: what they hear, write and say means nothing. ``whisper`` makes
CTranslate2 folders, ``llama`` GGUF files, ``piper`` ONNX voices; each is written once to a folder
of the caller's choice and found there the next time::

    stt = whisper.model(folder, "base.en", words=10)
    llm = llama.model(folder, "qwen2.5-0.5b", "Q4_0")
    tts = piper.model(folder, "x_low")
"""
