"""A conversation with the graph alone, whose tools answer what the test says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pipeline.flow import graph, moves, tools
from pipeline.flow.business import Business
from pipeline.flow.intents import Understanding
from pipeline.flow.state import State

NOW = datetime(2026, 11, 21, 14)  # a Saturday
BUSINESS = Business()
TUESDAY = date(2026, 11, 24)
FREE = {"ok": True, "date": "2026-11-24", "time": "15:30"}
FOUND = {"ok": True, "id": 7, "name": "Sarah Mitchell", "date": "2026-11-23", "time": "09:00"}


class Talk:
    """Give it events; what is said in answer comes back, improvised sentences as ``<chat>``."""

    def __init__(self, **results: dict[str, Any]) -> None:
        self.state = State()
        self.results = results
        self.used: list[tools.Tool] = []
        self.ended = ""

    def event(self, event: moves.Event) -> str:
        spoken = []
        self.state, actions = graph.step(self.state, event, BUSINESS, NOW)
        queue = list(actions)
        while queue:
            match queue.pop(0):
                case moves.Speak(text):
                    spoken.append(text)
                case moves.Improvise(situation):
                    spoken.append(f"<{situation}>")
                case moves.HangUp(reason):
                    self.ended = reason
                case moves.Use(tool):
                    self.used.append(tool)
                    done = moves.ToolDone(tool, self.results[tool.name])
                    self.state, more = graph.step(self.state, done, BUSINESS, NOW)
                    queue = list(more)
        return " ".join(spoken)

    def say(self, intent: str, **slots: Any) -> str:
        return self.event(moves.Understood(Understanding(intent, **slots)))
