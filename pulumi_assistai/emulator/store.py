"""The store of agents and conversations: SQLite in a file or in memory."""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from pulumi_assistai.emulator.errors import EmulatorError
from pulumi_assistai.emulator.listing import ListingQuery, Page
from pulumi_assistai.emulator.records import Agent, Conversation, Message, Organization

_MODEL = "gpt-4o-mini"
_VERSION = 1
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE agents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT UNIQUE, tenant TEXT NOT NULL, organization TEXT NOT NULL,
    name TEXT NOT NULL, model TEXT NOT NULL, description TEXT, created_at INTEGER NOT NULL,
    whatsapp TEXT, phone_number TEXT, qr TEXT, qr_at REAL NOT NULL DEFAULT 0,
    purpose TEXT, instructions TEXT, tone TEXT, voice TEXT
);
CREATE INDEX agents_of_organization ON agents (tenant, organization, created_at);
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT UNIQUE NOT NULL, tenant TEXT NOT NULL,
    organization TEXT NOT NULL, agent TEXT NOT NULL, title TEXT NOT NULL, created_at INTEGER NOT NULL
);
CREATE INDEX conversations_of_organization ON conversations (tenant, organization, created_at);
CREATE TABLE messages (
    conversation INTEGER NOT NULL, id INTEGER NOT NULL, sender TEXT NOT NULL, content TEXT NOT NULL,
    timestamp INTEGER NOT NULL, PRIMARY KEY (conversation, id)
);
PRAGMA user_version = {_VERSION};
COMMIT;
"""


class Store:
    """A database that threads can share. Each call writes all of its changes or none.

    Args:
        file: its file; None keeps it in memory.

    Attributes:
        observers: called with the code of an agent that was created, changed or deleted.

    Raises:
        EmulatorError: the file cannot be opened or is not such a database.
    """

    def __init__(self, file: Path | None) -> None:
        self._lock = RLock()
        self.observers: list[Callable[[str], None]] = []
        try:
            self._database = _open(file)
        except (OSError, sqlite3.Error) as error:
            raise EmulatorError(f"cannot open the database {file}: {error}; choose another file") from None

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def create_agent(
        self, owner: Organization, fields: Mapping[str, str | None], code: Callable[[int], str], *, whatsapp: bool
    ) -> Agent:
        """Add an agent, newer than any other of its organization.

        Args:
            owner: its organization.
            fields: name, description and so on.
            code: returns the agent's code for its number.
            whatsapp: whether it has a WhatsApp integration.
        """
        with self._writing():
            row = {**owner_columns(owner), **fields, "model": _MODEL, "created_at": self._new_time("agents", owner)}
            number = self._insert("agents", row | {"whatsapp": "disconnected" if whatsapp else None})
            self._execute("UPDATE agents SET code = ? WHERE number = ?", code(number), number)
            agent = Agent(**self._execute("SELECT * FROM agents WHERE number = ?", number).fetchone())
        self._notify(agent.code)
        return agent

    def agents(self) -> list[Agent]:
        """Return the agents of all organizations, oldest first."""
        with self._lock:
            return [Agent(**row) for row in self._execute("SELECT * FROM agents ORDER BY number")]

    def find_agent(self, code: str) -> Agent | None:
        """Return the agent of this code."""
        with self._lock:
            row = self._execute("SELECT * FROM agents WHERE code = ?", code).fetchone()
        return Agent(**row) if row else None

    def list_agents(self, owner: Organization, query: ListingQuery) -> Page[Agent]:
        """Return a page of an organization's agents."""
        return self._page("agents", owner_columns(owner), ("name", "description", "code"), query, Agent)

    def change_agent(self, code: str, values: Mapping[str, Any]) -> None:
        """Set columns of an agent."""
        if values:
            assignments = ", ".join(f"{column} = ?" for column in values)
            with self._writing():
                self._execute(f"UPDATE agents SET {assignments} WHERE code = ?", *values.values(), code)  # noqa: S608 - own column names
            self._notify(code)

    def remove_agent(self, code: str) -> None:
        """Delete an agent. Its conversations stay."""
        with self._writing():
            self._execute("DELETE FROM agents WHERE code = ?", code)
        self._notify(code)

    def start_conversation(self, agent: Agent, title: str) -> Conversation:
        """Add a conversation with an agent."""
        with self._writing():
            row = {**owner_columns(agent.owner), "uuid": str(uuid.uuid4()), "agent": agent.code, "title": title}
            row["created_at"] = self._new_time("conversations", agent.owner)
            number = self._insert("conversations", row)
            return Conversation(number=number, **row)

    def find_conversation(self, identifier: str) -> Conversation | None:
        """Return the conversation of this UUID."""
        with self._lock:
            row = self._execute("SELECT * FROM conversations WHERE uuid = ?", identifier).fetchone()
        return Conversation(**row) if row else None

    def list_conversations(self, owner: Organization, query: ListingQuery) -> Page[Conversation]:
        """Return a page of an organization's conversations."""
        return self._page("conversations", owner_columns(owner), ("title",), query, Conversation)

    def add_message(self, conversation: Conversation, sender: str, content: str) -> None:
        """Add a message to a conversation, newer than any other of it."""
        newest = "SELECT coalesce(max(id), 0) AS id, max(timestamp) AS time FROM messages WHERE conversation = ?"
        with self._writing():
            last = self._execute(newest, conversation.number).fetchone()
            row = {"conversation": conversation.number, "id": last["id"] + 1, "sender": sender, "content": content}
            self._insert("messages", row | {"timestamp": _after(last["time"])})

    def list_messages(self, conversation: Conversation, query: ListingQuery) -> Page[Message]:
        """Return a page of a conversation's messages."""
        return self._page("messages", {"conversation": conversation.number}, ("content",), query, _message)

    def _page(
        self,
        table: str,
        columns: Mapping[str, Any],
        searched: Sequence[str],
        query: ListingQuery,
        make: Callable[..., Any],
    ) -> Page[Any]:
        conditions, values = [f"{column} = ?" for column in columns], list(columns.values())
        if query.criteria:
            conditions.append(f"contains(?, {', '.join(searched)})")
            values.append(query.criteria.casefold())
        source = f"FROM {table} WHERE {' AND '.join(conditions)}"
        order = f"ORDER BY {query.column} {query.order}, rowid {query.order} LIMIT ? OFFSET ?"
        skipped = (query.page - 1) * query.take
        with self._lock:
            total: int = self._execute(f"SELECT count(*) {source}", *values).fetchone()[0]
            # An offset may be larger than SQLite's integers.
            rows = self._execute(f"SELECT * {source} {order}", *values, query.take, min(skipped, total)).fetchall()
        return Page([make(**row) for row in rows], query.page, query.take, total)

    def _notify(self, code: str) -> None:
        for observer in self.observers:
            observer(code)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield

    def _new_time(self, table: str, owner: Organization) -> int:
        newest = f"SELECT max(created_at) FROM {table} WHERE tenant = ? AND organization = ?"  # noqa: S608 - own table name
        return _after(self._execute(newest, *owner).fetchone()[0])

    def _insert(self, table: str, row: Mapping[str, Any]) -> int:
        marks = ", ".join("?" for _ in row)
        cursor = self._execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608 - own names
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._database.execute(statement, values)


def owner_columns(owner: Organization) -> dict[str, Any]:
    """Return the columns with a row's organization."""
    return {"tenant": owner.tenant, "organization": owner.code}


def _open(file: Path | None) -> sqlite3.Connection:
    if file is not None:
        # Prompts are in it in clear: a new one is its owner's alone, and so are the files that SQLite lays beside it.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(file or ":memory:", check_same_thread=False, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        database.create_function("contains", -1, contains, deterministic=True)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        _prepare(database)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    version = database.execute("PRAGMA user_version").fetchone()[0]
    is_empty = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if is_empty:
        database.executescript(_SCHEMA)
    elif version != _VERSION:
        raise sqlite3.DatabaseError("it is not a database of this version of the emulator")


def contains(text: str, *values: str | None) -> bool:
    """Search without regard to case. SQLite's own functions only know the case of ASCII letters."""
    return any(text in value.casefold() for value in values if value)


def _message(*, conversation: int, **columns: Any) -> Message:  # noqa: ARG001 - every message of a page has the same
    return Message(**columns)


def _after(last: int | None) -> int:
    """Return the time, or a millisecond after `last` if the clock has not advanced."""
    now = time.time_ns() // 1_000_000
    return now if last is None else max(now, last + 1)
