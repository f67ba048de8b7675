"""One script of edits makes the same API calls in the same order with dynamic and native resources, on both engines.

Each edit is previewed and brought about. Always on the embedded engine in this process; as asked with processes too,
and on the Pulumi CLI.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.cli.adoption.import_file import adopt, make_import_file
from pulumi_assistai.client import ListedAgent
from pulumi_assistai.testing import Api
from tests.conftest import ALL_ASKED, NATIVE, needs_pulumi
from tests.differential.scenario import AGAIN, DESTROY, REFRESH, Step
from tests.differential.side import Side

PHONE = "584221234567"
LISTING = "GET /api/v1/agents"
WHATSAPP = """
assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code, expected_phone_number="+58 422 1234567")
"""
ACME = """
acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
assistai.Agent("soporte", name="Soporte", opts=Options(provider=acme, depends_on=[ventas]))
"""
IMPORTED = """
assistai.Agent("cobros", name="Cobros", description="Cobra", on_delete="retain", opts=Options(depends_on=[ventas]))
"""
FIELDS = {
    "name": "Ventas",
    "description": "Vende y cobra",
    "purpose": "Vender",
    "instructions": "Hola.\nSaluda.",
    "tone": "amigable",
    "voice": "female",
    "on_delete": "archive",
}


def ventas(resource: str = "ventas", options: str = "", **fields: str) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in fields.items())
    return f'ventas = assistai.Agent("{resource}", {arguments}{options})\n'


FULL = ventas(**FIELDS)
SECRET = FULL.replace(repr(FIELDS["instructions"]), 'pulumi.Output.secret("canary-prompt")')
NAMED = SECRET.replace("'Ventas'", "'Ventas Norte'")
RENAMED = NAMED.replace('Agent("ventas"', 'Agent("norte"').replace(
    ")\n", ', opts=Options(aliases=[Alias(name="ventas")]))\n'
)
FINAL = NAMED.replace('Agent("ventas"', 'Agent("norte"')
ADOPTING = 'assistai.Agent("ajeno", name="Ajeno", description="Nueva", adopt="{}", opts=Options(depends_on=[ventas]))'
ALL = FINAL + WHATSAPP + ACME + IMPORTED


def code_of(api: Api, name: str) -> str:
    code: str = api.agent(name)["code"]
    return code


def make_another(api: Api) -> None:
    api.create("Ajeno", description="Vieja", organization="SANDBOX")


def make_one_of_acme(api: Api) -> None:
    # An organization whose listing is empty forgets nothing.
    api.create("Otro", tenant="acme", organization="ACME")


@dataclass(frozen=True)
class Edit:
    """One edit of a program or of the world, and what is run because of it.

    Attributes:
        name: what it is about.
        program: the program from now on; a function makes it from the world.
        before: what happens to the world first.
        verbs: what is run; each "up" is previewed, and "again" is one that finds nothing to do.
        imports: the name of an agent that is imported first.
    """

    name: str
    program: str | Callable[[Api], str] | None = None
    before: Callable[[Api], object] | None = None
    verbs: tuple[str, ...] = ("up",)
    imports: str = ""


EDITS = (
    Edit("create", ventas(name="Ventas", description="Vende")),
    Edit("every field", FULL, verbs=("up", "again")),
    Edit("secret prompt", SECRET),
    Edit("rename of the agent", NAMED),
    Edit("rename of the resource", RENAMED),
    Edit("adopt", lambda api: FINAL + ADOPTING.format(code_of(api, "Ajeno")), before=make_another),
    Edit("adopt no more", FINAL),
    Edit("WhatsApp", FINAL + WHATSAPP),
    Edit("a phone", before=lambda api: api.link(code_of(api, "Ventas Norte"), PHONE), verbs=("refresh", "again")),
    Edit("two organizations", FINAL + WHATSAPP + ACME, before=make_one_of_acme),
    Edit(
        "drift",
        before=lambda api: api.edit(code_of(api, "Ventas Norte"), description="Tocada"),
        verbs=("refresh", "up"),
    ),
    Edit("removal", before=lambda api: api.remove(code_of(api, "Soporte")), verbs=("refresh", "up")),
    Edit("import", ALL, before=lambda api: api.create("Cobros", description="Cobra"), imports="Cobros"),
    Edit("archive", ""),
    Edit("destroy", verbs=("destroy",)),
)
_STEPS = {"refresh": REFRESH, "destroy": DESTROY, "again": AGAIN}


def import_entries(side: Side, name: str) -> dict[str, Any]:
    """Return the import file of an agent; that of a dynamic resource is as `assistai import` writes it."""
    code = code_of(side.api, name)
    if side.project.native:
        return {"resources": [{"type": "assistai:index:Agent", "name": name.lower(), "id": code}]}
    listed = ListedAgent(code=code, name=name, description=side.api.agent(name)["description"])
    place = {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}
    return make_import_file(adopt([listed], ()), place, "2026-01-01T00:00:00+00:00")


def play(side: Side, edit: Edit) -> list[Any]:
    """Play an edit and return the API calls of each run, in order, and the agents that there are then."""
    seen: list[Any] = []
    if edit.before is not None:
        edit.before(side.api)
        side.api.forget_requests()
    program = edit.program(side.api) if callable(edit.program) else edit.program
    if edit.imports:
        file = side.project.directory / "import.json"
        file.write_text(json.dumps(import_entries(side, edit.imports)), encoding="utf-8")
        side.project.stack.import_resources(file)
        # The CLI has native resources read, and takes dynamic ones from the file as they are.
        seen.append([request for request in side.api.requests() if request != LISTING])
        side.api.forget_requests()
    seen += [side.take(_STEPS.get(verb) or Step(program, chain=True)) for verb in edit.verbs]
    return [one if isinstance(one, list) else {key: one[key] for key in ("requests", "agents")} for one in seen]


takes_minutes = pytest.mark.skipif(not ALL_ASKED, reason="takes minutes: ASSISTAI_TEST_NATIVE=all runs it")


@pytest.fixture(
    params=[
        "one-process",
        pytest.param("embedded", marks=takes_minutes),
        pytest.param("pulumi", marks=[needs_pulumi, takes_minutes]),
    ]
)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def sides(engine: str, tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    with Side(engine, tmp_path / "dynamic") as dynamic, Side(f"{engine}{NATIVE}", tmp_path / "native") as native:
        yield dynamic, native


def test_the_same_calls_in_the_same_order(sides: tuple[Side, Side]) -> None:
    dynamic, native = sides
    for edit in EDITS:
        assert play(native, edit) == play(dynamic, edit), edit.name
    assert not dynamic.project.state()
    assert not native.project.state()
