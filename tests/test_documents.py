"""The documents say what the code does."""

from pathlib import Path

from tests.audiocore.turn_diagram import diagram

ROOT = Path(__file__).parent.parent


def test_the_diagram_in_the_architecture_is_the_turn_table() -> None:
    assert diagram() in (ROOT / "ARCHITECTURE.md").read_text()
