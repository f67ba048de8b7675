"""Templates are filled in, or what is wrong with them is said with file and line."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from pulumi_assistai import FleetError
from pulumi_assistai.fleet import Templates, Text, sandbox


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
        '{% include "_no.md" %}': f"{here}:7: the included file _no.md does not exist",
        '{% include "../a.md" %}': f"{here}:7: the included file ../a.md does not exist",
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


def test_byte_order_marks_of_fragments_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "_pie.md").write_bytes("\ufeff{{ a }}\ufeff, ya.".encode())
    assert render(tmp_path, 'Hola {% include "_pie.md" %}', a="Ana") == "Hola Ana, ya."


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A fleet with fragments that are none, and a secret beside it."""
    (tmp_path / "secret.txt").write_text("canary-word")
    fleet = tmp_path / "fleet"
    (fleet / "sub").mkdir(parents=True)
    (fleet / "inside.md").write_text("dentro")
    (fleet / "latin.md").write_bytes("Hola.\nSe\xf1or".encode("latin-1"))
    (fleet / "large.md").write_bytes(b"a" * 1_000_001)
    (fleet / "outside.md").symlink_to("../secret.txt")
    (fleet / "up").symlink_to("..")
    (fleet / "loop.md").symlink_to("loop.md")
    (fleet / "gone.md").symlink_to("gone/away.md")
    (fleet / "link.md").symlink_to("inside.md")
    (fleet / "device.md").symlink_to(os.devnull)
    os.mkfifo(fleet / "fifo.md")
    return fleet


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latin.md", "{}/latin.md is not UTF-8 (line 2)"),
        ("large.md", "{}/large.md is larger than 1000 kB"),
        ("outside.md", "{}/outside.md is a link to a file outside the fleet's folders"),
        ("up/secret.txt", "{}/up/secret.txt is a link to a file outside the fleet's folders"),
        ("device.md", "{}/device.md is a link to a file outside the fleet's folders"),
        ("gone.md", "{}/gone.md cannot be read: No such file or directory"),
        ("fifo.md", "{}/fifo.md is not a regular file"),
        ("sub", "{}/sub is not a regular file"),
        ("no.md", "the included file no.md does not exist"),
        ("../secret.txt", "the included file ../secret.txt does not exist"),
        ("sub/../../secret.txt", "the included file sub/../../secret.txt does not exist"),
    ],
)
@pytest.mark.parametrize("statement", ['include "{}"', 'import "{}" as x', 'include "{}" ignore missing'])
def test_a_file_that_cannot_be_included_is_named(folders: Path, statement: str, name: str, said: str) -> None:
    source = f"Hola.\n{{% {statement.format(name)} %}}"
    if "missing" in statement and said.endswith("does not exist"):
        assert render(folders, source) == "Hola."
        return
    with pytest.raises(FleetError) as caught:
        render(folders, source)
    assert caught.value.problems == (f"{folders}/a.md:8: {said.format(folders)}",)
    assert Templates([folders]).names(Text(source, folders / "a.md", 7), {"a": 1}) == set()


def test_a_link_to_itself_is_named(folders: Path) -> None:
    with pytest.raises(FleetError, match=r"a\.md:7: .*/loop\.md (is a link to itself|cannot be read: .*)$"):
        render(folders, "{% include 'loop.md' %}")


def test_links_within_the_folders_are_followed(folders: Path, tmp_path: Path) -> None:
    assert render(folders, "{% include 'link.md' %}") == "dentro"
    templates = Templates([folders, tmp_path])
    assert templates.render(Text("{% include 'outside.md' %}", folders / "a.md", 1), {}) == "canary-word"


TOO_MUCH = "the template exceeds its budget; shorten its loops or its output"
TOO_DEEP = "the template includes or calls itself, or is nested too deeply"


