"""Fleets: what the program would refuse, what nobody uses, and what is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.checks import RULES, Declaration, Unread, check, load
from pulumi_assistai.lifecycle.session import declared_twice
from pulumi_assistai.resources.fleets import _declarations
from tests.fleet.checks.trees import agent, found, write


def test_everything_that_the_program_refuses_is_found_in_its_own_words(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.md": "Hola.\n",
            "b.md": agent("{{ empres }}", more="tono: amigable\n"),
            "c.md": agent("Hola.\n{{ empres }}", name="C"),
            "d.md": agent('{% include "_no.md" %}', name="D"),
            "e.md": agent(name="E", more="key: c\n"),
        },
    )
    with pytest.raises(FleetError) as refused:
        _declarations(tmp_path, {"empresa": "Acme"}, None)
    findings = found(tmp_path, Declaration(tmp_path, variables={"empresa": "Acme"}))
    assert len(findings) == 5
    said = {line.removesuffix(" [refused]") for line in findings}
    assert "c.md:6: 'empres' is undefined; did you mean empresa?" in said
    assert "b.md:3: unknown key tono; did you mean tone?" in said
    messages = {finding.message for finding in check([load(Declaration(tmp_path, variables={"empresa": "Acme"}))])}
    assert all(any(problem.endswith(message) for message in messages) for problem in refused.value.problems)


def test_a_file_of_any_name_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"a: 1: b.md": agent("{{ x }}"), "a.md": agent(name="A"), "c:3:  d.md": "Hola."})
    first, second = check([load(Declaration(tmp_path))])
    assert (first.path, first.line, first.message) == (
        tmp_path,
        1,
        f"{tmp_path}/c:3: d.md:1:1: the file must begin with front matter: ---, name: NAME, ---",
    )
    assert (second.path.name, second.line) == ("a: 1: b.md", 5)


def test_a_rendered_text_that_a_resource_refuses_is_found(tmp_path: Path) -> None:
    more = 'whatsapp:\n  expected_phone_number: "{{ phone }}"\n'
    write(tmp_path, {"a.md": agent(name='"{{ empresa }}"', more=more)})
    lines = found(tmp_path, Declaration(tmp_path, variables={"empresa": "Acme ", "phone": "0412"}))
    assert [line[: line.index(" must")] for line in lines] == [
        "a.md:2: name:",
        "a.md:4: expected_phone_number:",
    ]


def test_what_the_program_alone_knows_is_not_refused(tmp_path: Path) -> None:
    body = (
        "{{ precio * 1.19 }} {{ 2 + precio }} {{ precio + 2 }} {{ '%.2f' | format(precio) }} {{ precio | round(2) }}\n"
        "{% if precio > 3 %}{{ cliente.nombre.upper() }}{{ cliente['ciudad'] }}{% endif %}\n"
        "{% for producto in productos %}{{ producto.nombre }}{% endfor %}{{ productos | join(', ') }}"
    )
    more = 'whatsapp:\n  expected_phone_number: "{{ precio }}"\n'
    write(tmp_path, {"a.md": agent(body, name='"{{ cliente }}"', more=more)})
    unread = {name: Unread.named(name) for name in ("precio", "cliente", "productos")}
    assert found(tmp_path, Declaration(tmp_path, variables=unread)) == []
    assert not hasattr(unread["precio"], "__html__")


def test_a_folder_that_is_not_there_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, Declaration(tmp_path / "no")) == ["no:1: no such directory [refused]"]


def test_an_include_without_a_file_is_found_where_it_is_not_reached(tmp_path: Path) -> None:
    body = (
        '{% if false %}\n{% include "_no.md" %}\n{% endif %}\n'
        '{% include "_quizas.md" ignore missing %}{% include ["_uno.md", "_pie.md"] %}{% include "_pie.md" %}'
    )
    write(tmp_path, {"a.md": agent(body), "_pie.md": '{% if false %}{% include "_nada.md" %}{% endif %}'})
    assert found(tmp_path) == [
        "_pie.md:1: the included file _nada.md does not exist [missing-include]",
        "a.md:6: the included file _no.md does not exist [missing-include]",
    ]


def test_an_include_that_rendering_refuses_is_said_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": agent('{% include "_no.md" %}{% include 5 %}')})
    assert [line.rpartition(" ")[2] for line in found(tmp_path)] == ["[refused]"]


def test_variables_that_no_agent_uses_are_found_where_they_are_declared(tmp_path: Path) -> None:
    program = tmp_path / "__main__.py"
    write(
        tmp_path, {"a/a.md": agent("{{ uno }}"), "b/b.md": agent('{% include "_pie.md" %}'), "b/_pie.md": "{{ dos }}"}
    )
    variables = {"uno": 1, "dos": 2, "tres": 3}
    together = [Declaration(tmp_path / name, None, variables, program, 4) for name in ("a", "b")]
    assert found(tmp_path, *together) == ["__main__.py:4: no agent uses the variable tres [unused-variable]"]
    # Nobody can tell what a file with mistakes uses, nor what is included under a name that is worked out.
    write(tmp_path, {"b/_pie.md": "{{ dos }}{{ quatro }}"})
    assert not [line for line in found(tmp_path, *together) if "unused" in line]
    write(tmp_path, {"b/_pie.md": "{% include uno ~ '.md' ignore missing %}"})
    assert found(tmp_path, *together) == []


def test_fragments_that_no_agent_includes_are_found(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/a.md": agent('{% include "_uno.md" %}{% include "dos.txt" %}'),
            "a/_uno.md": '{% include "sub/tres.md" %}',
            "a/sub/tres.md": "3",
            "a/_cuatro.md": '{% include "cinco.md" %}',
            "b/b.md": agent("Hola."),
            "shared/dos.txt": "2",
            "shared/cinco.md": "5",
            "shared/README.md": "Fragmentos.",
            "shared/.oculto.md": "",
        },
    )
    fleets = [Declaration(tmp_path / name, tmp_path / "shared") for name in ("a", "b")]
    assert found(tmp_path, *fleets) == [
        "a/_cuatro.md:1: no agent includes this fragment [unused-fragment]",
        "shared/cinco.md:1: no agent includes this fragment [unused-fragment]",
    ]
    write(tmp_path, {"b/b.md": agent("{% include ['no', 'cin' ~ 'co.md'] %}")})
    assert found(tmp_path, *fleets) == []


def test_a_fragment_that_cannot_be_read_is_said_by_whoever_includes_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": agent('{% include "_pie.md" %}')})
    (tmp_path / "_pie.md").write_bytes(b"\xff")
    assert found(tmp_path) == ["a.md:5: _pie.md is not UTF-8 (line 1) [refused]"]


def test_names_that_are_shared_or_similar_are_found_in_one_organization(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/a.md": agent(),
            "a/b.md": agent(),
            "a/c.md": agent(name="VÉNTAS"),
            "b/a.md": agent(),
            "b/b.md": agent(more="allow_duplicate_name: true\n"),
            "b/c.md": agent(name="ventas", more="allow_duplicate_name: true\n"),
        },
    )
    apart = [Declaration(tmp_path / "a"), Declaration(tmp_path / "b")]
    own = [
        f"a/b.md:2: {declared_twice('Ventas')} [shared-name]",
        'a/c.md:2: "VÉNTAS" differs from "Ventas" only in case, accents or signs [similar-name]',
    ]
    assert found(tmp_path, *apart) == own
    one = [Declaration(tmp_path / name, organization="acme") for name in ("a", "b")]
    assert [line[: line.index(":")] for line in found(tmp_path, *one)] == ["a/b.md", "a/c.md", "b/a.md"]


def test_two_adoptions_of_one_agent_are_found(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}.md": agent(name=name, more="adopt: A-001\n") for name in ("a", "b")})
    assert found(tmp_path) == ["b.md:3: two agents declare adopt: A-001; remove it from one of them [shared-adoption]"]


def test_long_texts_are_found(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": agent("x" * 100_000, name="N" * 256), "b.md": agent("x" * 90_000, name="N" * 255)})
    assert found(tmp_path) == [
        "a.md:2: the name has 256 characters; the API may refuse or cut more than 255 [too-long]",
        "a.md:5: the agent's texts have 100288 bytes; the API may refuse more than 100000 [too-long]",
    ]


def test_rules_can_be_switched_off(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.md": agent('FIXME  \n{% include "_pie.md" %}', more="ignore: [placeholder, trailing-blanks]\n"),
            "_pie.md": "{#- assistai: ignore placeholder, trailing-blanks -#}\nTBD  \n",
            "b.md": agent("FIXME", name="B", more="ignore: [placeholdr, zzz, refused]\n"),
        },
    )
    assert found(tmp_path) == [
        "b.md:1: there is no rule placeholdr; did you mean placeholder? [unknown-rule]",
        "b.md:1: there is no rule zzz; assistai check --rules lists them [unknown-rule]",
        "b.md:6: placeholder for a text that is not written yet: FIXME [placeholder]",
    ]
    assert found(tmp_path, ignored=("placeholder", "unknown-rule")) == []


def test_what_the_program_refuses_cannot_be_switched_off(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": agent("{{ x }}", more="ignore: [refused]\n")})
    assert found(tmp_path) == ["a.md:6: 'x' is undefined; the fleet has no variables [refused]"]


def test_every_rule_has_a_name_and_a_sentence() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.description.endswith(".") for rule in RULES)
