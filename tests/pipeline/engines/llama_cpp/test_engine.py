"""The llama.cpp adapter on the starter model: what it says, refuses and remembers."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from pathlib import Path

import llama_cpp
import numpy as np
import numpy.typing as npt
import pytest

from audiocore.errors import EngineError, ModelError
from pipeline.engines.llama_cpp import LlamaCpp, LlamaCppOptions
from pipeline.engines.llama_cpp.cache import common
from pipeline.engines.llama_cpp.model import Model
from pipeline.flow import prompts
from pipeline.interfaces.engines import Message

MODEL = Path(__file__).parents[4] / "models/starter/llm/receptionist.gguf"
PROMPT = prompts.understand("help", "i'd like to book an appointment on tuesday")
GRAMMAR = r'root ::= "{\"intent\":\"" [a-z]+ "\"" [^{}]* "}"'


def log_probabilities(tokens: list[int]) -> list[npt.NDArray[np.float64]]:
    """Of the next token behind every beginning of ``tokens``, by nothing but llama.cpp."""
    model = Model(MODEL, context_tokens=512, sequences=1, batch_tokens=8, threads=1)
    found = []
    for token in tokens:
        one = llama_cpp.llama_batch_get_one((llama_cpp.llama_token * 1)(token), 1)
        assert llama_cpp.llama_decode(model.context, one) == 0
        pointer = llama_cpp.llama_get_logits_ith(model.context, -1)
        logits = np.ctypeslib.as_array(pointer, (model.vocab_size,)).astype(np.float64)
        found.append(logits - np.log(np.exp(logits).sum()))
    model.close()
    return found


@pytest.fixture(scope="module")
def model() -> LlamaCpp:
    return LlamaCpp(MODEL)


class TestGenerate:
    def test_it_streams_pieces(self, model: LlamaCpp) -> None:
        pieces = list(model.generate(PROMPT, max_tokens=64, grammar=GRAMMAR))
        assert len(pieces) > 3
        assert json.loads("".join(pieces))["intent"] in prompts.INTENTS

    def test_what_a_grammar_dictates_is_evaluated_at_once(
        self, model: LlamaCpp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps = []
        decode = llama_cpp.llama_decode
        monkeypatch.setattr(
            llama_cpp, "llama_decode", lambda *given: steps.append(1) or decode(*given)
        )
        said = '{"intent":"book","name":"mark carter","day":"tuesday","time":"15:30"}'
        grammar = f"root ::= {json.dumps(said)}"
        assert "".join(model.generate(PROMPT, max_tokens=64, grammar=grammar)) == said
        prompt = model._prompter.tokens(model._prompter.render(PROMPT) + said)
        assert len(steps) <= 3 + len(prompt) // 64  # its last token and the end by themselves

    def test_greedy_is_deterministic_whatever_is_cached(self, model: LlamaCpp) -> None:
        first = "".join(model.generate(PROMPT, max_tokens=64))
        for words in ("hello", "what are your hours", "no"):
            list(model.generate(prompts.understand("more", words), max_tokens=8))
        fresh = LlamaCpp(MODEL)
        assert "".join(model.generate(PROMPT, max_tokens=64)) == first
        assert "".join(fresh.generate(PROMPT, max_tokens=64)) == first
        fresh.close()

    def test_a_grammar_binds_at_any_temperature(self, model: LlamaCpp) -> None:
        grammar = 'root ::= "ab" [0-9] [0-9] "z"'
        for temperature in (0.0, 1.0, 5.0):
            text = "".join(
                model.generate(PROMPT, max_tokens=20, grammar=grammar, temperature=temperature)
            )
            assert text.startswith("ab")
            assert text.endswith("z")
            assert text[2:4].isdigit()

    def test_max_tokens_bounds_the_answer(self, model: LlamaCpp) -> None:
        grammar = "root ::= [a-z]{200}"
        assert len(list(model.generate(PROMPT, max_tokens=5, grammar=grammar))) <= 5

    def test_closing_stops_and_frees_the_model(self, model: LlamaCpp) -> None:
        endless = model.generate(PROMPT, max_tokens=200, grammar="root ::= [a-z]+")
        next(endless)
        endless.close()  # type: ignore[attr-defined]
        assert list(model.generate(PROMPT, max_tokens=4, grammar=GRAMMAR))

    def test_threads_take_turns(self, model: LlamaCpp) -> None:
        alone = "".join(model.generate(PROMPT, max_tokens=64, grammar=GRAMMAR))
        answers: list[str] = []

        def ask() -> None:
            answers.append("".join(model.generate(PROMPT, max_tokens=64, grammar=GRAMMAR)))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [alone] * 4


class TestChoose:
    def test_they_sum_to_1_in_the_order_of_the_options(self, model: LlamaCpp) -> None:
        options = [f'{{"intent":"{intent}"' for intent in prompts.INTENTS]
        weights = model.choose(PROMPT, options)
        assert sum(weights) == pytest.approx(1)
        assert model.choose(PROMPT, options[::-1]) == pytest.approx(weights[::-1], abs=1e-5)

    def test_the_likeliest_is_what_greedy_decoding_says(self, model: LlamaCpp) -> None:
        for words in ("i need an appointment", "cancel it please", "goodbye", "are you open"):
            prompt = prompts.understand("help", words)
            said = json.loads("".join(model.generate(prompt, max_tokens=64, grammar=GRAMMAR)))
            options = [f'{{"intent":"{intent}"' for intent in prompts.INTENTS]
            weights = model.choose(prompt, options)
            assert prompts.INTENTS[weights.index(max(weights))] == said["intent"]

    @pytest.mark.parametrize("options", [["yes", "no"], ["the", "then"], ["a b c", "a b", "a d"]])
    def test_options_may_share_their_beginning(self, model: LlamaCpp, options: list[str]) -> None:
        weights = model.choose(PROMPT, options)
        assert sum(weights) == pytest.approx(1)
        assert all(0 <= weight <= 1 for weight in weights)

    def test_it_leaves_what_generate_says_alone(self, model: LlamaCpp) -> None:
        before = "".join(model.generate(PROMPT, max_tokens=32))
        model.choose(PROMPT, ["yes", "yes please", "no"])
        assert "".join(model.generate(PROMPT, max_tokens=32)) == before

    def test_each_weighs_what_the_model_gives_its_tokens(self, model: LlamaCpp) -> None:
        """Evaluated one token at a time from an empty context, each answer by itself."""
        options = ["open now", "open", "opening", "closed"]
        rendered = model._prompter.render(PROMPT)
        prompt = model._prompter.tokens(rendered)
        answers = [model._prompter.answer_tokens(rendered, prompt, o) for o in options]
        expected = []
        for answer in answers:
            logits = log_probabilities([*prompt, *answer])[len(prompt) - 1 :]
            total = 0.0
            for n, token in enumerate(answer):
                total += logits[n][token]
                if sum(other[: n + 1] == answer[: n + 1] for other in answers) == 1:
                    break
            expected.append(math.exp(total))
        weights = np.array(expected) / sum(expected)
        assert model.choose(PROMPT, options) == pytest.approx(tuple(weights), abs=0.02)

    @pytest.mark.parametrize("options", [[], ["yes"], ["yes", "no", "yes"]])
    def test_options_that_are_none(self, model: LlamaCpp, options: list[str]) -> None:
        with pytest.raises(ValueError, match="two or more, all different"):
            model.choose(PROMPT, options)


class TestMemory:
    """What was evaluated is not evaluated again, told by the tokens that are."""

    def test_a_history_costs_its_new_tokens_only(self, model: LlamaCpp) -> None:
        history = [Message("system", "You answer the phone."), Message("user", "hello " * 260)]
        prompt = model._prompter.tokens(model._prompter.render(history))
        assert len(prompt) > 500
        answer = "".join(model.generate(history, max_tokens=16))
        longer = [*history, Message("assistant", answer), Message("user", "and tomorrow?")]
        new = len(model._prompter.tokens(model._prompter.render(longer))) - len(prompt)
        before = model.evaluated_tokens
        list(model.generate(longer, max_tokens=8))
        assert model.evaluated_tokens - before <= new + 8

    def test_calls_share_the_system_prompt_and_keep_their_histories(self) -> None:
        model = LlamaCpp(MODEL)
        system = Message("system", "These are the rules of the house. " * 20)
        calls = [[system, Message("user", f"{name}. " * 80)] for name in ("one", "two", "three")]
        tokens = [model._prompter.tokens(model._prompter.render(call)) for call in calls]
        shared = common(tokens[0], tokens[1])
        assert shared > 100
        costs = []
        for call in [*calls, *calls]:
            before = model.evaluated_tokens
            list(model.generate(call, max_tokens=1))
            costs.append(model.evaluated_tokens - before)
        model.close()
        assert costs[1:3] == [len(prompt) - shared for prompt in tokens[1:]]
        assert costs[3:] == [1, 1, 1]

    def test_closing_stops_within_one_step(self, model: LlamaCpp) -> None:
        long = model.generate([Message("user", "word " * 250)], max_tokens=100)
        next(long)
        before = model.evaluated_tokens
        long.close()  # type: ignore[attr-defined]
        list(model.generate(PROMPT, max_tokens=1))
        assert model.evaluated_tokens - before <= len(
            model._prompter.tokens(model._prompter.render(PROMPT))
        )


class TestRefusals:
    def test_a_prompt_that_does_not_fit(self, model: LlamaCpp) -> None:
        long = [Message("user", "hello " * 3000)]
        with pytest.raises(EngineError, match=r"tokens.*context holds"):
            list(model.generate(long, max_tokens=10))

    def test_a_grammar_that_is_none(self, model: LlamaCpp) -> None:
        with pytest.raises(EngineError, match="GBNF"):
            list(model.generate(PROMPT, max_tokens=4, grammar="root ::= ((("))

    def test_it_still_works_after_a_refusal(self, model: LlamaCpp) -> None:
        with pytest.raises(EngineError):
            list(model.generate(PROMPT, max_tokens=4, grammar="nonsense"))
        assert list(model.generate(PROMPT, max_tokens=4))

    def test_a_closed_model(self) -> None:
        model = LlamaCpp(MODEL)
        model.close()
        model.close()
        with pytest.raises(EngineError, match="closed"):
            list(model.generate(PROMPT, max_tokens=4))

    def test_a_context_smaller_than_the_prompt(self) -> None:
        model = LlamaCpp(MODEL, LlamaCppOptions(context_tokens=256))
        with pytest.raises(EngineError, match="context_tokens"):
            list(model.generate(PROMPT, max_tokens=250))
        model.close()


class TestLoading:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"nothing\.gguf is missing"):
            LlamaCpp(tmp_path / "nothing.gguf")

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        path = tmp_path / "model.bin"
        path.write_bytes(b"PK\x03\x04 something else")
        with pytest.raises(ModelError, match="not a GGUF"):
            LlamaCpp(path)

    def test_a_damaged_file(self, tmp_path: Path) -> None:
        path = tmp_path / "model.gguf"
        path.write_bytes(b"GGUF" + bytes(100))
        with pytest.raises(ModelError, match="damaged"):
            LlamaCpp(path)

    def test_a_truncated_file(self, tmp_path: Path) -> None:
        path = tmp_path / "model.gguf"
        path.write_bytes(MODEL.read_bytes()[:1_000_000])
        with pytest.raises(ModelError, match="damaged"):
            LlamaCpp(path)

    def test_nothing_is_printed(self) -> None:
        code = (
            "import logging; logging.disable();"  # of a build whose AMX is broken, we warn
            "from pathlib import Path; from pipeline.engines.llama_cpp import LlamaCpp;"
            "from pipeline.interfaces.engines import Message;"
            f"m = LlamaCpp(Path({str(MODEL)!r}));"
            "list(m.generate([Message('user', 'hello')], max_tokens=4)); m.close()"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert (done.stdout, done.stderr) == (b"", b"")