def grown(first: str, then: str, shown: str = "ns.v") -> str:
    """Return a template that makes a value of the one before, sixty times."""
    loop = f"{{% for _ in range(60) %}}{{% set ns.v = {then} %}}{{% endfor %}}"
    return f"{{% set ns = namespace(v={first}) %}}{loop}{{{{ {shown} }}}}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) if j < 0 %}{% endfor %}{% endfor %}",
        "{% set r = range(99999) %}{% for i in r %}{{ r | sum }}{% endfor %}",
        "{% set r = range(99999) | list %}{% for i in r %}{{ r.count(5) }}{% endfor %}",
        "{% set r = range(99999) | list %}{% for i in r %}{% if 100000 in r %}{% endif %}{% endfor %}",
        "{% set l = [1] %}{% for i in l %}{{ l.append(1) or '' }}{% endfor %}",
        "{% set l = [1] %}{% for i in range(60) %}{{ l.extend(l) or '' }}{% endfor %}",
        "{% set l = [1] %}{{ l.append(l) or '' }}{{ l }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% for i in range(99999) %}" + "palabras " * 100 + "{% endfor %}",
        "{% set s = 'x' * 1000000 %}{% for i in range(99999) %}{% set t = s[1:] %}{% endfor %}",
        "{% for i in forever %}{% endfor %}",
        "{{ forever | join }}",
        "{{ forever | list }}",
        "{{ ''.join(forever) }}",
        "{% set s = 'x' * -10 ** 10 %}{{ 'x' * 10 ** 9 }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 10 ** 10 * 'x' }}",
        "{{ [1] * 10 ** 10 }}",
        "{{ 10 ** (10 ** 9) }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 'x'.center(10 ** 10) }}",
        "{{ 'x'.encode().rjust(10 ** 10) }}",
        "{{ ('\t' * 1000).expandtabs(10 ** 6) }}",
        "{{ (1).to_bytes(10 ** 10, 'big') }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ '%*d' % (10 ** 10, 1) }}",
        "{{ '%.9999999999f' | format(1) }}",
        "{{ '{:9999999999}'.format(1) }}",
        "{{ '{:{}}'.format(1, 10 ** 10) }}",
        "{{ '{a:9999999999}'.format_map({'a': 1}) }}",
        "{{ ('{:9999999999}' | safe).format(1) }}",
        "{{ ('{0}' * 10000).format('y' * 100000) }}",
        "{{ ('%(a)s' * 10000) % {'a': 'y' * 100000} }}",
        "{{ ('x' * 10000).replace('x', 'y' * 100000) }}",
        "{{ 'x' | center(width=10 ** 10) }}",
        "{{ ('x' * 10000) | replace('x', 'y' * 100000) }}",
        "{{ ['x' * 10000] | map('replace', 'x', 'y' * 100000) | list }}",
        "{{ ('x' * 10000) | join('y' * 100000) }}",
        "{{ (['y' * 100000] * 10000) | join }}",
        "{{ 'a' | indent(10 ** 10, true) }}",
        "{{ [1] | slice(10 ** 10) | list }}",
        "{{ [1] | batch(10 ** 10, 1) | list }}",
        "{{ [1] | tojson(10 ** 10) }}",
        "{{ 1 | round(10 ** 10, 'ceil') }}",
        "{{ ('a ' * 1000) | wordwrap(1, wrapstring='y' * 100000) }}",
        "{{ ('<!---->' * 100000) | striptags }}",
        "{{ ([[1]] * 90000) | map('list') | sum(start=[]) }}",
        "{{ 5.5 in forever }}",
        "{{ range(*forever) }}",
        "{{ 'x' | replace(*forever) }}",
        "{{ 'x' is sameas(*forever) }}",
        "{{ ('www.a.com ' * 90000) | urlize(rel='x' * 100000) }}",
        "{{ ('www.a.com ' * 90000) | urlize(40, true, 'x' * 100000) }}",
        "{{ ('a' * 1200000) | wordwrap(1) }}",
        "{{ 1 | round(-10 ** 9) }}",
        "{{ (1).to_bytes(length=10 ** 9) }}",
        "{{ ('{0:9999}' * 100000).format(1) }}",
        "{{ ('%(a)9999d' * 100000) % {'a': 1} }}",
        "{{ ('%.9999f' * 100000) | format(1) }}",
        "{% set a = (0).from_bytes(('x' * 1000000).encode(), 'big') %}{{ a // (a - 1) }}",
        "{% set a = (0).from_bytes(('x' * 1000000).encode(), 'big') %}{{ a is divisibleby(a - 1) }}",
        (
            "{% set ns = namespace(v='x') %}{% for _ in range(60) %}{% set t %}{{ ns.v }}{{ ns.v }}{% endset %}"
            "{% set ns.v = t %}{% endfor %}"
        ),
        grown("'x'", "ns.v ~ ns.v"),
        grown("'x'", "ns.v + ns.v"),
        grown("'x'", "[ns.v, ns.v]"),
        grown("'x'", "(ns.v, ns.v)", "ns.v | string"),
        grown("'x'", "{1: ns.v, 2: ns.v}", "ns.v | tojson"),
        grown("'x'", "namespace(a=ns.v, b=ns.v)"),
        grown("'x'", "ns.v | replace('x', 'xx')"),
        grown("'x'", "'%s%s' % (ns.v, ns.v)"),
        grown("'x'", "'{0}{0}'.format(ns.v)"),
        grown("'x'", "[ns.v, ns.v] | join"),
        grown("[1]", "[ns.v, ns.v]", "ns.v == ns.v"),
        grown("2", "ns.v * ns.v"),
    ],
)
def test_what_would_take_too_long_or_too_much_memory_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    # A tenth of the real one, which all of these exceed as well, ten times later.
    monkeypatch.setattr(sandbox, "_BUDGET", 500_000)
    with pytest.raises(FleetError) as caught:
        render(tmp_path, source, forever=count())
    assert caught.value.problems == (f"{tmp_path}/a.md:7: {TOO_MUCH}",)


