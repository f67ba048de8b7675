"""The display of fixed events."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest
from rich.console import Console

from pulumi_assistai.engine.reporting.display import TextDisplay
from pulumi_assistai.engine.reporting.events import Change, Diagnostic, Event, Finished, Op, Severity, Started, Summary
from pulumi_assistai.properties import UNKNOWN, Secret

AGENT = "pulumi-python:dynamic/assistai:Agent"
PROMPT = "".join(f"line {number}\n" for number in range(1, 10))
CREATE = Change(Op.CREATE, f"urn:pulumi:dev::fleet::{AGENT}::ventas", new={"name": "Ventas", "__provider": "pickle"})
UPDATE = Change(
    Op.UPDATE,
    f"urn:pulumi:dev::fleet::my:Fleet${AGENT}::soporte",
    "A-1",
    old={"name": "Soporte", "description": "old", "tone": "x", "instructions": PROMPT},
    new={"name": "Soporte", "description": "new", "voice": "f", "instructions": PROMPT.replace("line 5", "LINE")},
)
DELETE = Change(Op.DELETE, f"urn:pulumi:dev::fleet::{AGENT}::otro", "A-2", old={"name": "Otro"})
SAME = Change(Op.SAME, f"urn:pulumi:dev::fleet::{AGENT}::same", "A-3", old={}, new={})


def shown(*events: Event, verb: str = "up", preview: bool = False, diff: bool = False, colour: bool = False) -> str:
    """Return what the display writes for `events`."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=colour, color_system="standard" if colour else None, width=40)
    display = TextDisplay(console, diff=diff, project="fleet", stack="dev", verb=verb, preview=preview)
    for event in events:
        display.show(event)
    return stream.getvalue()


