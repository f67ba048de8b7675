"""`assistai sandbox` on a small project, as a user types it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai import cli
from pulumi_assistai.text import json_text, visible
from tests.cli.conftest import Assistai, Run
from tests.waiting import DEADLINE

PROVIDER = """
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult


class NoteProvider(ResourceProvider):
    def diff(self, _id, olds, news):
        return DiffResult(changes=olds["text"] != news["text"])

    def create(self, props):
        if props["text"] == "refused":
            raise ValueError("this text is refused")
        return CreateResult("N-1", props)

    def update(self, _id, _olds, news):
        return UpdateResult(news)


class Note(Resource):
    def __init__(self, name, text):
        super().__init__(NoteProvider(), name, {"text": text})
"""
PROGRAM = """
import os
import pulumi
from notes import Note

note = Note("greeting", TEXT)
pulumi.export("text", note.text if hasattr(note, "text") else TEXT)
pulumi.export("secret", pulumi.Output.secret("hunter2"))
for name in ("BASE_URL", "API_TOKEN", "TENANT_DOMAIN", "ORGANIZATION_CODE"):
    pulumi.export(name, os.environ.get(f"ASSISTAI_{name}", ""))
"""
VARIABLES = ("ASSISTAI_BASE_URL", "ASSISTAI_API_TOKEN", "ASSISTAI_TENANT_DOMAIN", "ASSISTAI_ORGANIZATION_CODE")
FOOTER = "The sandbox is for trying and testing; in production use the Pulumi CLI."


class Terminal(io.StringIO):
    """Standard input that is a terminal at which an answer is typed."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "test")
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: notes\nruntime: python\n", encoding="utf-8")
    (tmp_path / "notes.py").write_text(PROVIDER, encoding="utf-8")
    write(tmp_path, "hello")
    return tmp_path


def write(project: Path, text: str) -> None:
    (project / "__main__.py").write_text(PROGRAM.replace("TEXT", repr(text)), encoding="utf-8")


