"""A file is read with the place of everything in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pulumi_assistai import FleetError
from pulumi_assistai.fleet.documents import Document, read_document
from pulumi_assistai.fleet.front_matter import WhatsApp

NO_FRONT_MATTER = "1:1: the file must begin with front matter: ---, name: NAME, ---"


def read(directory: Path, content: str | bytes) -> Document:
    path = directory / "a.md"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(path)


def problem(directory: Path, content: str | bytes) -> str:
    with pytest.raises(FleetError) as caught:
        read(directory, content)
    [said] = caught.value.problems
    assert caught.value.__cause__ is None
    return said.removeprefix(f"{directory}/a.md:")


def test_every_text_has_its_line(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "---\nname: Ventas\n\ntone: >\n  amigable\nwhatsapp:\n  expected_phone_number: '1'\n---\n\n\n\nHola.\n\nYa.\n",
    )
    assert document.path == tmp_path / "a.md"
    assert (document.front_matter.name, document.front_matter.tone) == ("Ventas", "amigable\n")
    assert document.front_matter.whatsapp == WhatsApp(expected_phone_number="1")
    assert (document.body, document.body_line) == ("Hola.\n\nYa.", 12)
    assert {name: line for name, line in document.lines.items() if not name.endswith(".")} == {
        "name": 2,
        "tone": 4,
        "whatsapp": 7,
        "whatsapp.expected_phone_number": 7,
    }


@pytest.mark.parametrize(
    ("content", "body", "line"),
    [
        ("---\nname: A\n---\nHola.", "Hola.", 4),
        ("---\nname: A\n---\n  Hola.", "Hola.", 4),
        ("---\r\nname: A\r\n---\r\n\r\nHola.\r\n", "Hola.", 5),
        ("\ufeff---\nname: A\n---\nHola.", "Hola.", 4),
        ("---\nname: A\n---\n", "", 4),
        ("---\nname: A\n---", "", 3),
    ],
)
def test_the_body_begins_where_its_first_word_is(tmp_path: Path, content: str, body: str, line: int) -> None:
    document = read(tmp_path, content)
    assert document.body == body
    assert not body or document.body_line == line


@pytest.mark.parametrize("content", ["", "Hola.", "---\nname: A\n", "--\nname: A\n--\n", "--- name: A"])
def test_a_file_begins_with_front_matter(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content) == NO_FRONT_MATTER


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    assert problem(tmp_path, b"---\nname: Se\xf1or\n---\n") == " is not UTF-8"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FleetError) as caught:
        read_document(tmp_path)
    assert caught.value.problems == (f"{tmp_path}: cannot be read: {os.strerror(21)}",)
    with pytest.raises(FleetError) as caught:
        read_document(tmp_path / "b.md")
    assert caught.value.problems == (f"{tmp_path}/b.md: cannot be read: {os.strerror(2)}",)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("name: [A", "3:1: expected ',' or ']', but got '<stream end>'"),
        ("name: 'A", "3:1: found unexpected end of stream"),
        ("name: a: b", "2:8: mapping values are not allowed here"),
        ("name: A\nname: B", "3:1: name is there twice"),
        ("whatsapp:\n  x: 1\n  x: 2", "4:3: whatsapp.x is there twice"),
        ("- name", "2:1: the front matter must be lines like name: NAME"),
        ("just words", "2:1: the front matter must be lines like name: NAME"),
        ("? [a, b]\n: c", "2:3: found unhashable key"),
        ("name: !!python/none", "2:7: could not determine a constructor for the tag"),
        ("name: &a A\ntone: *b", "3:7: found undefined alias 'b'"),
        ("", "1:1: name is missing"),
        ("# nothing", "1:1: name is missing"),
    ],
)
def test_what_is_no_front_matter_is_said_with_its_place(tmp_path: Path, head: str, said: str) -> None:
    assert problem(tmp_path, f"---\n{head}\n---\n").startswith(said)
