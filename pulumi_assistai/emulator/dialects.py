"""What the API's document leaves open, in two ways: a client must work with either."""

from __future__ import annotations

import math
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol
from uuid import uuid4


class Dialect(Protocol):
    """How an API says what its document does not settle."""

    def code(self, number: int) -> str:
        """Return the code of the organization's agent of this number."""

    def agent(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return an agent as the listing shows it."""

    def meta(self, page: int, take: int, total: int) -> dict[str, Any]:
        """Return what a listing says of itself."""

    def error(self, status: int, message: str | list[str]) -> dict[str, Any]:
        """Return the body of an error."""

    def connected(self, phone_number: str) -> dict[str, Any]:
        """Return what is said where a phone is linked."""


class Nest:
    """As a NestJS service with the usual libraries says it; the codes are like those of the document."""

    def code(self, number: int) -> str:
        """Return A-001, A-002 and so on."""
        return f"A-{number:03}"

    def agent(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the documented fields, null where there is no description."""
        return {name: row[name] for name in ("code", "name", "model", "description", "createdAt")}

    def meta(self, page: int, take: int, total: int) -> dict[str, Any]:
        """Return counts and neighbours."""
        pages = math.ceil(total / take)
        return {
            "page": page,
            "take": take,
            "itemCount": total,
            "pageCount": pages,
            "hasPreviousPage": page > 1,
            "hasNextPage": page < pages,
        }

    def error(self, status: int, message: str | list[str]) -> dict[str, Any]:
        """Return status, message or messages, and the status in words."""
        return {"statusCode": status, "message": message, "error": HTTPStatus(status).phrase}

    def connected(self, phone_number: str) -> dict[str, Any]:
        """Return the documented answer."""
        return {
            "status": "connected",
            "phoneNumber": phone_number,
            "message": "Agente ya está conectado a WhatsApp",
        }


class Other:
    """As another service might say it: other codes, counts, errors, key order, and fields that nobody knows."""

    def code(self, number: int) -> str:  # noqa: ARG002 - these codes do not count
        """Return a UUID."""
        return str(uuid4())

    def agent(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the fields in another order, without those that have no value, time in milliseconds."""
        created = datetime.fromisoformat(row["createdAt"]).timestamp()
        shown = {"createdAt": int(created * 1000), "version": 3, "tags": [], **Nest().agent(row)}
        shown["createdAt"] = int(created * 1000)
        return {name: value for name, value in shown.items() if value is not None}

    def meta(self, page: int, take: int, total: int) -> dict[str, Any]:
        """Return counts under other names."""
        return {"total": total, "currentPage": page, "lastPage": max(1, math.ceil(total / take))}

    def error(self, status: int, message: str | list[str]) -> dict[str, Any]:
        """Return an object in an object."""
        detail = message if isinstance(message, str) else ", ".join(message)
        return {"error": {"code": f"E{status}", "detail": detail}}

    def connected(self, phone_number: str) -> dict[str, Any]:
        """Return the same in English and another order."""
        return {"message": "Already connected", "phoneNumber": phone_number, "device": "phone", "status": "connected"}


DIALECTS: dict[str, Dialect] = {"nest": Nest(), "other": Other()}
