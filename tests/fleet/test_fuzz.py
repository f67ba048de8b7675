"""Whatever a file of a fleet holds, reading and rendering it ends in a value or in lines that name the file.

`make test` tries a few hundred files, always the same ones; `make soak` tries many more. How long something takes is
counted in calls, and not in seconds, so that a slow machine finds the same.
"""

# ruff: noqa: E501 - the pieces are lists to choose from

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from cProfile import Profile
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS

from pulumi_assistai import FleetError
from pulumi_assistai.fleet import Templates, Text, sandbox, scan_fleet
from tests.fuzzing import fuzz_settings

Value = TypeVar("Value")

BUDGET = 20_000
"""A 250th of the real budget, so that a template that uses it up does so 250 times sooner."""
MOST_CALLS = 300_000
"""Calls that reading or rendering may make, besides those for each character of the source."""
CALLS_A_CHARACTER = 300
MOST_BYTES = 8_000_000
BYTES_A_CHARACTER = 200

fixed = fuzz_settings(50, shrink=True)


def problems(directory: Path, task: Callable[[], Value], size: int) -> Value | tuple[str, ...]:
    """Return what a task returns, or the problems that it raises; it must end soon and in little memory.

    Args:
        directory: the folder that every problem names.
        task: what reads or renders.
        size: how many characters it reads.
    """
    profile = Profile()
    tracemalloc.start()
    profile.enable()
    try:
        return task()
    except FleetError as error:
        said = error.problems
    finally:
        profile.disable()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_BYTES + BYTES_A_CHARACTER * size
        assert sum(entry.callcount for entry in profile.getstats()) < MOST_CALLS + CALLS_A_CHARACTER * size
    assert said
    for problem in said:
        assert problem.startswith(f"{directory}/"), problem
        assert problem.isprintable(), problem
        assert len(problem) < len(str(directory)) + 700, problem
    return said


HEADS = st.sampled_from(
    [
        *("name: Ventas", "name: A", "nam: A", "key: k", "key: a/b", "description: Agente #1", "description: 'a"),
        *("tone: >-\n  seco", "tone: |\n\tx", "voice: default # ya", "on_delete: archive", "adopt: A-1", "purpose: '{{ x }}'"),
        *("whatsapp: true", "whatsapp:\n  expected_phone_number: '1'", "whatsapp:\n  <<: *a", "whatsapp: {wait: 1}"),
        *("a: &a [*a]", "a: &a {b: *a}", "a: &a [x, x]", "<<: *a", "<<: {name: B, tone: c}", "<<: [*a, *a]", "<<: 1"),
        *("name: !!python/object:os.system x", "name: !!binary aG9sYQ==", "name: !!float .", "name: !!int 0b_", "1: x"),
        *("? !!str {=: name}\n: B", "? [a]\n: b", "? {a: b}\n: c", "- a", "--- ", "...", "%YAML 9.9", "%TAG ! x", "&a *a"),
        *("name: !!timestamp 2001-99-99", "!!set {a}", "!!omap [a]", "name: !<x> y", "name: !!null ''", "*a : b", "~: ~"),
        *("name: 12345678901234567890", "name: 1e400", "name: 190:20:30", "name: \x0b", "name: \x1b[31m", "name: \u2028"),
        *("name: \ufeffA", "name: '\\ud800'", 'name: "\\ud800"', 'name: "\\U0010ffff"', "\tname: A", "name:\n name:\n  name: A"),
        *("[" * 60, "{a: " * 60, "- " * 60, "? " * 60, "a: " * 60, "x" * 2_000 + ": y", "&" + "b" * 2_000 + " c", "'" * 99),
        "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)).replace("*a0", "ha"),
        "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}], k{n}: v}}\n" for n in range(1, 9)).replace("*m0", "{}"),
    ]
)  # fmt: skip
LINES = st.one_of(HEADS, HEADS, st.text("aname: -[]{}#&*!|>'\"%@`\n\t\\,?", max_size=20), st.text(max_size=20))
FRONT_MATTER = st.one_of(
    LINES,
    LINES.map("name: Ventas\n{}".format),
    st.lists(LINES, max_size=8).map("\n".join),
)


