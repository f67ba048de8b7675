"""The sizes by which the budget of a template goes: those of values that templates seldom hold."""

from __future__ import annotations

from jinja2 import Environment

from pulumi_assistai.fleet import sandbox


def test_an_imported_template_holds_its_parts() -> None:
    assert sandbox._held(Environment(autoescape=True).from_string("hola").module) == ["hola"]  # noqa: SLF001


def test_replacing_bytes_is_as_large_as_what_takes_their_place() -> None:
    assert sandbox._replace(b"aXa", b"a", b"bb") == 4