def outputs(assistai: Assistai, project: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(assistai("sandbox", "output", "-C", project, "--json").out)
    return document


def test_the_version_is_shown(assistai: Assistai) -> None:
    run = assistai("--version")
    assert (run.status, run.out.count(".")) == (0, 2)


def test_without_its_extra_the_command_says_how_to_get_it(assistai: Assistai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    message = "assistai needs its command line extra: pip install 'pulumi-assistai[cli]'\n"
    assert assistai("sandbox") == Run(1, "", message)


def test_the_whole_life_of_a_stack(assistai: Assistai, project: Path) -> None:
    preview = assistai("sandbox", "preview", "-C", project)
    assert (preview.status, preview.out.splitlines()[0]) == (0, "Previewing update (dev):")
    assert "greeting create\n" in preview.out
    assert "    + 2 to create\n" in preview.out

    up = assistai("sandbox", "up", "-C", project, "--yes")
    assert "greeting created (" in up.out
    assert "    + 2 created\n" in up.out
    assert up.err.endswith(f"{FOOTER}\n")

    write(project, "hello\nworld")
    diff = assistai("sandbox", "preview", "-C", project, "--diff")
    assert "      ~ text: \n            hello\n          + world\n" in diff.out
    assert "greeting updated" in assistai("sandbox", "up", "-C", project, "-y", "--parallel", "2").out

    refresh = assistai("sandbox", "refresh", "-C", project, "--yes", "--expect-no-changes")
    assert (refresh.status, refresh.out.splitlines()[0]) == (0, "Refreshing (dev):")
    assert assistai("sandbox", "up", "-C", project, "--yes", "--refresh", "--expect-no-changes").status == 0

    destroy = assistai("sandbox", "destroy", "-C", project, "--yes")
    assert (destroy.status, destroy.out.splitlines()[0]) == (0, "Destroying (dev):")
    assert "    - 2 deleted\n" in destroy.out


def test_expected_no_changes_are_checked(assistai: Assistai, project: Path) -> None:
    preview = assistai("sandbox", "preview", "-C", project, "--expect-no-changes")
    assert preview.status == 1
    assert preview.err.endswith("error: no changes were expected but changes were proposed\n")
    up = assistai("sandbox", "up", "-C", project, "--yes", "--expect-no-changes")
    assert up.status == 1
    assert up.err.endswith("error: no changes were expected but changes occurred\n")
    assert assistai("sandbox", "preview", "-C", project, "--expect-no-changes").status == 0


@pytest.mark.parametrize("verb", ["up", "refresh", "destroy"])
def test_nothing_is_done_unasked(assistai: Assistai, project: Path, verb: str) -> None:
    run = assistai("sandbox", verb, "-C", project)
    assert (run.status, run.out) == (1, "")
    assert run.err.endswith("error: --yes must be passed to proceed when not on a terminal\n")


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 1)])
def test_on_a_terminal_the_preview_comes_before_the_question(
    assistai: Assistai, project: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    run = assistai("sandbox", "up", "-C", project)
    assert run.status == status
    assert run.out.index("Previewing update (dev):") < run.out.index("Do you want to perform this update?")
    assert ("Updating (dev):" in run.out) is (status == 0)


def test_an_emulator_serves_a_program_without_a_base_url(
    assistai: Assistai, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "the-real-token")
    run = assistai("sandbox", "up", "-C", project, "--yes")
    seen = outputs(assistai, project)
    account = {"API_TOKEN": "sandbox-token", "TENANT_DOMAIN": "sandbox", "ORGANIZATION_CODE": "SANDBOX"}
    assert {key: seen[key] for key in account} == account
    assert seen["BASE_URL"].startswith("http://127.0.0.1:")
    assert f"using an emulator at {seen['BASE_URL']}, data in {project / '.sandbox' / 'emulator.db'}" in run.err
    assert "ignored: ASSISTAI_API_TOKEN" in run.err
    assert (project / ".sandbox" / "emulator.db").exists()


def test_a_base_url_of_the_environment_is_used(
    assistai: Assistai, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTAI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "the-real-token")
    run = assistai("sandbox", "up", "-C", project, "--yes")
    seen = outputs(assistai, project)
    assert (seen["BASE_URL"], seen["API_TOKEN"]) == ("http://127.0.0.1:9", "the-real-token")
    assert run.err == f"{FOOTER}\n"
    assert not (project / ".sandbox" / "emulator.db").exists()


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.dev.yaml"])
def test_a_base_url_of_the_stack_configuration_is_used(assistai: Assistai, project: Path, file: str) -> None:
    with (project / file).open("a", encoding="utf-8") as configuration:
        configuration.write("config:\n  assistai:baseUrl: http://127.0.0.1:9\n")
    run = assistai("sandbox", "up", "-C", project, "--yes")
    assert run.err == f"{FOOTER}\n"
    assert outputs(assistai, project)["BASE_URL"] == ""


def test_json_is_one_document_without_secrets(assistai: Assistai, project: Path) -> None:
    document = json.loads(assistai("sandbox", "preview", "-C", project, "--json").out)
    assert (document["verb"], document["succeeded"], document["changeSummary"]) == ("preview", True, {"create": 2})
    [step] = [step for step in document["steps"] if step["urn"].endswith("::greeting")]
    assert (step["op"], step["oldInputs"], step["newInputs"]) == ("create", None, {"text": "hello"})
    run = assistai("sandbox", "up", "-C", project, "--yes", "--json")
    assert json.loads(run.out)["outputs"]["secret"] == "[secret]"
    assert "hunter2" not in run.out
    assert "__provider" not in run.out


def test_json_cannot_ask(assistai: Assistai, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    run = assistai("sandbox", "up", "-C", project, "--json")
    assert run.err.endswith("error: --yes must be passed to proceed with --json\n")


def test_a_failure_exits_with_1_and_shows_no_traceback(assistai: Assistai, project: Path) -> None:
    write(project, "refused")
    run = assistai("sandbox", "up", "-C", project, "--yes")
    assert run.status == 1
    assert "greeting **creating failed** error: this text is refused\n" in run.out
    assert "Traceback" not in run.out.partition("Diagnostics:")[0] + run.err


def test_a_folder_without_a_project_is_one_line(assistai: Assistai, tmp_path: Path) -> None:
    run = assistai("sandbox", "preview", "-C", tmp_path)
    assert (run.status, run.out) == (1, "")
    assert run.err.startswith("error: ")
    assert run.err.count("\n") == 1
    assert "Pulumi.yaml" in run.err


def test_json_has_neither_control_characters_nor_other_directions(assistai: Assistai, project: Path) -> None:
    text = "a\u202eb\x9bc\x1bd\x7fñ"
    write(project, text)
    assistai("sandbox", "up", "-C", project, "--yes")
    arguments = [
        "preview --json",
        "up --yes --json",
        "refresh --yes --json",
        "output --json",
        "output text --json",
        "export",
    ]
    for line in [*arguments, "destroy --yes --json"]:
        out = assistai("sandbox", *line.split(), "-C", project).out
        assert visible(out, keep="\n") == out
        assert json_text(text) in out or line.startswith("destroy")
        assert "ñ" in out or line.startswith("destroy")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("line", ["preview", "preview --json", "export", "output"])
def test_output_that_finds_no_room_is_one_line(project: Path, line: str) -> None:
    command = [sys.executable, "-c", "from pulumi_assistai.cli import main; main()", "sandbox", *line.split()]
    # With a base URL no emulator tells where it runs.
    environment = {**os.environ, "ASSISTAI_BASE_URL": "http://127.0.0.1:9"}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            cwd=project,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    message = "error: cannot write the output: No space left on device; make room and run the command again\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_json_does_not_show_a_hidden_difference(assistai: Assistai, project: Path) -> None:
    notes = project / "notes.py"
    hidden = 'name, {"text": text}, pulumi.ResourceOptions(hide_diffs=["text"]))'
    notes.write_text("import pulumi\n" + PROVIDER.replace('name, {"text": text})', hidden), encoding="utf-8")
    program = project / "__main__.py"
    program.write_text('from notes import Note\nNote("greeting", "old prompt")\n', encoding="utf-8")
    assistai("sandbox", "up", "-C", project, "--yes")
    program.write_text('from notes import Note\nNote("greeting", "new prompt")\n', encoding="utf-8")
    out = assistai("sandbox", "preview", "-C", project, "--json").out
    [step] = [step for step in json.loads(out)["steps"] if step["urn"].endswith("::greeting")]
    assert (step["op"], step["oldInputs"], step["newInputs"]) == ("update", {"text": "[hidden]"}, {"text": "[hidden]"})
    assert "prompt" not in out


def test_outputs_are_shown_as_a_table_or_alone(assistai: Assistai, project: Path) -> None:
    assistai("sandbox", "up", "-C", project, "--yes")
    table = assistai("sandbox", "output", "-C", project).out
    assert table.startswith("Current stack outputs (6):\n    OUTPUT             VALUE\n")
    assert "    text               hello\n" in table
    assert "    secret             [secret]\n" in table
    assert assistai("sandbox", "output", "text", "-C", project).out == "hello\n"
    assert assistai("sandbox", "output", "secret", "-C", project, "--show-secrets").out == "hunter2\n"
    assert assistai("sandbox", "output", "text", "-C", project, "--json").out == '"hello"\n'
    missing = assistai("sandbox", "output", "missing", "-C", project)
    assert missing == Run(1, "", "error: current stack does not have output property 'missing'\n")


def test_a_stack_without_outputs_says_so(assistai: Assistai, project: Path) -> None:
    assert "No output values currently in this stack" in assistai("sandbox", "output", "-C", project).out


def test_an_exported_state_can_be_imported(assistai: Assistai, project: Path, tmp_path: Path) -> None:
    assistai("sandbox", "up", "-C", project, "--yes")
    before = assistai("sandbox", "export", "-C", project)
    exported = tmp_path / "exported.json"
    assert assistai("sandbox", "export", "-C", project, "--file", exported) == Run(0, "", "")
    assert json.loads(exported.read_text()) == json.loads(before.out)
    assistai("sandbox", "destroy", "-C", project, "--yes")
    imported = assistai("sandbox", "import", exported, "-C", project)
    assert imported.out == f"Imported the exported state {exported} into stack dev.\n"
    assert assistai("sandbox", "export", "-C", project) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"resources": []}', 'is neither an exported state (no "deployment")'),
        ("[]", 'is neither an exported state (no "deployment")'),
        ("{", "is not a JSON file"),
        (None, "No such file or directory"),
    ],
)
def test_any_other_file_is_refused_by_name(
    assistai: Assistai, project: Path, content: str | None, message: str
) -> None:
    file = project / "other.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    run = assistai("sandbox", "import", file, "-C", project)
    assert run.status == 1
    assert str(file) in run.err
    assert message in run.err