@given(
    head=FRONT_MATTER,
    body=st.text(max_size=20),
    end=st.sampled_from(["\n---\n", "\r\n---\r\n", "\n", "\r---\r", "---"]),
)
@fixed
def test_any_front_matter_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, head: str, body: str, end: str
) -> None:
    directory = tmp_path_factory.getbasetemp() / "front_matter"
    directory.mkdir(exist_ok=True)
    (directory / "a.md").write_bytes(f"---\n{head}{end}{body}".encode(errors="surrogatepass"))
    (directory / "b.md").write_text("---\nnam: B\ntone: 1\n---\n")
    files, said = problems(directory, lambda: scan_fleet(directory), len(head) + len(body))
    assert all(problem.isprintable() and problem.startswith(f"{directory}/") for problem in said)
    assert all("\ufeff" not in text.source for file in files for text in file.texts.values())
    # What is wrong with one file hides nothing of the other.
    assert len([problem for problem in said if problem.startswith(f"{directory}/b.md:")]) == 3
    assert files or any(problem.startswith(f"{directory}/a.md:") for problem in said)


VARIABLES = {
    "n": 7,
    "text": "Atendemos de 9 a 18, www.acme.co.",
    "words": ["a", "b", "c"],
    "prices": {"a": 1, "b": [2, {"c": 3}]},
    "forever": count(),
    "big": 10**2_000,
}
FRAGMENTS = [
    "itself.md",
    "each.md",
    "other.md",
    "twice.md",
    "latin.md",
    "bom.md",
    "no.md",
    "fifo.md",
    "../a.md",
    "out.md",
]
VALUES = st.sampled_from(
    [
        *("n", "text", "words", "prices", "forever", "big", "missing", "none", "loop", "self", "ns", "ns.v", "f", "caller"),
        *("'x'", "''", "[]", "{}", "1", "0", "-3", "1.5", "true", "10 ** 9", "9 ** 9 ** 9", "-10 ** 9", "1e308", "9999"),
        *("range(9999)", "'y' * 9999", "'%9999d'", "'{0:9999}'", "'{a.__class__}'", "'\\ud800'", "'\t' * 99", "'a.co '"),
        *("'x' * 9999", "[words] * 999", "'<!--' * 9999", "'('* 9999", "'a-' * 9999", "text.encode()", "'each.md'"),
    ]
)  # fmt: skip
FILTERS = st.sampled_from(sorted(DEFAULT_FILTERS))
TESTS = st.sampled_from(sorted(test for test in DEFAULT_TESTS if test.isidentifier()))
NAMES = sorted({name for owner in (str, bytes, int, list, dict) for name in dir(owner)})
METHODS = st.sampled_from([name for name in NAMES if not name.startswith("__")] * 4 + NAMES)
OPERATORS = st.sampled_from(
    ["+", "-", "*", "**", "/", "//", "%", "~", "==", "<", "in", "not in", "and", "or", "if", ","]
)
ARGUMENTS = st.sampled_from(
    ["width=", "indent=", "rel=", "default=", "attribute=", "start=", "length=", "*", "**", ""] + [""] * 9
)


def expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(st.builds("{}{}".format, ARGUMENTS, inner), max_size=3).map(", ".join)
    return st.one_of(
        st.builds("({} {} {})".format, inner, OPERATORS, inner),
        st.builds("{} | {}".format, inner, FILTERS),
        st.builds("({} | {}({}))".format, inner, FILTERS, arguments),
        st.builds("({} is {})".format, inner, TESTS),
        st.builds("({} is {}({}))".format, inner, TESTS, arguments),
        st.builds("{}.{}({})".format, inner, METHODS, arguments),
        st.builds("{}({})".format, inner, arguments),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("{}[{}:{}]".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} | map({}) | list)".format, inner, st.builds("'{}'".format, FILTERS)),
    )


EXPRESSIONS = st.recursive(VALUES, expressions, max_leaves=6)
PIECES = st.one_of(
    st.sampled_from(["Hola. ", "\n", "{{", "}}", "{%", "%}", "{#", "#}", "{% endfor %}", "{% else %}", "{{ '", "{%- raw %}"]),
    st.builds("{{% include {} %}}".format, st.one_of(st.sampled_from(list(map(repr, FRAGMENTS))), EXPRESSIONS)),
    st.builds("{{% include {} ignore missing %}}".format, st.sampled_from(list(map(repr, FRAGMENTS)))),
    st.builds("{{% import {0!r} as m %}}{{{{ m }}}}{{% from {0!r} import f %}}".format, st.sampled_from(FRAGMENTS)),
    st.builds("{{% extends {!r} %}}".format, st.sampled_from(FRAGMENTS)),
    st.builds("{{{{ {} }}}}".format, EXPRESSIONS),
    st.builds("{{{{ {} }}}}".format, EXPRESSIONS),
    st.builds("{{% set x = {} %}}".format, EXPRESSIONS),
    st.builds("{{% do {} %}}".format, EXPRESSIONS),
    st.builds(
        "{{% set ns = namespace(v={}) %}}{{% for _ in range(60) %}}{{% set ns.v = {} %}}{{% endfor %}}{{{{ ns.v }}}}".format,
        *(EXPRESSIONS, EXPRESSIONS),
    ),
    st.builds("{}".format, st.text(max_size=9)),
)  # fmt: skip


def statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("{{% for i in {} %}}{}{{% else %}}{}{{% endfor %}}".format, EXPRESSIONS, inner, inner),
        st.builds("{{% for i in {} recursive %}}{}{{{{ loop({}) }}}}{{% endfor %}}".format, EXPRESSIONS, inner, EXPRESSIONS),
        st.builds("{{% if {} %}}{}{{% elif {} %}}{}{{% endif %}}".format, EXPRESSIONS, inner, EXPRESSIONS, inner),
        st.builds("{{% macro f(a={}) %}}{}{{{{ f() }}}}{{% endmacro %}}{{{{ f({}) }}}}".format, EXPRESSIONS, inner, EXPRESSIONS),
        st.builds("{{% block b %}}{}{{{{ self.b() }}}}{{% endblock %}}".format, inner),
        st.builds("{{% set ns = namespace(v=1) %}}{{% set x %}}{}{{% endset %}}{{{{ x }}}}".format, inner),
        st.builds("{{% filter {} %}}{}{{% endfilter %}}".format, FILTERS, inner),
        st.builds("{{% call {} %}}{}{{% endcall %}}".format, EXPRESSIONS, inner),
        st.builds("{{% with x = {} %}}{}{{% endwith %}}".format, EXPRESSIONS, inner),
        st.builds("{{% autoescape {} %}}{}{{% endautoescape %}}".format, EXPRESSIONS, inner),
        st.builds(lambda piece, times: piece * times, inner, st.sampled_from([2, 20])),
    )  # fmt: skip


TEMPLATES = st.recursive(PIECES, statements, max_leaves=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fragments that include themselves and each other, and files that are none."""
    directory = tmp_path_factory.mktemp("fragments")
    contents = {
        "itself.md": "{% include 'itself.md' %}",
        "each.md": "Hola. {% include 'other.md' %}",
        "other.md": "{{ n }}{% import 'each.md' as m %}{% macro f() %}{{ f() }}{% endmacro %}",
        "twice.md": "{% include 'bom.md' %}" * 99,
        "bom.md": "\ufeffHola {{ n }}.\ufeff",
    }
    for name, content in contents.items():
        (directory / name).write_text(content, encoding="utf-8")
    (directory / "latin.md").write_bytes("Se\xf1or".encode("latin-1"))
    (directory / "out.md").symlink_to(os.devnull)
    os.mkfifo(directory / "fifo.md")
    return directory


@pytest.fixture
def _small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_BUDGET", BUDGET)


def check(folder: Path, source: str) -> None:
    """Render a template, and look for the variables that it needs."""
    templates, text = Templates([folder]), Text(source, folder / "a.md", 7)

    def task() -> str:
        assert templates.names(text, VARIABLES) <= set(VARIABLES)
        return templates.render(text, VARIABLES)

    rendered = problems(folder, task, len(source))
    if isinstance(rendered, str):
        rendered.encode()


@given(source=TEMPLATES)
@fixed
@pytest.mark.usefixtures("_small_budget")
def test_any_template_is_rendered_or_refused(folder: Path, source: str) -> None:
    check(folder, source)


@given(source=EXPRESSIONS)
@fixed
@pytest.mark.usefixtures("_small_budget")
def test_any_expression_is_rendered_or_refused(folder: Path, source: str) -> None:
    check(folder, f"{{{{ {source} }}}}")


@given(
    content=st.one_of(
        st.binary(max_size=40),
        TEMPLATES.map(lambda source: source.encode("utf-8-sig", errors="surrogatepass")),
        TEMPLATES.map(lambda source: source.encode("utf-16", errors="surrogatepass")),
        st.builds(lambda size, end: b"a" * size + end, st.sampled_from([999_999, 1_000_000]), st.binary(max_size=2)),
    )
)
@fixed
@pytest.mark.usefixtures("_small_budget")
def test_any_fragment_is_included_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    directory = tmp_path_factory.getbasetemp() / "fragment"
    directory.mkdir(exist_ok=True)
    (directory / "_pie.md").write_bytes(content)
    text = Text("{% include '_pie.md' %}", directory / "a.md", 1)
    rendered = problems(directory, lambda: Templates([directory]).render(text, VARIABLES), len(content))
    assert isinstance(rendered, tuple) or "\ufeff" not in rendered
