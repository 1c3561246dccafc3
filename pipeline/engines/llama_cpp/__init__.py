"""Language model: llama.cpp in this process, any GGUF with a chat template, many calls at once.

``engine`` is the LanguageModel; ``batch`` decodes for all its callers together; ``cache`` knows
which tokens are evaluated already, ``answers`` what was asked already; ``prompt`` turns messages
into tokens; ``sampler`` picks the next one, and ``grammar`` says which need no picking; ``model``
loads the file, without ``amx`` where that would crash.
"""

from pipeline.engines.llama_cpp.engine import LlamaCpp as LlamaCpp
from pipeline.engines.options import LlamaCppOptions as LlamaCppOptions
