"""The weekly work of an agency, each task from its page alone, on both engines; what AssistAI is asked is counted."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import Api
from tests.conftest import emulated
from tests.engines import EmbeddedEngine
from tests.shell import run_script

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "weekly-work.md"
CLIENTS = ("panaderia", "clinica", "taller")
WRITES = {"POST", "PATCH", "PUT", "DELETE"}

# What the page says at its top about the sandbox.
SANDBOX = """
pulumi() {
  case "$1 $2" in
    "state move") shift 3; assistai sandbox move "$@" ;;
    "stack init") cp Pulumi.dev.yaml "Pulumi.$3.yaml" ;;
    "stack select") ;;
    "stack rm") rm ".sandbox/$4.json" "Pulumi.$4.yaml" ;;
    "config set")
      if [ "$3" = --secret ]; then key=$4 file=Pulumi.$6.yaml value=$(cat); else key=$3 file=Pulumi.$6.yaml value=$4; fi
      grep -v "agencia:$key:" "$file" > "$file.new"; mv "$file.new" "$file"; echo "  agencia:$key: $value" >> "$file" ;;
    "config rm") grep -v "agencia:$3:" "Pulumi.$5.yaml" > new; mv new "Pulumi.$5.yaml" ;;
    *) assistai sandbox "$@" ;;
  esac
}
"""
_BLOCK = re.compile(
    r"(?:`(?P<file>[\w./]+)`:\n\n)?^```(?P<language>[\w-]+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """A block of the page: the file that it is, or a script."""

    file: str
    language: str
    content: str


def sections(page: Path) -> list[list[Block]]:
    """Return the blocks of each section, without what is only shown."""
    return [
        [
            Block(found["file"] or "", found["language"], found["content"])
            for found in _BLOCK.finditer(section.replace("```\n```", "```\n\n```"))
        ]
        for section in page.read_text(encoding="utf-8").split("\n## ")[1:]
    ]


CHANGE, MOVE, ARCHIVE, EMPTY, SPLIT, ROTATE, NEW = range(7)


@dataclass
class Desk:
    """A folder, a shell with `pulumi`, and what AssistAI sees.

    Attributes:
        directory: the folder.
        api: the emulator's data.
    """

    engine: str
    directory: Path
    api: Api
    environment: dict[str, str] = field(default_factory=dict)

    def sh(self, script: str, *, fails: bool = False, **environment: str) -> str:
        """Run a script of the page, and return all that it printed."""
        preamble = SANDBOX if self.engine == "embedded" else ""
        done = run_script(preamble + script, self.directory, self.environment | environment, timeout=240)
        text = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, f"{script}\n{text}"
        return " ".join(text.split())

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.directory / file).read_text(encoding="utf-8")
        assert old in text
        (self.directory / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    def writes(self) -> list[tuple[str, str, str]]:
        """Return method, path and organization of the requests that wrote since the last time."""
        seen = [(one["method"], one["path"], one["organization"]) for one in self.api.call("GET", "/requests")]
        self.api.forget_requests()
        return [one for one in seen if one[0] in WRITES]

    def organizations(self) -> set[str]:
        """Return the organizations that were asked anything since requests were forgotten."""
        return {one["organization"] for one in self.api.call("GET", "/requests")}

    def agent(self, organization: str, name: str) -> dict[str, str]:
        [found] = [one for one in self.api.agents() if (one["organization"], one["name"]) == (organization, name)]
        return found

    def start(self) -> None:
        """Select the stack, and deploy it for the first time."""
        if self.engine == "pulumi":
            self.sh("pulumi stack select --create dev")
        self.run("up")
        self.api.forget_requests()

    def run(self, verb: str, *flags: str, stack: str = "dev") -> str:
        """Do what no page says, where that is cheaper than a program of its own."""
        if self.engine == "pulumi":
            yes = () if verb == "preview" else ("--yes",)
            return self.sh(" ".join(("pulumi", verb, *yes, *flags, "--stack", stack)))
        outcome = EmbeddedEngine(self.directory, self.environment, stack).run(verb, *flags)
        assert outcome.ok, outcome.text
        return " ".join(outcome.text.split())


def desk(engine: str, directory: Path, url: str, *, settings: bool) -> Desk:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = emulated(url) if settings else {n: v for n, v in emulated(url).items() if n[:9] != "ASSISTAI_"}
    (directory / ".backend").mkdir(parents=True)
    ours = {
        "ASSISTAI_BASE_URL": url,
        "PATH": path,
        "PULUMI_BACKEND_URL": (directory / ".backend").as_uri(),
        "PULUMI_HOME": str(directory / ".home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }
    return Desk(engine, directory, Api(url), environment | ours)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    accounts = [Account(f"{client}-token", client, client.upper()) for client in (*CLIENTS, "floristeria")]
    accounts += [Account("panaderia-new", "panaderia", "PANADERIA"), Account("sandbox-token", "sandbox", "SANDBOX")]
    with Emulator(accounts=accounts, qr_lifetime=0, faults=True) as running:
        yield running


@pytest.fixture
def agency(engine: str, tmp_path: Path, emulator: Emulator) -> Desk:
    """The example, deployed."""
    found = desk(engine, tmp_path / "agencia", emulator.url, settings=False)
    ignored = shutil.ignore_patterns("__pycache__", ".sandbox", "Pulumi.sandbox.yaml")
    shutil.copytree(ROOT / "examples" / "agencia", found.directory, ignore=ignored, dirs_exist_ok=True)
    tokens = [f"  agencia:{client}Token: {client}-token" for client in CLIENTS]
    (found.directory / "Pulumi.dev.yaml").write_text("\n".join(["config:", *tokens, ""]))
    found.start()
    return found


def test_one_client_is_changed_alone(agency: Desk) -> None:
    preview, up = sections(PAGE)[CHANGE][0].content.splitlines()
    for client, file in (("panaderia", "pedidos"), ("clinica", "turnos")):
        agency.edit(f"{client}/{file}.md", "description: ", "description: Hoy. ")
    agency.edit("compartido/cortesia.md", "", "Otra línea.\n")
    shown = agency.sh(preview)
    assert "panaderia-pedidos" in shown
    assert "turnos" not in shown.partition("Outputs:")[0].partition("Diagnostics")[0]
    agency.sh(up)
    assert agency.organizations() == {"PANADERIA"}
    changed = agency.writes()
    assert {(method, organization) for method, _, organization in changed} == {("PATCH", "PANADERIA")}
    assert "POST" not in {method for method, *_ in changed}
    agency.run("up")
    assert {organization for *_, organization in agency.writes()} == {"CLINICA", "TALLER"}


def test_an_agent_moves_to_another_folder(engine: str, tmp_path: Path, emulator: Emulator) -> None:
    moving = desk(engine, tmp_path / "sucursales", emulator.url, settings=True)
    if engine == "pulumi":
        (moving.directory / "Pulumi.yaml").write_text("name: sucursales\nruntime: python\n")
        moving.sh("pulumi stack select --create dev")
    seen = []
    for block in sections(PAGE)[MOVE]:
        if not block.file:
            seen.append(moving.sh(block.content))
            if len(seen) == 1:
                code = moving.agent("SANDBOX", "Citas")["code"]
                moving.api.link(code)
                moving.api.forget_requests()
                before = moving.api.agents()
            continue
        (moving.directory / block.file).parent.mkdir(exist_ok=True)
        if block.file == "sur/citas.md":
            assert "or `moved_from: OLD_FLEET`" in moving.sh("pulumi preview", fails=True)
            moving.api.forget_requests()
        (moving.directory / block.file).write_text(block.content, encoding="utf-8")
    assert "sur-citas keeps the agent of norte-citas if the stack has it" in seen[-1]
    assert moving.api.requests() == []
    assert moving.api.agents() == before


def test_an_agent_is_archived_and_brought_back_with_its_phone(agency: Desk) -> None:
    out, back, failing, on = sections(PAGE)[ARCHIVE]
    assert failing.language == "sh-fails"
    code = agency.agent("PANADERIA", "Pedidos")["code"]
    agency.api.link(code)
    agency.run("refresh")
    agency.sh(out.content)
    path = f"/api/v1/agents/{code}"
    assert agency.writes() == [
        ("DELETE", f"{path}/integrations/whatsappweb", "PANADERIA"),
        ("PATCH", path, "PANADERIA"),
    ]
    archived = agency.agent("PANADERIA", "[archived] Pedidos")
    assert (archived["code"], archived["whatsapp"]) == (code, "disconnected")
    agency.sh(back.content)
    assert f'was archived: {code}; to bring it back declare adopt="{code}"' in agency.sh(failing.content, fails=True)
    assert agency.writes() == []
    agency.edit("panaderia/pedidos.md", "---\n", f"---\nadopt: {code}\n")
    *commands, link, record = on.content.splitlines()
    seen = agency.sh("\n".join(commands))
    assert f"adopts agent {code}" in seen
    assert agency.writes() == [("PATCH", path, "PANADERIA")]
    agency.api.link(code)
    assert f"Pedidos ({code})" in agency.sh(link)
    agency.sh(record)
    assert agency.writes() == []
    returned = agency.agent("PANADERIA", "Pedidos")
    assert (returned["code"], returned["whatsapp"]) == (code, "connected")
    agency.sh("assistai status --provider panaderia" + (" --sandbox" if agency.engine == "embedded" else ""))


def test_the_last_file_of_a_folder_goes(agency: Desk) -> None:
    [block] = sections(PAGE)[EMPTY]
    prepare, touch = block.content.split("touch", 1)
    agency.sh(prepare)
    refused = agency.sh("pulumi preview", fails=True)
    assert "taller: no agent's file, such as ventas.md; to declare an empty fleet, add a file" in refused
    seen = agency.sh(f"touch{touch}")
    assert "taller has no agent's file, so the fleet taller declares no agents" in seen
    code = agency.agent("TALLER", "Citas")["code"]
    assert agency.writes() == [("DELETE", f"/api/v1/agents/{code}/integrations/whatsappweb", "TALLER")]
    assert len(agency.api.agents()) == 12


def test_one_client_gets_a_stack_of_its_own_and_comes_back(agency: Desk) -> None:
    split, back = sections(PAGE)[SPLIT]
    before = agency.api.agents()
    code = agency.agent("PANADERIA", "Pedidos")["code"]
    agency.sh(split.content)
    assert agency.writes() == []
    for name in ("panaderia", "dev"):
        agency.run("preview", "--expect-no-changes", stack=name)
    agency.edit("panaderia/pedidos.md", "description: ", "description: Hoy. ")
    assert "panaderia-pedidos" in agency.run("up", stack="panaderia")
    assert agency.writes() == [("PATCH", f"/api/v1/agents/{code}", "PANADERIA")]
    agency.edit("panaderia/pedidos.md", "description: Hoy. ", "description: ")
    agency.run("up", stack="panaderia")
    agency.api.forget_requests()
    agency.sh(back.content)
    assert agency.writes() == []
    assert agency.api.agents() == before
    agency.run("preview", "--expect-no-changes")


def test_the_token_of_one_client_is_rotated(agency: Desk) -> None:
    [block] = sections(PAGE)[ROTATE]
    *rotate, doctor = block.content.splitlines()
    agency.sh("\n".join(rotate), NEW_TOKEN="panaderia-new")
    assert agency.api.requests() == []
    seen = agency.sh(doctor)
    assert "panaderia: token" in seen
    assert "accepted" in seen
    assert "panaderia-new" not in seen
    assert agency.organizations() == {"PANADERIA"}
    assert agency.writes() == []


def test_a_new_client_comes_from_the_folder_of_another(agency: Desk) -> None:
    copy, line, deploy = sections(PAGE)[NEW]
    agency.sh(copy.content)
    agency.edit("__main__.py", "CLIENTS = (\n", f"CLIENTS = (\n{line.content.removeprefix('+')}")
    seen = agency.sh(deploy.content, NEW_TOKEN="floristeria-token")
    assert "accepted" in seen
    assert agency.organizations() == {"FLORISTERIA"}
    created = [path for method, path, _ in agency.writes() if method == "POST"]
    assert created == ["/api/v1/agents"] * 4
    agency.run("preview", "--expect-no-changes")
