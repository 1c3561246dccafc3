"""Pulling from a hub that stalls, cuts, lies and serves wrong bytes: whole models or none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from huggingface_hub import constants

from audiocore.errors import ModelError
from models.catalog import Entry
from models.pull import pull as pull_model
from models.store import Store
from tests.models import samples
from tests.models.local_hub import COMMIT, Fault, LocalHub

FILE = "tiny.gguf"


def pull(
    entry: Entry, store: Store, *, accepted: str | None = None, update: bool = False
) -> list[str]:
    shown: list[str] = []
    with store.changing():
        pull_model(entry, store, lambda _: accepted, shown.append, update=update)
    return shown


def refused(entry: Entry, store: Store, *, update: bool = False) -> str:
    """The refusal; nothing may have been installed by it."""
    before = store.installed()
    with pytest.raises(ModelError) as error:
        pull(entry, store, update=update)
    assert store.installed() == before
    return str(error.value)


def test_a_model_arrives_whole_locked_and_with_its_card(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    pull(llm, store)
    model = store.installed()["tiny-llm"]
    assert (model.kind, model.source, model.revision) == ("llm", llm.repo, COMMIT)
    assert {file.name for file in model.files} == {FILE, "README.md"}
    assert store.verify("tiny-llm") == []
    assert (store.find("tiny-llm", "llm") / FILE).read_bytes() == hub.files[llm.repo, FILE]
    assert not list((store.folder / ".staging").iterdir())


def test_what_is_there_and_right_is_not_fetched_again(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    pull(llm, store)
    hub.asked.clear()
    assert "every checksum is right" in pull(llm, store)[0]
    assert hub.asked == []


def test_a_damaged_model_is_pulled_again(hub: LocalHub, store: Store, llm: Entry) -> None:
    pull(llm, store)
    (store.path("tiny-llm") / FILE).write_bytes(b"x")
    pull(llm, store)
    assert store.verify("tiny-llm") == []


def test_a_transfer_that_is_cut_goes_on_by_itself(hub: LocalHub, store: Store, llm: Entry) -> None:
    size = len(hub.files[llm.repo, FILE])
    hub.faults[FILE] = Fault(cuts=2)
    pull(llm, store)
    assert hub.fetched(FILE) == [None, f"bytes={size // 2}-", f"bytes={size * 3 // 4}-"]


def test_a_transfer_that_stalls_is_given_up_and_goes_on(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    hub.faults[FILE] = Fault(stalls=True)
    pull(llm, store)
    assert hub.fetched(FILE)[1] == f"bytes={len(hub.files[llm.repo, FILE]) // 2}-"


def test_a_later_command_goes_on_where_an_earlier_one_was_cut(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    content = hub.files[llm.repo, FILE]
    hub.faults[FILE] = Fault(sends=content[:1000])
    assert "1,000 of" in refused(llm, store)
    hub.faults.clear()
    pull(llm, store)
    assert hub.fetched(FILE)[-1] == "bytes=1000-"


def test_a_server_without_ranges_starts_over(hub: LocalHub, store: Store, llm: Entry) -> None:
    hub.faults[FILE] = Fault(cuts=1, ignores_range=True)
    pull(llm, store)
    assert store.verify("tiny-llm") == []


@pytest.mark.parametrize("path", [FILE, "README.md"])
def test_wrong_bytes_are_refused_and_deleted(
    hub: LocalHub, store: Store, llm: Entry, path: str
) -> None:
    content = hub.files[llm.repo, path]
    hub.faults[path] = Fault(sends=bytes(len(content)))
    message = refused(llm, store)
    assert f"{llm.repo}/{path}: the bytes that arrived are not those" in message
    assert not list(store.folder.glob(f".staging/*/{path}"))
    hub.faults.clear()
    pull(llm, store)
    assert store.verify("tiny-llm") == []


def test_a_server_that_sends_more_than_it_announced_is_stopped(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    hub.faults[FILE] = Fault(announces=1000)
    assert "sends more than the 1,000 bytes it announced" in refused(llm, store)


def test_a_server_that_sends_less_than_it_announced_is_named(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    size = len(hub.files[llm.repo, FILE])
    hub.faults[FILE] = Fault(announces=size + 1)
    assert f"{size:,} of {size + 1:,} bytes arrived" in refused(llm, store)


def test_more_than_the_disk_holds_is_refused_before_anything_is_fetched(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    hub.faults[FILE] = Fault(announces=10**18)
    assert "1,000,000,000,000 MB are needed: make room" in refused(llm, store)
    assert hub.fetched(FILE) == []


def test_the_same_name_must_bring_the_same_bytes_until_update(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    pull(llm, store)
    with store.changing():
        store.remove("tiny-llm")
    hub.files[llm.repo, FILE] = samples.gguf(4096)[:-1] + b"!"
    assert f"{FILE} is not what models.lock locked" in refused(llm, store)
    pull(llm, store, update=True)
    assert store.verify("tiny-llm") == []


def test_a_locked_commit_is_asked_for_even_when_main_moved(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    pull(llm, store)
    with store.changing():
        store.remove("tiny-llm")
    hub.commit = "f" * 40
    assert "no longer has the commit that is locked" in refused(llm, store)
    pull(llm, store, update=True)
    assert store.installed()["tiny-llm"].revision == "f" * 40


def test_a_lie_about_sizes_at_the_locked_commit_is_noticed_before_fetching(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    pull(llm, store)
    with store.changing():
        store.remove("tiny-llm")
    hub.asked.clear()
    hub.files[llm.repo, FILE] += b"!"
    assert "is not to be trusted" in refused(llm, store)
    assert hub.fetched(FILE) == []


def test_a_licence_must_be_accepted_and_that_is_recorded(
    hub: LocalHub, store: Store, voice: Entry
) -> None:
    message = refused(voice, store)
    assert "Research-only (https://example.com/terms)" in message
    assert "--accept-licence" in message
    assert hub.asked == []
    pull(voice, store, accepted="2026-01-01T00:00:00Z")
    assert store.installed()["tiny-voice"].accepted == "2026-01-01T00:00:00Z"
    assert (store.find("tiny-voice", "tts") / "MODEL_CARD").read_text() == "A voice.\n"
    shutil.rmtree(store.path("tiny-voice"))
    pull(voice, store)  # accepted once is enough


def test_a_gated_repository_wants_a_token(
    hub: LocalHub, store: Store, llm: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.token = "hf_secret"
    message = refused(llm, store)
    assert f"accept its terms at {hub.url}/{llm.repo}" in message
    assert "HF_TOKEN" in message
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(llm, store)
    assert "hf_secret" not in store.lock_file.read_text()


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (Fault(status=401, code="RepoNotFound"), "has no someone/tiny-gguf, or shows it to nobody"),
        (Fault(status=403, code="GatedRepo"), "is gated"),
        (Fault(status=404, code="RevisionNotFound"), "no longer has the commit"),
        (Fault(status=404, code="EntryNotFound"), "has no tiny.gguf at main"),
        (Fault(status=500), "answers 500"),
        (Fault(status=503), "answers 503"),
        (Fault(no_headers=True), "no hub and no mirror of one"),
    ],
)
def test_refusals_name_the_remedy(
    hub: LocalHub, store: Store, llm: Entry, fault: Fault, complaint: str
) -> None:
    hub.faults[FILE] = fault
    assert complaint in refused(llm, store)


def test_nobody_at_the_address(
    hub: LocalHub, store: Store, llm: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "http://127.0.0.1:1"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    message = refused(llm, store)
    assert f"{address} cannot be reached" in message
    assert "audiocore models bundle" in message


def test_offline_is_said_plainly(
    hub: LocalHub, store: Store, llm: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE forbids downloads" in refused(llm, store)


def test_genuine_bytes_that_are_no_model_are_not_installed(
    hub: LocalHub, store: Store, llm: Entry
) -> None:
    hub.files[llm.repo, FILE] = samples.gguf(template=False)
    assert "no chat template" in refused(llm, store)
    assert not Path(store.folder / "tiny-llm").exists()
