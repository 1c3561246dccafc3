"""What the database keeps."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("call_sid", String(64), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("caller", String(128), nullable=False),
    Column("called", String(128), nullable=False),
    Column("started_at", String(40), nullable=False),
    Column("ended_at", String(40)),
    Column("end_reason", String(128)),
)
turns = Table(
    "turns",
    metadata,
    Column("call_sid", String(64), primary_key=True),
    Column("turn_index", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)
timelines = Table(
    "timelines",
    metadata,
    Column("call_sid", String(64), primary_key=True),
    Column("content", Text, nullable=False),
)
appointments = Table(
    "appointments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(120), nullable=False),
    Column("date", String(10), nullable=False),
    Column("time", String(5), nullable=False),
    Column("status", String(16), nullable=False),
    Column("call_sid", String(64), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("people", Integer),
)
# One booked appointment per slot; cancelled ones do not count.
Index(
    "one_booking_per_slot",
    appointments.c.date,
    appointments.c.time,
    unique=True,
    sqlite_where=appointments.c.status == "booked",
    postgresql_where=appointments.c.status == "booked",
)
tool_runs = Table(
    "tool_runs",
    metadata,
    Column("call_sid", String(64), primary_key=True),
    Column("turn_index", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("arguments", Text, nullable=False),
    Column("result", Text, nullable=False),
)