def ended(
    counts: Mapping[Op, int] | None = None,
    *,
    seconds: float = 1.0,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> Summary:
    """Return the summary that ends an operation."""
    return Summary("up", True, counts or {}, seconds, old or {}, new or {})  # noqa: FBT003 - its fields in order


def text(block: str) -> str:
    """Return an expected block without its indentation in this file."""
    return dedent(block).lstrip("\n")


def without_trailing_blanks(output: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in output.splitlines())


def test_a_preview_names_every_change_on_one_line() -> None:
    counts = {Op.CREATE: 1, Op.UPDATE: 1, Op.DELETE: 1, Op.SAME: 2}
    events = [*map(Started, (CREATE, UPDATE, SAME, DELETE)), ended(counts)]
    assert shown(*events, verb="preview", preview=True) == text("""
        Previewing update (dev):
         +  pulumi-python:dynamic/assistai:Agent ventas create
         ~  pulumi-python:dynamic/assistai:Agent soporte update [diff: +voice-tone~description,instructions]
         -  pulumi-python:dynamic/assistai:Agent otro delete
        Resources:
            + 1 to create
            ~ 1 to update
            - 1 to delete
            3 changes. 2 unchanged
        """)


def test_an_update_shows_operations_as_they_begin_and_end() -> None:
    events = [
        Started(CREATE),
        Started(UPDATE),
        Finished(CREATE, 0.123),
        Finished(UPDATE, 2.5),
        ended({Op.CREATE: 1, Op.UPDATE: 1}, seconds=62.1),
    ]
    assert shown(*events) == text("""
        Updating (dev):
         +  pulumi-python:dynamic/assistai:Agent ventas creating (0s)
         ~  pulumi-python:dynamic/assistai:Agent soporte updating (0s) [diff: +voice-tone~description,instructions]
         +  pulumi-python:dynamic/assistai:Agent ventas created (0.12s)
         ~  pulumi-python:dynamic/assistai:Agent soporte updated (2s) [diff: +voice-tone~description,instructions]
        Resources:
            + 1 created
            ~ 1 updated
            2 changes

        Duration: 1m3s
        """)


def test_a_replacement_is_one_change_in_the_summary() -> None:
    made = Change(Op.CREATE_REPLACEMENT, CREATE.urn, "A-1", old={"a": "1"}, new={"a": "2"}, replace_keys=("a",))
    replaced = replace(made, op=Op.REPLACE)
    gone = Change(Op.DELETE_REPLACED, CREATE.urn, "A-1", old={"a": "1"})
    events = [event for change in (made, replaced, gone) for event in (Started(change), Finished(change, 0))]
    assert shown(*events, ended({Op.REPLACE: 1})) == text("""
        Updating (dev):
         ++ pulumi-python:dynamic/assistai:Agent ventas creating replacement (0s) [diff: ~a]
         ++ pulumi-python:dynamic/assistai:Agent ventas created replacement (0.00s) [diff: ~a]
         +- pulumi-python:dynamic/assistai:Agent ventas replacing (0s) [diff: ~a]
         +- pulumi-python:dynamic/assistai:Agent ventas replaced (0.00s) [diff: ~a]
         -- pulumi-python:dynamic/assistai:Agent ventas deleting original (0s)
         -- pulumi-python:dynamic/assistai:Agent ventas deleted original (0.00s)
        Resources:
            +-1 replaced

        Duration: 1s
        """)
    assert shown(*events, diff=True) == text("""
        Updating (dev):
            +-pulumi-python:dynamic/assistai:Agent: (replace)
                [id=A-1]
                [urn=urn:pulumi:dev::fleet::pulumi-python:dynamic/assistai:Agent::ventas]
              ~ a: "1" => "2"
        """)


def test_diff_shows_the_properties_of_every_change() -> None:
    output = shown(*map(Started, (CREATE, UPDATE, DELETE)), verb="preview", preview=True, diff=True)
    assert without_trailing_blanks(output) == text("""
        Previewing update (dev):
            + pulumi-python:dynamic/assistai:Agent: (create)
                [urn=urn:pulumi:dev::fleet::pulumi-python:dynamic/assistai:Agent::ventas]
                name: "Ventas"
                ~ pulumi-python:dynamic/assistai:Agent: (update)
                    [id=A-1]
                    [urn=urn:pulumi:dev::fleet::my:Fleet$pulumi-python:dynamic/assistai:Agent::soporte]
                  ~ description : "old" => "new"
                  ~ instructions:
                        ...
                        line 3
                        line 4
                      - line 5
                      + LINE
                        line 6
                        line 7
                        ...
                  - tone        : "x"
                  + voice       : "f"
            - pulumi-python:dynamic/assistai:Agent: (delete)
                [id=A-2]
                [urn=urn:pulumi:dev::fleet::pulumi-python:dynamic/assistai:Agent::otro]
                name: "Otro"
        """)


def properties(old: object, new: object) -> str:
    """Return the lines that --diff shows for one property going from `old` to `new`."""
    change = Change(Op.UPDATE, CREATE.urn, old={"p": old}, new={"p": new})
    lines = shown(Started(change), diff=True).splitlines()[3:]
    return "".join(f"{line}\n" for line in lines)


def test_nested_properties_are_indented() -> None:
    old = {"same": 0, "number": 1, "items": [1, 2.0], "gone": {"a": []}}
    new = {"same": 0, "number": True, "items": [1, 3, 4.5], "made": None}
    assert properties(old, new) == (
        "      ~ p: {\n"
        "          - gone  : {\n"
        "              - a: []\n"
        "            }\n"
        "          ~ items : [\n"
        "              ~ [1]: 2 => 3\n"
        "              + [2]: 4.5\n"
        "            ]\n"
        "          ~ number: 1 => true\n"
        "        }\n"
    )


def test_a_value_of_another_kind_is_removed_and_added() -> None:
    assert properties(["a"], "a") == '      - p: [\n          - [0]: "a"\n        ]\n      + p: "a"\n'


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a\nb\n", "a\nb", ["a", "b", "- "]),
        ("a\nb", "a\r\nb", ["- a", "+ a\\r", "b"]),
        ("", "a\nb\n", ["+ a", "+ b", ""]),
    ],
)
def test_texts_are_compared_line_by_line(old: str, new: str, lines: list[str]) -> None:
    assert [line[10:].removeprefix("  ") for line in properties(old, new).splitlines()[1:]] == lines


