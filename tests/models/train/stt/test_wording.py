from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from models.train.stt import tokenizer as bpe
from models.train.stt import wording
from models.train.stt.course import optimizers
from pipeline.engines.wording import WORDING_FILE, Wording

SENTENCES = ["yes please", "my name is ann lee", "on monday at ten", "no thank you"]


@pytest.fixture(scope="module")
def tokens() -> Tokenizer:
    return bpe.build(SENTENCES)


@pytest.fixture
def model(tokens: Tokenizer) -> wording.Predictor:
    torch.manual_seed(1)
    return wording.Predictor(tokens.token_to_id("<|endoftext|>") + 1)


def nats(model: wording.Predictor, batch: wording.Texts) -> list[float]:
    with torch.no_grad():
        logits = model(batch.given)
    each = F.cross_entropy(
        logits.transpose(1, 2), batch.wanted, ignore_index=wording.IGNORE, reduction="none"
    )
    return (-each.sum(1)).tolist()


def test_what_was_trained_is_what_the_engine_reads(
    model: wording.Predictor, tokens: Tokenizer, tmp_path: Path
) -> None:
    lines = [encoding.ids for encoding in tokens.encode_batch(SENTENCES)]
    end = tokens.token_to_id("<|endoftext|>")
    trained = nats(model, wording.texts(lines, end))
    wording.write(model, tokens, tmp_path / WORDING_FILE)
    read = Wording.read(tmp_path / WORDING_FILE, end)
    assert read
    assert read.log_probability(lines) == pytest.approx(trained, rel=0.01)


def test_each_token_is_given_to_tell_the_next_and_the_last_to_tell_the_end() -> None:
    batch = wording.texts([[3, 4], [5]], 9)
    assert batch.given[:, :3].tolist() == [[9, 3, 4], [9, 5, 9]]
    assert batch.wanted[:, :3].tolist() == [[3, 4, 9], [5, 9, wording.IGNORE]]


def test_what_comes_later_changes_nothing_before(model: wording.Predictor) -> None:
    model.eval()
    with torch.no_grad():
        one, other = (model(torch.tensor([[5, 1, 2, last]])) for last in (3, 4))
    assert torch.allclose(one[:, :3], other[:, :3], atol=1e-5)
    assert not torch.allclose(one[:, 3], other[:, 3])


def test_batches_hold_so_many_tokens_and_follow_the_seed(tokens: Tokenizer) -> None:
    first, again = (next(wording.batches(tokens, 5)) for _ in range(2))
    assert torch.equal(first.given, again.given)
    assert wording.BATCH_TOKENS / 4 < first.given.numel() < wording.BATCH_TOKENS * 1.5


def test_what_is_said_often_becomes_likely(model: wording.Predictor) -> None:
    batch = wording.texts([[3, 4, 5], [6, 4, 7]] * 8, 9)
    both = optimizers(model, model.layers)
    before = float(wording.loss(model, batch).detach())
    for _ in range(20):
        wording.loss(model, batch).backward()
        for optimizer in both:
            optimizer.step()
            optimizer.zero_grad()
    assert float(wording.loss(model, batch).detach()) < before / 2


def test_a_run_goes_on_where_the_last_one_stopped(
    model: wording.Predictor, tokens: Tokenizer, tmp_path: Path
) -> None:
    wording.train(model, tokens, tmp_path, minutes=0.0, seed=1)
    other = wording.Predictor(len(model.tokens.weight))
    wording.train(other, tokens, tmp_path, minutes=0.0, seed=1)
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, theirs)