def test_every_text_has_a_budget_of_its_own(tmp_path: Path) -> None:
    templates = Templates([tmp_path])
    with pytest.raises(FleetError):
        templates.render(Text("{{ 'x' * 10 ** 10 }}", tmp_path / "a.md", 1), {})
    for _ in range(3):
        assert len(templates.render(Text("{{ 'x' * 1000000 }}", tmp_path / "a.md", 1), {})) == 1_000_000


@pytest.mark.parametrize(
    "source",
    [
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for i in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{% block a %}{{ self.a() }}{% endblock %}",
        "{{ " + "(" * 10_000,
        "{{ " + "-" * 10_000 + "1 }}",
        "{{ 1" + " + 1" * 10_000 + " }}",
        "{{ 1" + " | abs" * 10_000 + " }}",
        "{% if 1 %}" * 1_000 + "{% endif %}" * 1_000,
    ],
)
def test_what_is_nested_without_end_ends_in_one_line(tmp_path: Path, source: str) -> None:
    with pytest.raises(FleetError) as caught:
        render(tmp_path, source)
    assert caught.value.problems == (f"{tmp_path}/a.md:7: {TOO_DEEP}",)
    assert Templates([tmp_path]).names(Text(source, tmp_path / "a.md", 7), {}) == set()


@pytest.mark.parametrize("statement", ["include 'a.md'", "import 'a.md' as a", "extends 'a.md'"])
def test_a_fragment_that_includes_itself_is_named(tmp_path: Path, statement: str) -> None:
    (tmp_path / "a.md").write_text("{% include 'b.md' %}")
    (tmp_path / "b.md").write_text(f"\n{{% {statement} %}}")
    with pytest.raises(FleetError) as caught:
        Templates([tmp_path]).render(Text("{% include 'a.md' %}", tmp_path / "c.md", 1), {})
    # Where the stack is full depends on its depth before; in Python 3.12 it may be ahead of the first statement.
    places = ("a.md:1", "b.md:1", "b.md:2")
    assert caught.value.problems[0] in {f"{tmp_path}/{place}: {TOO_DEEP}" for place in places}


