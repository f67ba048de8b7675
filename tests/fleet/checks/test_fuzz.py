"""Whatever files and programs hold, a check ends with findings."""

# ruff: noqa: E501 - the pieces are lists to choose from

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai.fleet.checks import Declaration, Unread, check, declarations, load
from tests.fuzzing import fuzz_settings

PIECES = [
    "---\n", "name: A\n", "name: a\n", "ignore: [secret]\n", "ignore: 5\n", "adopt: X\n", "whatsapp: true\n", "\n", "  ",
    "{{ x }}", "{{ y.z }}", "{{ y + 1 }}", "{% include 'b.md' %}", "{% include '_c.md' %}", "{% include x %}", "{% extends 5 %}",
    "{% if x %}", "{% endif %}", "{# assistai: ignore secret #}", "{# ", "TODO: ", "+58 412 1234567", "contraseña: Canary2026",
    "\ud83d".encode("utf-8", "replace").decode(), "\x00", "ñ",
]  # fmt: skip
PROGRAM = [
    "AgentFleet(", "source=", "fragments=", "variables=", "opts=", '"a"', "Path(__file__)", ".parent", " / ", "{", "}", ": ", ", ",
    ")", "\n", "x", " = ", "for x in y:\n ", "**", "*",
]  # fmt: skip
NAMES = ("a.md", "b.md", "_c.md", "p.py")

HEADS = ["", "---\nname: A\n---\n\n", "---\nname: a\nignore: [secret]\n---\n"]

texts = st.builds(str.__add__, st.sampled_from(HEADS), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@fuzz_settings(80)
@given(st.lists(st.one_of(texts.map(str.encode), st.binary(max_size=30)), min_size=3, max_size=3))
def test_any_files_can_be_checked(contents: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        for name, content in zip(("a.md", "b.md", "_c.md"), contents, strict=True):
            directory.joinpath(name).write_bytes(content)
        variables = {"x": "1", "y": Unread.named("y")}
        fleet = load(Declaration(directory, variables=variables, path=directory / "p.py"))
        findings = check([fleet])
    assert len({finding.path for finding in findings} - {directory, *(directory / name for name in NAMES)}) == 0
    assert "Canary" not in "".join(finding.message for finding in findings if finding.rule == "secret")
    assert bool(fleet.problems) <= any(finding.rule == "refused" for finding in findings)


@fuzz_settings(80)
@given(st.lists(st.sampled_from(PROGRAM), max_size=25).map("".join))
def test_any_program_can_be_read(source: str) -> None:
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        directory.joinpath("__main__.py").write_text(f"AgentFleet\n{source}")
        assert all(isinstance(fleet.source, Path) for fleet in declarations(directory, directory))
