"""Calls, turns and appointments in one SQL database: SQLite by default, any SQLAlchemy URL.

Every write is one transaction. SQLite runs with a write-ahead log, so that readers never wait for
a writer, and takes its write lock when a transaction begins, so that two of them cannot deadlock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, create_engine, event, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from audiocore.errors import CommitConflict, StoreError
from pipeline.interfaces.conversation import ToolCall
from pipeline.interfaces.stores import Appointment, CallRecord, ToolKey, ToolResult, TurnRecord
from pipeline.stores import tables


class Database:
    """A CallStore and an AppointmentStore; thread-safe."""

    def __init__(self, url: str) -> None:
        """Open the database and create what is missing in it.

        Args:
            url: ``sqlite:///calls.db``, or any SQLAlchemy URL whose driver is installed.

        Raises:
            StoreError: the URL makes no sense, or the database cannot be opened.
        """
        try:
            # An error is logged with what caused it, and must not tell what a caller said.
            self._engine = create_engine(url, hide_parameters=True)
            if self._engine.dialect.name == "sqlite":
                _prepare_sqlite(self._engine)
            tables.metadata.create_all(self._engine)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(
                f"the database cannot be opened: {error.__class__.__name__}: check the URL, the "
                "driver and that its folder can be written"
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # --- calls -------------------------------------------------------------------------------

    def open_call(self, record: CallRecord) -> None:
        """Insert or ignore."""
        values = {
            "call_sid": record.call_sid,
            "status": record.status,
            "caller": record.caller,
            "called": record.called,
            "started_at": record.started_at,
            "ended_at": record.ended_at,
            "end_reason": record.end_reason,
        }
        with self._transaction() as db:
            known = select(tables.calls.c.number).where(tables.calls.c.call_sid == record.call_sid)
            if db.execute(known).first() is None:
                db.execute(insert(tables.calls).values(values))

    def activate_call(self, call_sid: str) -> None:
        """``initializing`` -> ``active``."""
        with self._transaction() as db:
            db.execute(
                update(tables.calls)
                .where(tables.calls.c.call_sid == call_sid, tables.calls.c.status == "initializing")
                .values(status="active")
            )

    def end_call(self, call_sid: str, ended_at: str, reason: str) -> None:
        """The first end wins."""
        with self._transaction() as db:
            db.execute(
                update(tables.calls)
                .where(tables.calls.c.call_sid == call_sid, tables.calls.c.status != "terminated")
                .values(status="terminated", ended_at=ended_at, end_reason=reason)
            )

    def commit_turn(self, call_sid: str, turn: TurnRecord) -> None:
        """Insert or ignore.

        Raises:
            CommitConflict: the key holds a different turn.
        """
        content = _turn_json(turn)
        with self._transaction() as db:
            kept = db.execute(
                select(tables.turns.c.content).where(
                    tables.turns.c.call_sid == call_sid, tables.turns.c.turn_index == turn.index
                )
            ).scalar()
            if kept is None:
                db.execute(
                    insert(tables.turns).values(
                        call_sid=call_sid, turn_index=turn.index, content=content
                    )
                )
            elif kept != content:
                raise CommitConflict(f"turn {turn.index} of call {call_sid} is already committed")

    def keep_timeline(self, call_sid: str, timeline: Mapping[str, Any]) -> None:
        """Insert or ignore."""
        with self._transaction() as db:
            known = select(tables.timelines.c.call_sid).where(
                tables.timelines.c.call_sid == call_sid
            )
            if db.execute(known).first() is None:
                content = json.dumps(timeline, separators=(",", ":"))
                db.execute(insert(tables.timelines).values(call_sid=call_sid, content=content))

    def timeline(self, call_sid: str) -> Mapping[str, Any] | None:
        """A call's timeline, once the call is over."""
        with self._transaction() as db:
            content = db.execute(
                select(tables.timelines.c.content).where(tables.timelines.c.call_sid == call_sid)
            ).scalar()
            return None if content is None else dict(json.loads(content))

    def call(self, call_sid: str) -> CallRecord | None:
        """One call with its turns."""
        with self._transaction() as db:
            row = db.execute(
                select(tables.calls).where(tables.calls.c.call_sid == call_sid)
            ).first()
            if row is None:
                return None
            turns = db.execute(
                select(tables.turns.c.content)
                .where(tables.turns.c.call_sid == call_sid)
                .order_by(tables.turns.c.turn_index)
            ).scalars()
            return _call_record(row, tuple(_turn_record(content) for content in turns))

    def calls(self, limit: int = 100) -> tuple[CallRecord, ...]:
        """Newest first, without their turns."""
        with self._transaction() as db:
            rows = db.execute(
                select(tables.calls).order_by(tables.calls.c.number.desc()).limit(limit)
            )
            return tuple(_call_record(row, ()) for row in rows)

    # --- appointments ------------------------------------------------------------------------

    def appointments(self, limit: int = 1000) -> tuple[Appointment, ...]:
        """All of them, newest first."""
        with self._transaction() as db:
            rows = db.execute(
                select(tables.appointments).order_by(tables.appointments.c.id.desc()).limit(limit)
            )
            return tuple(Appointment(**row._mapping) for row in rows)

    def booked(self, first_date: str, last_date: str) -> tuple[Appointment, ...]:
        """The ``booked`` ones from ``first_date`` to ``last_date``, in order of time."""
        with self._transaction() as db:
            rows = db.execute(
                select(tables.appointments)
                .where(
                    tables.appointments.c.status == "booked",
                    tables.appointments.c.date.between(first_date, last_date),
                )
                .order_by(tables.appointments.c.date, tables.appointments.c.time)
            )
            return tuple(Appointment(**row._mapping) for row in rows)

    def book(
        self,
        key: ToolKey,
        name: str,
        date: str,
        time: str,
        created_at: str,
        people: int | None = None,
    ) -> ToolResult:
        """Book a slot."""
        arguments = {"tool": "book", "name": name, "date": date, "time": time}
        if people is not None:
            arguments["people"] = str(people)

        def run(db: Connection) -> dict[str, Any]:
            holder = _holder(db, date, time)
            if holder is not None and (holder.name, holder.call_sid) == (name, key.call_sid):
                return {"ok": True, "id": holder.id}  # the caller said yes twice
            if holder is not None:
                return {"ok": False, "reason": "taken"}
            done = db.execute(
                insert(tables.appointments).values(
                    name=name,
                    date=date,
                    time=time,
                    status="booked",
                    call_sid=key.call_sid,
                    created_at=created_at,
                    people=people,
                )
            )
            assert done.inserted_primary_key is not None
            return {"ok": True, "id": done.inserted_primary_key[0]}

        return self._once(key, arguments, run)

    def move(self, key: ToolKey, id: int, date: str, time: str) -> ToolResult:
        """Move a booked appointment to another slot."""
        arguments = {"tool": "move", "id": id, "date": date, "time": time}

        def run(db: Connection) -> dict[str, Any]:
            holder = _holder(db, date, time)
            if holder is not None and holder.id != id:
                return {"ok": False, "reason": "taken"}
            return _change(db, id, {"date": date, "time": time})

        return self._once(key, arguments, run)

    def cancel(self, key: ToolKey, id: int) -> ToolResult:
        """Cancel a booked appointment."""
        return self._once(
            key,
            {"tool": "cancel", "id": id},
            lambda db: _change(db, id, {"status": "cancelled"}),
        )

    # --- transactions ------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StoreError(
                f"the database failed: {error.__class__.__name__}: check that it can be reached, "
                "written and has room"
            ) from error

    def _once(
        self,
        key: ToolKey,
        arguments: Mapping[str, Any],
        run: Callable[[Connection], Mapping[str, Any]],
    ) -> ToolResult:
        """Record the key, run, record the result: all or nothing, and never twice."""
        try:
            return self._try_once(key, arguments, run)
        except IntegrityError:  # another connection was faster: now its row is there to be seen
            try:
                return self._try_once(key, arguments, run)
            except IntegrityError as error:
                raise StoreError("the database refuses the change: try again") from error

    def _try_once(
        self,
        key: ToolKey,
        arguments: Mapping[str, Any],
        run: Callable[[Connection], Mapping[str, Any]],
    ) -> ToolResult:
        here = (
            (tables.tool_runs.c.call_sid == key.call_sid)
            & (tables.tool_runs.c.turn_index == key.turn_index)
            & (tables.tool_runs.c.ordinal == key.ordinal)
        )
        wanted = json.dumps(arguments, sort_keys=True)
        with self._transaction() as db:
            kept = db.execute(select(tables.tool_runs).where(here)).first()
            if kept is not None and kept.arguments != wanted:
                raise CommitConflict(
                    f"call {key.call_sid} turn {key.turn_index} already changed something else"
                )
            if kept is not None:
                recorded: dict[str, Any] = json.loads(kept.result)
                return recorded
            db.execute(
                insert(tables.tool_runs).values(
                    call_sid=key.call_sid,
                    turn_index=key.turn_index,
                    ordinal=key.ordinal,
                    arguments=wanted,
                    result="",
                )
            )
            result = run(db)
            db.execute(update(tables.tool_runs).where(here).values(result=json.dumps(result)))
            return result


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log, patient writers, transactions that take the write lock when they begin."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 must not begin transactions by itself
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _holder(db: Connection, date: str, time: str) -> Row[Any] | None:
    """The appointment that has the slot."""
    return db.execute(
        select(tables.appointments).where(
            tables.appointments.c.status == "booked",
            tables.appointments.c.date == date,
            tables.appointments.c.time == time,
        )
    ).first()


def _change(db: Connection, id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change one booked appointment."""
    done = db.execute(
        update(tables.appointments)
        .where(tables.appointments.c.id == id, tables.appointments.c.status == "booked")
        .values(values)
    )
    return {"ok": True, "id": id} if done.rowcount else {"ok": False, "reason": "unknown"}


def _turn_json(turn: TurnRecord) -> str:
    return json.dumps(turn.as_json(), sort_keys=True)


def _turn_record(content: str) -> TurnRecord:
    shown = json.loads(content)
    tool_calls = tuple(ToolCall(**tool) for tool in shown.pop("tool_calls"))
    return TurnRecord(tool_calls=tool_calls, **shown)


def _call_record(row: Row[Any], turns: tuple[TurnRecord, ...]) -> CallRecord:
    return CallRecord(
        row.call_sid,
        row.status,
        row.caller,
        row.called,
        row.started_at,
        row.ended_at,
        row.end_reason,
        turns,
    )