def test_fragments_that_include_each_other_over_and_over_end(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.md").write_text(f"{{% include '{number + 1}.md' %}}" * 2)
    (tmp_path / "40.md").write_text("Hola.")
    with pytest.raises(FleetError, match=TOO_MUCH):
        render(tmp_path, "{% include '0.md' %}")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ '\\ud800' }}", "the text has half of a surrogate pair (U+D800 to U+DFFF)"),
        ("{% for i in [1] %}" * 30 + "{% endfor %}" * 30, "too many statically nested blocks"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "Range too big. The sandbox blocks ranges larger than"),
        ("{{ f() }}", "KeyboardError: ay"),
    ],
)
def test_other_ends_are_one_line_too(tmp_path: Path, source: str, said: str) -> None:
    def fails() -> None:
        raise RuntimeError("KeyboardError:\nay")

    with pytest.raises(FleetError) as caught:
        render(tmp_path, source, f=fails)
    [problem] = caught.value.problems
    assert problem.startswith(f"{tmp_path}/a.md:7: {said}")


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            "{{ '{:,}'.format(1500000) }} {{ '%.2f' | format(3.14159) }} {{ '%s %05d' % ('a', 3) }}",
            "1,500,000 3.14 a 00003",
        ),
        ("{{ '{a}'.format(a=1) }} {{ '{a}'.format_map({'a': 1}) }}", "1 1"),
        (
            "{{ [{'n': 1}, {'n': 2}] | map(attribute='n') | join(', ') }} {{ ', '.join(['a'] | map('upper')) }}",
            "1, 2 A",
        ),
        (
            "{{ 'a\nb' | indent(2) }} {{ 'a' | center(3) }} {{ 2 ** 10 }} {{ 3 * 'ab' }} {{ [1] + [2] }}",
            "a\n  b  a  1024 ababab [1, 2]",
        ),
        (
            "{{ [1, 2] | sum }} {{ [[1], [2]] | sum(start=[]) }} {{ 2.5 | round }} {{ '<b>a</b>' | striptags }}",
            "3 [1, 2] 2.0 a",
        ),
        ("{% for a, b in {'x': 1}.items() %}{{ loop.index }}{{ a }}{{ b }}{{ loop.length }}{% endfor %}", "1x11"),
        ("{% for i in [] %}{% else %}nada{% endfor %}{% if x is defined %}{{ x }}{% endif %}", "nada"),
        (
            "{{ 'abcd'[1:3] }} {{ 1 < 2 < 3 }} {{ 'a' in 'abc' }} {{ '\t' | tojson }} {{ 'x' ~ 1 }}",
            'bc True True "\\t" x1',
        ),
        (
            "{{ 123456 | round(-3) }} {{ 2 ** 64 // 3 }} {{ 'www.a.co' | urlize(rel='me') }}",
            '123000 6148914691236517205 <a href="https://www.a.co" rel="me noopener">www.a.co</a>',
        ),
        (
            "{{ dict([('a', 1)], **{'b': 2}) }} {{ range(*[1, 3]) | list }} {{ ('y' * 10000) | wordwrap | length }}",
            "{'a': 1, 'b': 2} [1, 2] 10126",
        ),
        ("{% set l = [] %}{% for i in range(300) %}{{ l.append(i) or '' }}{% endfor %}{{ l | length }}", "300"),
        (
            "{{ 'a b' | wordwrap(1) }} {{ [1, 2, 3] | batch(2) | list }} {{ [1, 2, 3] | slice(2) | list }}",
            "a\nb [[1, 2], [3]] [[1, 2], [3]]",
        ),
    ],
)
def test_the_budget_is_in_nobodys_way(tmp_path: Path, source: str, made: str) -> None:
    assert render(tmp_path, source) == made
