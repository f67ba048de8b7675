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


@pytest.mark.parametrize("content", ["", "Hola.", "--\nname: A\n--\n", "--- name: A"])
def test_a_file_begins_with_front_matter(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content) == NO_FRONT_MATTER


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    assert problem(tmp_path, b"---\nname: Se\xf1or\n---\n") == " is not UTF-8 (line 2)"


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    assert read(tmp_path, "---\nname: A\n---\n" + "a" * (1_000_000 - 16)).body.startswith("aaa")
    assert problem(tmp_path, "---\nname: A\n---\n" + "a" * (1_000_000 - 15)) == " is larger than 1000 kB"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FleetError) as caught:
        read_document(tmp_path)
    assert caught.value.problems == (f"{tmp_path}: is not a regular file",)
    with pytest.raises(FleetError) as caught:
        read_document(tmp_path / "b.md")
    assert caught.value.problems == (f"{tmp_path}/b.md: cannot be read: {os.strerror(2)}",)


def test_special_files_are_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")
    (tmp_path / "b.md").symlink_to(os.devnull)
    for path in (tmp_path / "a.md", tmp_path / "b.md"):
        with pytest.raises(FleetError) as caught:
            read_document(path)
        assert caught.value.problems == (f"{path}: is not a regular file",)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("name: [A", "3:1: expected ',' or ']', but got '<stream end>'"),
        ("name: 'A", "3:1: found unexpected end of stream"),
        ("name: a: b", "2:8: mapping values are not allowed here"),
        ("name: A\nname: B", "3:1: duplicate key name"),
        (
            "name: A\nwhatsapp:\n  wait_for_connection: 1\n  wait_for_connection: 2",
            "5:3: duplicate key whatsapp.wait_for_connection",
        ),
        ("- name", "2:1: the front matter must be lines like name: NAME"),
        ("just words", "2:1: the front matter must be lines like name: NAME"),
        ("? [a, b]\n: c", "2:3: found unhashable key"),
        ("name: !!python/none", "2:7: could not determine a constructor for the tag"),
        ("name: &a A\ntone: *b", "3:7: found undefined alias 'b'"),
        ("", "1:1: name is missing"),
        ("# nothing", "1:1: name is missing"),
        ("name: &a [*a]", "2:11: an alias contains itself"),
        ("name: A\n<<: 1", "3:5: expected a mapping or list of mappings for merging, but found scalar"),
        ("name: A\n<<: {nam: B}", "3:6: unknown key nam; did you mean name?"),
        ("name: A\ntone: a\vb", "3:8: YAML does not allow the character U+000B"),
        ("name: A\ntone: a\x1b[31m", "3:8: YAML does not allow the character U+001B"),
        ("name: A\ntone: " + "[" * 100_000, "3:57: more than 50 levels are nested"),
        ("name: A\ntone: 0b_", "3:7: this is not a usable int"),
        ("!!set {name}", "2:1: the front matter must be lines like name: NAME"),
        ("name: A\n1: B", "3:4: 1: Keys should be strings"),
        ("name: A\n!!binary aG9sYQ==: B", "1:1: b'hola': Keys should be strings"),
    ],
)
def test_what_is_no_front_matter_is_said_with_its_place(tmp_path: Path, head: str, said: str) -> None:
    assert problem(tmp_path, f"---\n{head}\n---\n").startswith(said)


LAUGHS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))


def test_aliases_cannot_explode(tmp_path: Path) -> None:
    assert problem(tmp_path, f"---\na0: &a0 [ha]\n{LAUGHS}---\n") == "7:5: aliases expand to more than 100000 values"


@pytest.mark.parametrize("head", ["name: *{}", "name: A\n? {}\n: B", "? {0}\n: A\n? {0}\n: B"])
def test_what_is_wrong_is_shown_shortened(tmp_path: Path, head: str) -> None:
    with pytest.raises(FleetError) as caught:
        read(tmp_path, f"---\n{head.format('a' * 10_000)}\n---\n")
    assert all(len(said) < 500 + len(str(tmp_path)) for said in caught.value.problems)


def test_merged_values_are_the_files_own(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "---\n<<: {description: hola, tone: seco}\ntone: amigable\nname: A\n"
        "whatsapp:\n  <<: {expected_phone_number: '1'}\n---\n",
    )
    assert (document.front_matter.description, document.front_matter.tone) == ("hola", "amigable")
    assert document.front_matter.whatsapp == WhatsApp(expected_phone_number="1")
    lines = document.lines
    assert (lines["description"], lines["tone"], lines["whatsapp.expected_phone_number"]) == (2, 3, 6)


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ("name: A\ndescription: Agente #1", "3:20: description"),
        ("name: A\ndescription: Agente   # el primero", "3:20: description"),
        ("name: A\ndescription: Agente\n  de ventas #1", "4:12: description"),
        ("name: A #1", "2:8: name"),
        ("name: A\nwhatsapp:\n  expected_phone_number: +58 422 #1", "4:33: whatsapp.expected_phone_number"),
    ],
)
def test_a_text_that_a_comment_cuts_short_is_refused(tmp_path: Path, head: str, place: str) -> None:
    assert problem(tmp_path, f"---\n{head}\n---\n") == (
        f"{place}: YAML drops the text after #; put the text in quotes, or the comment on its own line"
    )


@pytest.mark.parametrize(
    ("head", "description"),
    [
        ("description: 'Agente #1' # el primero", "Agente #1"),
        ("description: Agente#1", "Agente#1"),
        ("description: >-\n  Agente #1", "Agente #1"),
        ("description: Agente\n# de ventas", "Agente"),
        ("on_delete: retain # por ahora\nwhatsapp: true # ya", None),
    ],
)
def test_comments_that_cut_nothing_are_fine(tmp_path: Path, head: str, description: str | None) -> None:
    assert read(tmp_path, f"---\nname: A\n{head}\n---\n").front_matter.description == description


def test_everything_wrong_in_a_file_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FleetError) as caught:
        read(tmp_path, "---\nname: A\nname: B\ntono: c\nvoice: d #1\n---\n")
    assert [said.removeprefix(f"{tmp_path}/a.md:").split(" ")[0] for said in caught.value.problems] == [
        "3:1:",
        "5:9:",
        "4:1:",
    ]


def test_byte_order_marks_are_no_text(tmp_path: Path) -> None:
    document = read(tmp_path, "\ufeff\ufeff---\nname: A\ufeff\n---\n\ufeffHola.\n\ufeffYa.")
    assert (document.front_matter.name, document.body) == ("A", "Hola.\nYa.")
