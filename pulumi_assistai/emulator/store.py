"""Keeps agents, conversations and the journal in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

from pulumi_assistai.emulator.accounts import Account
from pulumi_assistai.emulator.dialects import Dialect

FIELDS = ("name", "description", "purpose", "instructions", "tone", "voice")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS agents (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT UNIQUE NOT NULL,
    tenant TEXT NOT NULL, organization TEXT NOT NULL,
    name TEXT NOT NULL, description TEXT, purpose TEXT, instructions TEXT, tone TEXT, voice TEXT,
    model TEXT NOT NULL, createdAt TEXT NOT NULL, whatsapp TEXT, phoneNumber TEXT
);
CREATE INDEX IF NOT EXISTS agents_of ON agents (tenant, organization, createdAt);
CREATE TABLE IF NOT EXISTS conversations (
    uuid TEXT PRIMARY KEY, agent TEXT NOT NULL, tenant TEXT NOT NULL, organization TEXT NOT NULL,
    title TEXT NOT NULL, createdAt TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, sender TEXT NOT NULL, content TEXT NOT NULL,
    timestamp TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS requests (sequence INTEGER PRIMARY KEY, seen TEXT NOT NULL);
"""


class Store:
    """One database; every call is one transaction, one at a time.

    Args:
        file: where it lies; None keeps it in memory.
    """

    def __init__(self, file: Path | None) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(file or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    def create_agent(self, account: Account, fields: dict[str, str], dialect: Dialect, *, whatsapp: bool) -> str:
        """Add an agent and return its code."""
        with self._transaction():
            last = self._one("SELECT max(createdAt) AS time FROM agents") or {}
            numbered = self._one("SELECT seq AS number FROM sqlite_sequence WHERE name = 'agents'") or {"number": 0}
            row = dict.fromkeys(FIELDS) | fields
            row |= {"code": dialect.code(numbered["number"] + 1), "createdAt": _after(last["time"])}
            row |= {"tenant": account.tenant, "organization": account.organization, "model": "gpt-4o-mini"}
            row["whatsapp"] = "disconnected" if whatsapp else None
            self._insert("agents", row)
            return str(row["code"])

    def agent(self, code: str, account: Account | None = None) -> dict[str, Any] | None:
        """Return an agent, of one organization only if `account` is given."""
        row = self._one("SELECT * FROM agents WHERE code = ?", code)
        if row is None or (account and (row["tenant"], row["organization"]) != (account.tenant, account.organization)):
            return None
        return row

    def agents(self) -> list[dict[str, Any]]:
        """Return all agents of all organizations, oldest first."""
        return self._all("SELECT * FROM agents ORDER BY sequence")

    def change_agent(self, code: str, values: dict[str, Any]) -> None:
        """Set columns of an agent."""
        if values:
            assignments = ", ".join(f"{name} = ?" for name in values)
            self._run(f"UPDATE agents SET {assignments} WHERE code = ?", *values.values(), code)  # noqa: S608 - own names

    def remove_agent(self, code: str) -> None:
        """Forget an agent."""
        self._run("DELETE FROM agents WHERE code = ?", code)

    def conversation(self, uuid: str, account: Account | None = None) -> dict[str, Any] | None:
        """Return a conversation, of one organization only if `account` is given."""
        row = self._one("SELECT * FROM conversations WHERE uuid = ?", uuid)
        if row is None or (account and (row["tenant"], row["organization"]) != (account.tenant, account.organization)):
            return None
        return row

    def start_conversation(self, agent: dict[str, Any], title: str) -> str:
        """Add a conversation with an agent and return its UUID."""
        uuid = str(uuid4())
        row = {"uuid": uuid, "agent": agent["code"], "title": title, "createdAt": _after(None)}
        self._insert("conversations", row | {name: agent[name] for name in ("tenant", "organization")})
        return uuid

    def add_message(self, conversation: str, sender: str, content: str) -> None:
        """Add a message to a conversation."""
        row = {"conversation": conversation, "sender": sender, "content": content, "timestamp": _after(None)}
        self._insert("messages", row)

    def page(
        self, table: str, where: dict[str, str], text: tuple[str, ...], query: Any
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of a table and how many rows there are in all.

        Args:
            table: its name.
            where: what columns must be.
            text: the columns that the free text filter looks at.
            query: page, take, order, orderBy and criteria.
        """
        conditions = [f"{name} = ?" for name in where]
        values: list[Any] = list(where.values())
        if query.criteria:
            conditions.append("(" + " OR ".join(f"instr(lower({name}), lower(?))" for name in text) + ")")
            values += [query.criteria] * len(text)
        clause = " AND ".join(conditions)
        order = f"{query.orderBy} {query.order}, rowid {query.order}"
        with self._lock:
            total = self._one(f"SELECT count(*) AS number FROM {table} WHERE {clause}", *values)  # noqa: S608 - own names
            rows = self._all(
                f"SELECT * FROM {table} WHERE {clause} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - own names
                *values,
                query.take,
                (query.page - 1) * query.take,
            )
        return rows, total["number"] if total else 0

    def note_request(self, seen: dict[str, Any]) -> None:
        """Add a request to the journal."""
        self._insert("requests", {"seen": json.dumps(seen, ensure_ascii=False)})

    def requests(self) -> list[dict[str, Any]]:
        """Return the journal, oldest first."""
        rows = self._all("SELECT * FROM requests ORDER BY sequence")
        return [{"sequence": row["sequence"], **json.loads(row["seen"])} for row in rows]

    def forget_requests(self) -> None:
        """Empty the journal."""
        self._run("DELETE FROM requests")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        marks = ", ".join("?" for _ in row)
        self._run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608 - own names

    def _run(self, statement: str, *values: Any) -> None:
        with self._lock:
            self._db.execute(statement, values)

    def _one(self, statement: str, *values: Any) -> dict[str, Any] | None:
        with self._lock:
            row = self._db.execute(statement, values).fetchone()
        return dict(row) if row else None

    def _all(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._db.execute(statement, values)]


def _after(time: str | None) -> str:
    """Return the time now, or a millisecond after `time` where the clock has not moved on."""
    now = datetime.now(UTC)
    if time is not None:
        now = max(now, datetime.fromisoformat(time) + timedelta(milliseconds=1))
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
