"""Files of a fleet are read whole, or everything that is wrong with them is said at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai import FleetError
from pulumi_assistai.fleet import FrontMatter, Templates, WhatsApp, read_fleet, scan_fleet


def write(directory: Path, **files: str) -> Path:
    for name, content in files.items():
        (directory / f"{name}.md").write_text(content, encoding="utf-8")
    return directory


def problems(directory: Path) -> list[str]:
    with pytest.raises(FleetError) as caught:
        read_fleet(directory)
    return [problem.removeprefix(f"{directory}/") for problem in caught.value.problems]


def test_a_file_is_an_agent(tmp_path: Path) -> None:
    [ventas] = read_fleet(
        write(
            tmp_path,
            ventas=(
                "---\nname: Ventas\ntone: amigable\nwhatsapp:\n  expected_phone_number: '+58 422'\n"
                "on_delete: archive\n---\n\nHola.\n\n---\nAdiós.\n"
            ),
            _horarios="No es un agente.",
        )
    )
    assert ventas.key == "ventas"
    assert {name: (text.source, text.line) for name, text in ventas.texts.items()} == {
        "name": ("Ventas", 2),
        "tone": ("amigable", 3),
        "instructions": ("Hola.\n\n---\nAdiós.", 9),
        "expected_phone_number": ("+58 422", 5),
    }
    assert ventas.front_matter.on_delete == "archive"


def test_a_key_that_yaml_spells_otherwise_has_no_place(tmp_path: Path) -> None:
    [agent] = read_fleet(write(tmp_path, a="---\n? !!str {=: name}\n: Ventas\n---\n"))
    assert (agent.texts["name"].source, agent.texts["name"].line) == ("Ventas", 1)


@pytest.mark.parametrize(
    ("whatsapp", "read"),
    [("true", WhatsApp()), ("false", None), ("{wait_for_connection: 30}", WhatsApp(wait_for_connection=30))],
)
def test_whatsapp_is_yes_no_or_how(tmp_path: Path, whatsapp: str, read: WhatsApp | None) -> None:
    [agent] = read_fleet(write(tmp_path, a=f"---\nname: A\nwhatsapp: {whatsapp}\n---\n"))
    assert agent.front_matter.whatsapp == read
    assert "instructions" not in agent.texts


def test_a_key_takes_the_place_of_the_files_name(tmp_path: Path) -> None:
    assert [file.key for file in read_fleet(write(tmp_path, b="---\nname: B\nkey: ventas\n---\n"))] == ["ventas"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Hola.", ["a.md:1:1: the file must begin with front matter: ---, name: NAME, ---"]),
        ("---\nname: A\n", ["a.md:1:1: the front matter has no end: write --- on a line below its last key"]),
        (
            "---\nname: A\ntone: Tono: serio\n---\n",
            ["a.md:3:11: mapping values are not allowed here; put a text that contains a colon in quotes"],
        ),
        ("---\n---\nHola.", ["a.md:1:1: name is missing"]),
        ("---\n- name\n---\n", ["a.md:2:1: the front matter must be lines like name: NAME"]),
        ("---\nname: A\ntono: b\n---\n", ["a.md:3:1: unknown key tono; did you mean tone?"]),
        ("---\nname: A\nxyz: b\n---\n", ["a.md:3:1: unknown key xyz"]),
        (
            "---\nname: 123\ntone: true\n---\n",
            ["a.md:2:7: name: Input should be a valid string", "a.md:3:7: tone: Input should be a valid string"],
        ),
        ("---\nname: A\nname: B\n---\n", ["a.md:3:1: duplicate key name"]),
        ("---\nname: [A\n---\n", ["a.md:3:1: expected ',' or ']', but got '<stream end>'"]),
        ("---\nname: A\non_delete: remove\n---\n", ["a.md:3:12: on_delete: Input should be 'retain' or 'archive'"]),
        (
            "---\nname: A\nwhatsapp: yes\n---\n",
            ["a.md:3:11: whatsapp: must be true, false, or expected_phone_number and wait_for_connection"],
        ),
        (
            "---\nname: A\nwhatsapp:\n  phone: 1\n---\n",
            ["a.md:4:3: unknown key whatsapp.phone"],
        ),
        (
            "---\nname: A\nkey: a::b\n---\n",
            ["a.md:3:6: key: must not contain :: or /, because it becomes part of a resource's name"],
        ),
        ("---\nname: ' A'\n---\n", ["a.md:2:7: name: must not begin or end with blanks"]),
        ("---\nname: A\ndescription:\n---\n", ["a.md:3:13: description: Input should be a valid string"]),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert problems(write(tmp_path, a=content)) == expected


def test_everything_wrong_in_all_files_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, a="---\nnam: A\n---\n", b="---\nname: B\n---\n", c="Hola")
    assert problems(tmp_path) == [
        "a.md:1:1: name is missing",
        "a.md:2:1: unknown key nam; did you mean name?",
        "c.md:1:1: the file must begin with front matter: ---, name: NAME, ---",
    ]


def test_what_is_wrong_with_some_files_hides_none_of_the_others(tmp_path: Path) -> None:
    write(tmp_path, a="Hola", b="---\nname: B\n---\n", c="---\nname: C\nkey: b\n---\n", d="---\nname: D\n---\n")
    files, said = scan_fleet(tmp_path)
    assert [file.key for file in files] == ["b", "b", "d"]
    assert [problem.removeprefix(f"{tmp_path}/").split(":")[0] for problem in said] == ["a.md", "c.md"]


@pytest.mark.parametrize(
    "name", [".borrador.md", "._ventas.md", "ventas.md~", "#ventas.md#", ".DS_Store", "_pie.md", ".md"]
)
def test_leftovers_of_editors_and_systems_are_no_agents(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\x05\xff")
    (tmp_path / ".#ventas.md").symlink_to("ana@maquina.1234")
    assert [file.key for file in read_fleet(write(tmp_path, ventas="---\nname: A\n---\n"))] == ["ventas"]


@pytest.mark.parametrize("name", ["a::b.md", b"a\xf1.md"])
def test_a_files_name_that_can_be_no_key_is_said(tmp_path: Path, name: str | bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_text("---\nname: A\n---\n")
    [problem] = problems(tmp_path)
    assert problem.endswith("; rename it, or add key: KEY")
    path.write_text("---\nname: A\nkey: b\n---\n")
    assert [file.key for file in read_fleet(tmp_path)] == ["b"]


def test_a_folder_and_a_fifo_are_no_agents_files(tmp_path: Path) -> None:
    (tmp_path / "a.md").mkdir()
    os.mkfifo(tmp_path / "b.md")
    assert problems(tmp_path) == ["a.md: is not a regular file", "b.md: is not a regular file"]


def test_two_files_with_one_key(tmp_path: Path) -> None:
    write(tmp_path, a="---\nname: A\nkey: b\n---\n", b="---\nname: B\n---\n")
    assert problems(tmp_path) == [f"b.md: {tmp_path}/a.md has the same key b"]


def test_no_directory_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="nowhere: no such directory"):
        read_fleet(tmp_path / "nowhere")
    with pytest.raises(FleetError, match=r"no agent's file, such as ventas\.md"):
        read_fleet(tmp_path)


TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="{}"), min_size=1).filter(
    lambda text: text == text.strip()
)


@given(name=TEXTS, description=TEXTS)
def test_any_text_survives_the_way_through_a_file(
    tmp_path_factory: pytest.TempPathFactory, name: str, description: str
) -> None:
    directory = tmp_path_factory.mktemp("fleet")
    head = yaml.safe_dump({"name": name, "description": description}, allow_unicode=True)
    [agent] = read_fleet(write(directory, a=f"---\n{head}---\n{description}"))
    templates = Templates([directory])
    assert templates.render(agent.texts["name"], {}) == name
    assert templates.render(agent.texts["description"], {}) == description


def test_the_schema_is_the_models() -> None:
    from pulumi_assistai.fleet import json_schema  # noqa: PLC0415

    schema = json_schema()
    assert set(schema["properties"]) == set(FrontMatter.model_fields)
    assert schema["required"] == ["name"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["on_delete"]["enum"] == ["retain", "archive"]
