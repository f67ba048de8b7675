"""Previews for tests, as `pulumi preview --json` would write them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cli.report.shop import FRAGMENT

HERE = Path(__file__).parent
AGENCY = HERE.parents[2] / "examples" / "agencia"
AGENT, WHATSAPP = "pulumi-python:dynamic/assistai:Agent", "pulumi-python:dynamic/assistai:WhatsAppIntegration"


def urn_of(name: str, type_: str = AGENT) -> str:
    return f"urn:pulumi:dev::tienda::{type_}::{name}"


def step(
    op: str,
    name: str,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    *,
    type_: str = AGENT,
    code: str = "A-001",
    organization: str = "ACME",
    **others: Any,
) -> dict[str, Any]:
    """Return a step; old outputs say where the resource belongs."""
    urn = urn_of(name, type_)
    found: dict[str, Any] = {"op": op, "urn": urn, "detailedDiff": None} | others
    if old is not None:
        place = {"code": code, "organization_code": organization, "tenant_domain": "acme"}
        found["oldState"] = {"urn": urn, "inputs": old, "outputs": {**old, **place}}
    if new is not None:
        found["newState"] = {"urn": urn, "inputs": new}
    return found


def update(name: str, old: str, new: str, **others: Any) -> dict[str, Any]:
    """Return an update of an agent's instructions."""
    before, after = ({"name": name.title(), "instructions": text} for text in (old, new))
    return step("update", name, before, after, **others)


def document(*steps: dict[str, Any], diagnostics: tuple[dict[str, str], ...] = ()) -> str:
    return json.dumps({"steps": steps, "diagnostics": list(diagnostics), "duration": 1, "changeSummary": {}})


def rewrite(agents: int) -> str:
    """Return a preview in which every line of every agent changes."""

    def prompt(number: int, word: str) -> str:
        lines = (f"{word} {number}.{line}: responde con cortesía y sin inventar precios." for line in range(60))
        return "\n".join(lines)

    return document(
        *(
            update(f"agente-{n:02}", prompt(n, "Antes"), prompt(n, "Ahora"), code=f"A-{n:03}", organization=f"O{n % 5}")
            for n in range(agents)
        )
    )


def changed_agency(directory: Path) -> Path:
    """Return a copy of the agency in which one word of a shared file is another one."""
    copy = directory / "agencia"
    shutil.copytree(AGENCY, copy, ignore=shutil.ignore_patterns("__pycache__", ".sandbox"))
    name, old, new = FRAGMENT
    text = (copy / name).read_text(encoding="utf-8")
    (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    return copy