def test_long_texts_of_new_resources_are_shortened() -> None:
    change = Change(Op.CREATE, CREATE.urn, new={"p": PROMPT, "q": "x" * 151})
    lines = shown(Started(change), diff=True).splitlines()
    assert lines[3] == '        p: "line 1\\nline 2\\nline 3\\n..."'
    assert lines[4] == f'        q: "{"x" * 150}..."'


def test_secrets_are_never_shown() -> None:
    secret, other = Secret("hunter2"), Secret("hunter3\n")
    old = {"key": secret, "nested": {"key": secret}, "gone": [secret], "became": "plain"}
    new = {"key": other, "nested": {"key": other}, "new": secret, "became": secret}
    change = Change(Op.UPDATE, CREATE.urn, old=old, new=new)
    summary = ended(old={"key": secret}, new={"key": other})
    output = shown(Started(change), Finished(change, 1), summary, diff=True)
    assert "hunter" not in output
    assert "~ key   : [secret] => [secret]" in output
    assert '~ became: "plain" => [secret]' in output


def test_unknown_values_are_named() -> None:
    assert properties("A-1", UNKNOWN) == '      ~ p: "A-1" => [unknown]\n'


def test_outputs_show_what_changed_and_what_did_not() -> None:
    old = {"code": "A-1", "count": 1, "gone": [1], "key": Secret("x")}
    new = {"code": "A-1", "count": 2, "new": {"a": "b"}, "key": Secret("x")}
    assert shown(ended({Op.SAME: 1}, old=old, new=new)) == text("""
        Updating (dev):
        Outputs:
            code : "A-1"
          ~ count: 1 => 2
          - gone : [
              - [0]: 1
            ]
            key  : [secret]
          + new  : {
              + a: "b"
            }

        Resources:
            1 unchanged

        Duration: 1s
        """)


def test_a_preview_shows_changed_outputs_only() -> None:
    old = {"code": "A-1", "codes": {"a": "A-1", "b": ["A-2"]}, "n": 1}
    new = {"code": UNKNOWN, "codes": {"a": UNKNOWN, "b": [UNKNOWN]}, "n": 2, "new": UNKNOWN}
    output = shown(ended(old=old, new=new), verb="preview", preview=True)
    assert "Outputs:\n  ~ n  : 1 => 2\n  + new: [unknown]\n\n" in output


def test_first_outputs_are_listed() -> None:
    assert "Outputs:\n    code: [unknown]\n" in shown(ended(new={"code": UNKNOWN}), preview=True)


def test_diagnostics_are_shown_at_once_and_grouped_at_the_end() -> None:
    events = [
        Started(CREATE),
        Diagnostic(Severity.INFO, "hello from the program\n"),
        Diagnostic(Severity.WARNING, "careful\nsecond line", CREATE.urn),
        Diagnostic(Severity.INFO, "hello again"),
        Finished(CREATE, 0.1),
        ended({Op.CREATE: 1}),
    ]
    assert shown(*events) == text("""
        Updating (dev):
         +  pulumi-python:dynamic/assistai:Agent ventas creating (0s)
            pulumi:pulumi:Stack fleet-dev running hello from the program
         +  pulumi-python:dynamic/assistai:Agent ventas creating (0s) warning: careful
            pulumi:pulumi:Stack fleet-dev running hello again
         +  pulumi-python:dynamic/assistai:Agent ventas created (0.10s)
        Diagnostics:
          pulumi:pulumi:Stack (fleet-dev):
            hello from the program
            hello again

          pulumi-python:dynamic/assistai:Agent (ventas):
            warning: careful
            second line

        Resources:
            + 1 created

        Duration: 1s
        """)


