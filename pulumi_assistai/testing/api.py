"""The control API of the emulator, for tests: its data, its faults and its dashboard."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 30


class Api:
    """The emulator's data, of all its organizations, seen and changed as in AssistAI's dashboard and on phones.

    Args:
        url: where the emulator answers.
        tenant: where `create` makes agents.
        organization: the same.

    Attributes:
        url: the same.
        faults: what makes it fail.
    """

    def __init__(self, url: str, *, tenant: str = "sandbox", organization: str = "SANDBOX") -> None:
        self.url = url
        self._place = {"tenant": tenant, "organization": organization}
        self.faults = Faults(self)

    def agents(self) -> list[dict[str, Any]]:
        """Return all agents, oldest first, with the fields that AssistAI's own API does not show.

        Keys: code, name, description, purpose, instructions, tone, voice, model, createdAt, tenant, organization,
        whatsapp ("none", "disconnected", "connecting" or "connected") and phoneNumber.
        """
        agents: list[dict[str, Any]] = self.call("GET", "/agents")
        return agents

    def agent(self, name: str) -> dict[str, Any]:
        """Return the one agent of that name.

        Raises:
            LookupError: none has it, or several have.
        """
        agents = self.agents()
        found = [agent for agent in agents if agent["name"] == name]
        if len(found) != 1:
            names = ", ".join(agent["name"] for agent in agents) or "none"
            raise LookupError(f'{len(found)} agents are named "{name}"; there are: {names}')
        return found[0]

    def create(self, name: str, **fields: str) -> str:
        """Create an agent in the dashboard and return its code.

        Args:
            name: its name.
            fields: its other fields; `tenant` and `organization` make it elsewhere than in the default connection's.
        """
        code: str = self.call("POST", "/agents", **{"name": name, **self._place, **fields})["code"]
        return code

    def edit(self, code: str, **fields: str) -> None:
        """Edit an agent in the dashboard."""
        self.call("PATCH", f"/agents/{code}", **fields)

    def remove(self, code: str) -> None:
        """Remove an agent in the dashboard."""
        self.call("DELETE", f"/agents/{code}")

    def link(self, code: str, phone_number: str = "584221234567") -> None:
        """Scan the QR of an agent with a phone."""
        self.call("POST", f"/agents/{code}/whatsapp/link", phoneNumber=phone_number)

    def unlink(self, code: str) -> None:
        """Unlink an agent on its phone."""
        self.call("POST", f"/agents/{code}/whatsapp/unlink")

    def requests(self, *methods: str) -> list[str]:
        """Return the requests to the API so far as "METHOD path", of these methods or of all."""
        return [f"{seen['method']} {seen['path']}" for seen in self._journal(methods)]

    def bodies(self, *methods: str) -> list[Any]:
        """Return what the requests so far sent, of these methods or of all."""
        return [seen["body"] for seen in self._journal(methods)]

    def forget_requests(self) -> None:
        """Forget the requests so far."""
        self.call("DELETE", "/requests")

    def call(self, method: str, path: str, /, **body: Any) -> Any:
        """Ask the emulator's control interface, below /sandbox.

        Raises:
            ValueError: it refuses; with its words.
        """
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_TIMEOUT_SECONDS)
        try:
            headers = {"content-type": "application/json"}
            connection.request(method, f"/sandbox{path}", json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 400:  # noqa: PLR2004 - where HTTP's errors begin
            raise ValueError(f"{method} /sandbox{path} answered {response.status}: {content.decode(errors='replace')}")
        return json.loads(content) if content else None

    def _journal(self, methods: tuple[str, ...]) -> list[dict[str, Any]]:
        return [seen for seen in self.call("GET", "/requests") if not methods or seen["method"] in methods]


class Faults:
    """The rules by which the emulator fails."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def add(self, kind: str, **rule: Any) -> None:
        """Let requests fail.

        Args:
            kind: how: "cut-before", "cut-after", "status-before", "status-after", "half", "hang", "hang-after", "drip",
                "stale", "cap", "repeat", "shift", "empty" or "rate"; docs/emulator.md describes them.
            rule: which and how often: method, path (a regular expression), count (default 1, 0 is all), skip, status,
                body, content_type, retry_after, seconds, rows. For a "rate", which `count` does not limit: rate (such
                as "10/s"), burst (default None), windows ("nest", "clock" or "sliding"; default "nest"), headers
                ("nest", "ietf", "retry-after" or "none"; default "nest").

        Raises:
            ValueError: there is no such kind, or the rule is wrong.
        """
        self._api.call("POST", "/faults", kind=kind, **rule)

    def all(self) -> list[dict[str, Any]]:
        """Return the rules, each with how many requests it has seen."""
        rules: list[dict[str, Any]] = self._api.call("GET", "/faults")
        return rules

    def clear(self) -> None:
        """Let the API work again."""
        self._api.call("DELETE", "/faults")
