"""`assistai check`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pulumi_assistai.fleet.checks import RULES, Declaration, check, load
from pulumi_assistai.resources.fleets import _declarations
from tests.cli.conftest import Assistai
from tests.fleet.checks.trees import agent, write
from tests.test_docs import blocks
from tests.waiting import DEADLINE

ROOT = Path(__file__).parents[3]
PROGRAM = (
    'import pulumi_assistai as assistai\nassistai.AgentFleet("f", source="agents", variables={"empresa": "Acme"})\n'
)
PROJECT = {"Pulumi.yaml": "name: trial\nruntime: python\n", "__main__.py": PROGRAM}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_project_without_mistakes(here: Path, assistai: Assistai) -> None:
    write(here, {**PROJECT, "agents/a.md": agent("{{ empresa }}")})
    run = assistai("check")
    assert (run.status, run.out, run.err) == (0, "1 file of 1 fleet: no problems\n", "")


def test_mistakes_are_printed_with_file_and_line(here: Path, assistai: Assistai) -> None:
    write(here, {**PROJECT, "agents/a.md": agent("FIXME"), "agents/b.md": agent("TBD", name="B")})
    run = assistai("check")
    assert run.status == 1
    assert run.out.splitlines() == [
        "__main__.py:2: no agent uses the variable empresa [unused-variable]",
        "agents/a.md:5: placeholder for a text that is not written yet: FIXME [placeholder]",
        "agents/b.md:5: placeholder for a text that is not written yet: TBD [placeholder]",
        "2 files of 1 fleet: 3 problems",
    ]
    assert assistai("check", "--ignore", "placeholder", "--ignore", "unused-variable").status == 0


def test_refused_files_count(here: Path, assistai: Assistai) -> None:
    write(
        here,
        {
            **PROJECT,
            "agents/a.md": "Vende.",
            "agents/b.md": "---\ntono: x\n---\n",
            "agents/c.md": agent("{{ empresa }}"),
        },
    )
    assert assistai("check").lines[-1] == "3 files of 1 fleet: 3 problems"
    assert json.loads(assistai("check", "--json").out)["files"] == 3


def test_programs_get_a_document(here: Path, assistai: Assistai) -> None:
    write(here, {**PROJECT, "agents/a.md": agent("{{ empresa }} FIXME")})
    run = assistai("check", "--json")
    assert (run.status, json.loads(run.out)) == (
        1,
        {
            "findings": [
                {
                    "path": "agents/a.md",
                    "line": 5,
                    "rule": "placeholder",
                    "message": "placeholder for a text that is not written yet: FIXME",
                }
            ],
            "fleets": ["agents"],
            "files": 1,
        },
    )


def test_control_characters_of_a_file_are_spelled_out(here: Path, assistai: Assistai) -> None:
    write(here, {"a.md": agent("{{ x }}"), "b.md": agent(name='"V\\e[31m"'), "c.md": agent(name='"V\\e[31m"')})
    run = assistai("check")
    assert run.status == 1
    assert "\\x1b[31m" in run.out
    assert "\x1b" not in run.out


def test_the_rules_are_listed(assistai: Assistai) -> None:
    run = assistai("check", "--rules")
    assert run.lines == [f"{rule.name} {rule.description}" for rule in RULES]
    listed = json.loads(assistai("check", "--rules", "--json").out)
    assert listed == [{"name": rule.name, "description": rule.description} for rule in RULES]


def test_the_documentation_has_every_rule() -> None:
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip(" `") for line in page.splitlines() if line.startswith("| `")]
    assert [name for name in rows if name in {rule.name for rule in RULES}] == [rule.name for rule in RULES]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no"], "no: no such file or folder"),
        (["."], ".: no fleet found: no Pulumi.yaml, and no Markdown file that begins with ---, name: NAME, ---"),
        (["--ignore", "secrets"], "--ignore secrets: there is no rule secrets; did you mean secret?"),
        (
            ["--ignore", "refused"],
            "--ignore refused: the program would fail all the same; correct what the rule reports",
        ),
        (["--var", "empresa"], "--var empresa: use --var NAME=VALUE"),
        (["--fragments", "no"], "--fragments no: no such folder"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_cannot_be_used_is_said(assistai: Assistai, arguments: list[str], said: str) -> None:
    run = assistai("check", *arguments)
    assert (run.status, run.err) == (1, f"error: {said}\n")


def test_a_project_without_fleets_has_nothing_to_check(here: Path, assistai: Assistai) -> None:
    write(here, {"Pulumi.yaml": PROJECT["Pulumi.yaml"], "README.md": "Hola.  \n"})
    for arguments in ([], ["README.md"]):
        run = assistai("check", *arguments)
        assert (run.status, run.out) == (0, "no fleet found: nothing was checked\n")


def test_a_folder_of_agents_needs_no_project(here: Path, assistai: Assistai) -> None:
    write(
        here,
        {"uno/a.md": agent('{{ n + 1 }} {% include "pie.md" %}'), "dos/b.md": agent("{{ t }}"), "shared/pie.md": "x"},
    )
    run = assistai("check", "uno", "dos", "--fragments", "shared", "--var", "n=2", "--var", "t=1.10")
    assert (run.status, run.out) == (0, "3 files of 2 fleets: no problems\n")
    assert assistai("check").status == 1


def test_the_command_line_wins_over_the_program(here: Path, assistai: Assistai) -> None:
    body = '{{ empresa }} {{ "largo" if empresa | length > 5 }} {{ 1 / (empresa | length - 5) }}'
    write(here, {**PROJECT, "agents/a.md": agent(body)})
    assert assistai("check").status == 0
    run = assistai("check", "--var", "empresa=Cinco")
    assert run.lines[0] == "agents/a.md:5: division by zero [refused]"


def test_files_stand_for_their_fleets(here: Path, assistai: Assistai) -> None:
    program = "".join(
        f'assistai.AgentFleet("{name}", source="{name}", fragments="shared", variables={{"x": 1}})\n'
        for name in ("uno", "dos")
    )
    include = '{{ x }}{% include "pie.md" %}'
    write(
        here,
        {
            **PROJECT,
            "__main__.py": program,
            "uno/a.md": agent("{{ x }}"),
            "dos/b.md": agent(f"TBD{include}", name="ventas"),
            "shared/pie.md": "Gracias.",
            "docs/c.md": agent("FIXME"),
        },
    )
    assert assistai("check", "uno/a.md", "docs/c.md", "__main__.py").lines == [
        'uno/a.md:2: "Ventas" differs from "ventas" only in case, accents or signs [similar-name]',
        "2 files of 1 fleet: 1 problem",
    ]
    similar = 'dos/b.md:2: "ventas" differs from "Ventas" only in case, accents or signs [similar-name]'
    for path in ("dos/b.md", "dos"):
        assert assistai("check", path).lines[0] == similar
    assert assistai("check", "shared/pie.md").lines[-1] == "3 files of 2 fleets: 2 problems"
    assert assistai("check", "shared/pie.md", "uno").lines[-1] == "3 files of 2 fleets: 2 problems"


def test_a_file_without_a_project_stands_for_its_folder(here: Path, assistai: Assistai) -> None:
    write(here, {"a.md": agent("FIXME"), "docs/README.md": "FIXME"})
    assert assistai("check", "docs/README.md").out.startswith("no fleet")
    assert assistai("check", "a.md").lines[-1] == "1 file of 1 fleet: 1 problem"


@pytest.mark.parametrize(
    ("folder", "looked_at"),
    [
        ("examples", "15 files of 3 fleets: no problems"),
        ("examples/agencia", "15 files of 3 fleets: no problems"),
        ("examples/fleet", "no fleet found: nothing was checked"),
        ("templates", "9 files of 3 fleets: no problems"),
    ],
)
def test_nothing_is_found_on_the_examples(assistai: Assistai, folder: str, looked_at: str) -> None:
    run = assistai("check", ROOT / folder)
    assert (run.status, run.out) == (0, f"{looked_at}\n")


def test_a_project_in_another_language_declares_no_fleet(here: Path, assistai: Assistai) -> None:
    write(here, {"Pulumi.yaml": "name: trial\nruntime: yaml\n", "a.md": "Hola.  \n"})
    assert assistai("check", "a.md").out == "no fleet found: nothing was checked\n"


def test_nothing_heavy_is_imported_and_no_network_asked(here: Path) -> None:
    write(here, {**PROJECT, "agents/a.md": agent("{{ empresa }}")})
    script = (
        "import sys\nfrom pulumi_assistai import cli\n"
        "sys.addaudithook(lambda event, _: event.startswith('socket.') and sys.exit(event))\n"
        "sys.argv = ['assistai', 'check']\n"
        "try: cli.main()\nexcept SystemExit as exit: assert not exit.code, exit.code\n"
        "heavy = {'pulumi', 'httpx', 'phonenumbers', 'fastapi', 'uvicorn', 'grpc', 'cryptography'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=DEADLINE, check=True, cwd=here
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_commands_of_the_documentation_work_on_its_fleet(here: Path, assistai: Assistai) -> None:
    commands = [content for _, language, content in blocks("docs/check.md") if language == "sh"]
    [file] = [content for name, _, content in blocks("docs/fleets.md") if "Eres Valeria" in content]
    program = next(content for _, language, content in blocks("docs/fleets.md") if language == "python")
    files = {"agents/ventas.md": file, "agents/_horario.md": "Hasta las {{ cierre }}.\n"}
    write(here, {"Pulumi.yaml": PROJECT["Pulumi.yaml"], "__main__.py": program, **files})
    runs = [assistai(*command.split()[1:]) for command in commands]
    assert [(run.status, run.out.splitlines()[-1]) for run in runs] == [
        (0, "2 files of 1 fleet: no problems"),
        (0, "Hasta las 18:00."),
        (0, "agents/ventas.md"),
    ]


def _calls(work: Callable[[], Any]) -> int:
    """Return how many functions of Python are called: the same work makes the same number, on any machine."""
    count = 0

    def profile(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _fleet(folder: Path, files: int) -> Path:
    body = '{{ empresa }}\n{% include "_pie.md" %}\n' + "Atiende con calma.\n" * 50
    agents = {f"{number}.md": agent(body, name=f"Agente {number}") for number in range(files)}
    write(folder, {**agents, "_pie.md": "Gracias."})
    return folder


def test_checking_takes_less_than_declaring_and_grows_with_the_files(tmp_path: Path) -> None:
    variables = {"empresa": "Acme"}

    def checking(folder: Path) -> int:
        return _calls(lambda: check([load(Declaration(folder, variables=variables, path=folder / "p.py"))]))

    few, many = (_fleet(tmp_path / str(files), files) for files in (50, 100))
    checking(few)
    declared = _calls(lambda: _declarations(few, variables, None))
    checked = checking(few)
    assert checked < declared
    assert checking(many) < 2.1 * checked


def test_the_hook_is_shipped(here: Path) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["language"], hook["types"]) == ("assistai-check", "python", ["markdown"])
    write(here, {**PROJECT, "agents/a.md": agent("{{ empresa }} FIXME"), "README.md": "Hola."})
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=here, check=True, timeout=DEADLINE)
    local = {**hook, "language": "system", "entry": f"{Path(sys.executable).parent}/{hook['entry']}"}
    del local["additional_dependencies"]
    write(here, {".pre-commit-config.yaml": yaml.safe_dump({"repos": [{"repo": "local", "hooks": [local]}]})})
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(here), "PRE_COMMIT_HOME": str(here / ".cache")}
    done = subprocess.run(
        command, cwd=here, env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert done.returncode == 1
    assert "agents/a.md:5: placeholder for a text that is not written yet: FIXME [placeholder]" in done.stdout
