"""The emulator's control API for tests: its data, faults and dashboard."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 30


class Api:
    """The emulator's data of all organizations. Methods act as people in the dashboard and on phones.

    Args:
        url: the emulator's address.
        tenant: the tenant of the organization in which `create` makes agents.
        organization: its code.

    Attributes:
        url: the emulator's address.
        faults: the rules by which it fails.
    """

    def __init__(self, url: str, *, tenant: str = "sandbox", organization: str = "SANDBOX") -> None:
        self.url = url
        self._place = {"tenant": tenant, "organization": organization}
        self.faults = Faults(self)

    def agents(self) -> list[dict[str, Any]]:
        """Return all agents, oldest first, with all fields, including those that AssistAI's API does not show.

        Keys: code, name, description, purpose, instructions, tone, voice, model, createdAt, tenant, organization,
        whatsapp ("none", "disconnected", "connecting" or "connected") and phoneNumber.
        """
        agents: list[dict[str, Any]] = self.call("GET", "/agents")
        return agents

    def agent(self, name: str) -> dict[str, Any]:
        """Return the agent with a name.

        Raises:
            LookupError: no agent or several agents have it.
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
            fields: its other fields. `tenant` and `organization` choose another organization than the default.
        """
        code: str = self.call("POST", "/agents", **{"name": name, **self._place, **fields})["code"]
        return code

    def edit(self, code: str, **fields: str) -> None:
        """Edit an agent in the dashboard."""
        self.call("PATCH", f"/agents/{code}", **fields)

    def remove(self, code: str) -> None:
        """Delete an agent in the dashboard."""
        self.call("DELETE", f"/agents/{code}")

    def link(self, code: str, phone_number: str = "584221234567") -> None:
        """Scan an agent's QR code with a phone."""
        self.call("POST", f"/agents/{code}/whatsapp/link", phoneNumber=phone_number)

    def unlink(self, code: str) -> None:
        """Unlink an agent from its phone."""
        self.call("POST", f"/agents/{code}/whatsapp/unlink")

    def requests(self, *methods: str) -> list[str]:
        """Return the requests to the API so far as "METHOD path", only those of given methods if any."""
        return [f"{seen['method']} {seen['path']}" for seen in self._journal(methods)]

    def bodies(self, *methods: str) -> list[Any]:
        """Return the bodies of the requests so far, only those of given methods if any."""
        return [seen["body"] for seen in self._journal(methods)]

    def forget_requests(self) -> None:
        """Forget the requests so far."""
        self.call("DELETE", "/requests")

    def call(self, method: str, path: str, /, **body: Any) -> Any:
        """Call the emulator's control API under /sandbox.

        Raises:
            ValueError: it refuses. The message has its answer.
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
        """Make requests fail.

        Args:
            kind: the kind: "cut-before", "cut-after", "status-before", "status-after", "half", "hang", "hang-after",
                "drip", "stale", "cap", "repeat", "shift", "empty" or "rate"; docs/emulator.md describes them.
            rule: the rule's fields: method, path (a regular expression), count (default 1, 0 means all), skip, status,
                body, content_type, retry_after, seconds, rows. For a "rate", which `count` does not limit: rate (such
                as "10/s"), burst (default None), windows ("nest", "clock" or "sliding"; default "nest"), headers
                ("nest", "ietf", "retry-after" or "none"; default "nest").

        Raises:
            ValueError: there is no such kind, or the rule is wrong.
        """
        self._api.call("POST", "/faults", kind=kind, **rule)

    def all(self) -> list[dict[str, Any]]:
        """Return the rules, each with the number of requests that it has seen."""
        rules: list[dict[str, Any]] = self._api.call("GET", "/faults")
        return rules

    def clear(self) -> None:
        """Remove all rules: the API works again."""
        self._api.call("DELETE", "/faults")
