"""Language model: llama.cpp in this process, any GGUF with a chat template, many calls at once.

``engine`` is the LanguageModel; ``batch`` decodes for all its callers together; ``cache`` knows
which tokens are evaluated already; ``prompt`` turns messages into tokens; ``sampler`` picks the
next one; ``model`` loads the file.
"""

from pipeline.engines.llama_cpp.engine import LlamaCpp as LlamaCpp
from pipeline.engines.options import LlamaCppOptions as LlamaCppOptions
