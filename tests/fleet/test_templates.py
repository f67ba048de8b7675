"""Templates are filled in, or what is wrong with them is said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_assistai import FleetError
from pulumi_assistai.fleet import Templates, Text


def render(directory: Path, source: str, /, **variables: object) -> str:
    return Templates([directory]).render(Text(source, directory / "a.md", 7), variables)


def test_variables_and_fragments_are_filled_in(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "horarios.md").write_text("Atendemos de 9 a {{ cierre }}.\n", encoding="utf-8")
    source = 'Hola, somos {{ empresa }}.\n{% include "shared/horarios.md" %}\n'
    assert render(tmp_path, source, empresa="Acme & Hijos", cierre=18) == (
        "Hola, somos Acme & Hijos.\nAtendemos de 9 a 18."
    )


def test_a_fragment_can_lie_in_a_second_folder(tmp_path: Path) -> None:
    for name in ("own", "common"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tono.md").write_text(name)
    (tmp_path / "common" / "firma.md").write_text("Atentamente")
    templates = Templates([tmp_path / "own", tmp_path / "common"])
    text = Text('{% include "tono.md" %} {% include "firma.md" %}', tmp_path / "a.md", 1)
    assert templates.render(text, {}) == "own Atentamente"


def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "_pie.md").write_text("Gracias.\n{{ fimra }}\n")
    here = f"{tmp_path}/a.md"
    cases = {
        "Hola.\n{{ empres }}": f"{here}:8: 'empres' is undefined; did you mean empresa?",
        "{{ x }}": f"{here}:7: 'x' is undefined; the variables are empresa, firma",
        '{% include "_pie.md" %}': f"{tmp_path}/_pie.md:2: 'fimra' is undefined; did you mean firma?",
        "{{ empresa.calle }}": f"{here}:7: 'str object' has no attribute 'calle'",
        "\n{% if %}": f"{here}:8: Expected an expression, got 'end of statement block'",
        '{% include "_no.md" %}': f"{here}:7: there is no file _no.md to include",
        '{% include "../a.md" %}': f"{here}:7: there is no file ../a.md to include",
        "{{ 1 / 0 }}": f"{here}:7: division by zero",
    }
    for source, expected in cases.items():
        with pytest.raises(FleetError) as caught:
            render(tmp_path, source, empresa="Acme", firma="A")
        assert caught.value.problems[0].startswith(expected), caught.value.problems


def test_without_variables_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="'x' is undefined; the fleet has no variables"):
        render(tmp_path, "{{ x }}")


def test_a_default_makes_a_variable_optional(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ saludo | default('Hola') }}") == "Hola"


def test_a_template_cannot_reach_into_python(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="unsafe"):
        render(tmp_path, "{{ ''.__class__.__mro__ }}")


def test_the_variables_that_a_text_needs_are_known_before_it_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "_pie.md").write_text('{{ firma }} {% include "_pie.md" ignore missing %}')
    templates = Templates([tmp_path])
    known = {"empresa": 1, "firma": 2, "otra": 3}
    assert templates.names(Text('{{ empresa }} {{ x }} {% include "_pie.md" %}', tmp_path, 1), known) == {
        "empresa",
        "firma",
    }
    assert templates.names(Text("{% include empresa %}", tmp_path, 1), known) == set(known)


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("Hola.", set()),
        ("{{ x }}", set()),
        ("{{ empresa }}", {"empresa"}),
        ("{{ empresa }} {% if %}", set()),
        ('{{ empresa }} {% include "_no.md" %}', {"empresa"}),
        ('{% include "_bad.md" %} {{ empresa }}', {"empresa"}),
        ('{% include ["_no.md", "_pie.md"] %}', {"firma"}),
    ],
)
def test_a_text_that_cannot_be_rendered_needs_what_can_be_seen_of_it(
    tmp_path: Path, source: str, needed: set[str]
) -> None:
    (tmp_path / "_bad.md").write_text("{{ firma }} {% if %}")
    (tmp_path / "_pie.md").write_text("{{ firma }}")
    known = {"empresa": 1, "firma": 2}
    assert Templates([tmp_path]).names(Text(source, tmp_path, 1), known) == needed


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{{ a + 1 }}", "a.md:7: can only concatenate str"),
        ("{{ {}['x'] }}", "a.md:7: 'dict object' has no attribute 'x'"),
        ("{{ 'a'.index('b') }}", "a.md:7: substring not found"),
        ("{{ 'a'.encode('b') }}", "a.md:7: unknown encoding: b"),
        ("{{ '%d' | format('x') }}", "a.md:7: %d format: a "),
        ('{% include "_loop.md" %}', "_bad.md:2: Expected an expression"),
    ],
)
def test_whatever_goes_wrong_in_a_template_is_said_with_its_place(tmp_path: Path, source: str, problem: str) -> None:
    (tmp_path / "_loop.md").write_text('{% include "_bad.md" %}')
    (tmp_path / "_bad.md").write_text("\n{% if %}")
    with pytest.raises(FleetError) as caught:
        render(tmp_path, source, a="x")
    assert caught.value.__cause__ is None
    assert caught.value.problems[0].removeprefix(f"{tmp_path}/").startswith(problem)


def test_a_text_has_no_blank_lines_around_it_and_keeps_its_own(tmp_path: Path) -> None:
    assert render(tmp_path, "\n\n  Hola.\n\nYa. \n\n") == "  Hola.\n\nYa. "


def test_nothing_is_escaped(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ a }}", a='<b> & "c"') == '<b> & "c"'