def test_a_failure_is_shown_once_as_a_diagnostic() -> None:
    events = [
        Started(CREATE),
        Finished(CREATE, 0.1, "the API answered 400"),
        Diagnostic(Severity.ERROR, "the API answered 400", CREATE.urn),
        ended({Op.SAME: 1}),
    ]
    assert shown(*events) == text("""
        Updating (dev):
         +  pulumi-python:dynamic/assistai:Agent ventas creating (0s)
         +  pulumi-python:dynamic/assistai:Agent ventas **creating failed** error: the API answered 400
        Diagnostics:
          pulumi-python:dynamic/assistai:Agent (ventas):
            error: the API answered 400

        Resources:
            1 unchanged
            1 errored

        Duration: 1s
        """)


def test_a_refresh_shows_what_it_found() -> None:
    drift = Change(Op.UPDATE, CREATE.urn, "A-1", old={"name": "a"}, new={"name": "b"}, refreshed=True)
    gone = Change(Op.DELETE, UPDATE.urn, "A-2", old={"name": "a"}, refreshed=True)
    same = Change(Op.SAME, DELETE.urn, "A-3", old={}, new={}, refreshed=True)
    events = [event for change in (drift, gone, same) for event in (Started(change), Finished(change, 0.25))]
    assert shown(*events, verb="refresh") == text("""
        Refreshing (dev):
         ~  pulumi-python:dynamic/assistai:Agent ventas updated (0.25s) [diff: ~name]
         -  pulumi-python:dynamic/assistai:Agent soporte deleted (0.25s)
        """)
    assert shown(*events, verb="refresh", preview=True) == text("""
        Previewing refresh (dev):
         ~  pulumi-python:dynamic/assistai:Agent ventas update [diff: ~name]
         -  pulumi-python:dynamic/assistai:Agent soporte delete
        """)


def test_what_is_found_before_an_update_does_not_read_like_a_change_of_the_program() -> None:
    drift = Change(Op.UPDATE, CREATE.urn, "A-1", old={"name": "a"}, new={"name": "b"}, refreshed=True)
    gone = Change(Op.DELETE, DELETE.urn, "A-2", old={"name": "a"}, refreshed=True)
    events = [event for change in (drift, gone) for event in (Started(change), Finished(change, 0.25))]
    assert shown(*events) == text("""
        Updating (dev):
         ~  pulumi-python:dynamic/assistai:Agent ventas refresh [diff: ~name]
         -  pulumi-python:dynamic/assistai:Agent otro refresh
        """)
    assert "    ~ pulumi-python:dynamic/assistai:Agent: (refresh)\n" in shown(*events, diff=True)


@pytest.mark.parametrize(
    ("verb", "header"),
    [("destroy", "Destroying (dev):\n"), ("refresh", "Refreshing (dev):\n"), ("up", "Updating (dev):\n")],
)
def test_the_operation_is_announced(verb: str, header: str) -> None:
    assert shown(verb=verb) == header


HOSTILE = "\x1b[2J\x07\x9b1m[red]x[/red]\u202e :smile:"
HARMLESS = "\\x1b[2J\\x07\\x9b1m[red]x[/red]\\u202e :smile:"


@pytest.mark.parametrize("diff", [False, True])
def test_data_cannot_reach_the_terminal_as_escapes_or_markup(diff: bool) -> None:  # noqa: FBT001 - a test parameter
    urn = f"urn:pulumi:dev::fleet::{AGENT}::{HOSTILE}"
    change = Change(Op.UPDATE, urn, HOSTILE, {HOSTILE: HOSTILE, "t": "a\n"}, {HOSTILE: 1, "t": f"{HOSTILE}\nb"})
    events = [
        Started(change),
        Diagnostic(Severity.WARNING, HOSTILE, urn),
        Finished(change, 1, HOSTILE),
        ended(new={HOSTILE: [HOSTILE]}),
    ]
    output = shown(*events, diff=diff)
    assert not set(output) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert output.count(HARMLESS) >= 6


def test_accents_and_emoji_are_shown_as_they_are() -> None:
    assert properties("ñandú", "👩\u200d🚀 あ") == '      ~ p: "ñandú" => "👩\u200d🚀 あ"\n'


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in shown(Started(CREATE))
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32mcreating (0s)\x1b[0m" in shown(Started(CREATE), colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in shown(Started(CREATE), colour=True)
