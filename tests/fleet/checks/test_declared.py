"""The fleets of a program are read from its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_assistai.fleet.checks import Declaration, Unread, declarations
from tests.fleet.checks.trees import agent, write

FLEET = "import pulumi_assistai as assistai\nfrom pathlib import Path\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def declared(program: str, directory: Path = Path()) -> list[Declaration]:
    write(directory, {"__main__.py": FLEET + program})
    return declarations(Path(), directory)


@pytest.mark.parametrize(
    "source",
    [
        '"agents"',
        'Path("agents")',
        'Path(__file__).parent / "agents"',
        'Path(__file__).resolve().parent / "agents"',
        'Path(__file__).with_name("agents")',
        "HERE / NAME",
    ],
)
def test_a_folder_that_is_named_is_a_fleet(here: Path, source: str) -> None:  # noqa: ARG001 - it is the current folder
    constants = 'HERE = Path(__file__).parent\nNAME = "agents"\n'
    [fleet] = declared(f'{constants}assistai.AgentFleet("f", source={source}, fragments="shared")\n')
    assert (fleet.source, fleet.fragments) == (Path("agents"), Path("shared"))
    assert (fleet.path, fleet.line, fleet.organization) == (Path("__main__.py"), 5, "")


@pytest.mark.parametrize(
    "source",
    [
        "name()",
        "5",
        'Path("a", "b")',
        "Path(5)",
        'name / "a"',
        '"a".parent',
        '"a" / "b"',
        "SELF",
        "TWICE",
        "{**other}",
        "Path(*names)",
    ],
)
def test_where_it_is_worked_out_every_folder_with_agents_is_one(here: Path, source: str) -> None:
    files = {f"{name}/a.md": agent() for name in ("uno", "dos", "node_modules", ".git", "venv", "env", "otro/sub")}
    write(
        here, {**files, "env/pyvenv.cfg": "", "otro/Pulumi.yaml": "", "docs/a.md": "---\nlayout: page\n---\nname: x\n"}
    )
    (here / "docs" / "b.md").write_bytes(b"\xff")
    (here / "liga").symlink_to(here / "uno")
    first, second = declared(
        "SELF = SELF\nTWICE = 'a'\nTWICE = 'b'\n"
        'assistai.AgentFleet("a", source="dos", opts=opts)\n'
        f'assistai.AgentFleet("b", source={source}, fragments=F, variables={{"x": 1}})\n'
        'assistai.AgentFleet("c", source=other, fragments="shared", variables={"y": y})\n'
    )
    assert (first.source, first.organization, first.variables) == (Path("dos"), "opts", {})
    assert (second.source, second.organization, second.fragments) == (Path("uno"), None, Path("shared"))
    assert second.variables == {"x": 1, "y": "{{ y }}"}


def test_variables_are_read_where_they_are_written_out(here: Path) -> None:  # noqa: ARG001
    program = (
        'CITY = "Bogotá"\n'
        'VARIABLES = {"ciudad": CITY, "lista": [1, "dos"], "mapa": {"a": 1}, "clave": config["x"], **more}\n'
        'AgentFleet("a", source="a", variables=VARIABLES)\nAgentFleet("b", source="b", variables=read())\n'
    )
    first, second = declared(program)
    assert first.variables == {"ciudad": "Bogotá", "lista": [1, "dos"], "mapa": {"a": 1}, "clave": "{{ clave }}"}
    assert [name for name, value in first.variables.items() if isinstance(value, Unread)] == ["clave"]
    assert second.variables == {}


def test_a_program_can_have_modules_and_be_one(here: Path) -> None:
    call = 'assistai.AgentFleet("f", source="agents")\n'
    files = dict.fromkeys(("lib/fleets.py", "tests/a.py", "test_a.py", "conftest.py", "app.py"), call)
    write(here, {f"program/{name}": content for name, content in files.items()})
    write(here, {"program/broken.py": "AgentFleet(", "program/other.py": "x = 1\n"})
    assert [str(fleet.path) for fleet in declarations(Path(), Path("program"))] == [
        "program/app.py",
        "program/lib/fleets.py",
    ]
    [fleet] = declarations(Path(), Path("program/app.py"))
    assert fleet.source == Path("program/agents")


def test_a_place_elsewhere_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    write(tmp_path, {"__main__.py": FLEET + 'AgentFleet("f", source="agents")\n'})
    [fleet] = declarations(tmp_path, tmp_path)
    assert fleet.source == tmp_path / "agents"
