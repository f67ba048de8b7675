"""Property values and their differences as lines of text, in the layout of the Pulumi CLI.

Text from a program, a provider or the API is untrusted. Every line goes through `visible` or `quoted`, which make
control characters harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.engine.model.paths import differing, masked
from pulumi_assistai.engine.reporting.events import Change, Mark
from pulumi_assistai.engine.reporting.lines import Block, common_blocks
from pulumi_assistai.properties import UNKNOWN, ResourceReference, Secret, equal
from pulumi_assistai.text import quoted, visible

_CONTEXT_LINES = 2
_SHOWN_LINES = 3
_SHOWN_COLUMNS = 150
_CHANGES = (Mark.ADD, Mark.DELETE, Mark.UPDATE)


@dataclass(frozen=True)
class Line:
    """One line of a property listing.

    Attributes:
        mark: the change of the property.
        depth: the level of nesting, in steps of four columns; at least 1.
        text: the text, safe for a terminal.
    """

    mark: Mark
    depth: int
    text: str

    def __str__(self) -> str:
        """Return the line in the CLI's layout, with the mark directly before the text."""
        return " " * (4 * self.depth - 2) + f"{self.mark} {self.text}"


def public(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared properties, without nulls and without Pulumi's own, such as `__provider`."""
    return {key: value for key, value in values.items() if value is not None and not key.startswith("__")}


def changed_keys(change: Change) -> str:
    """Name the properties that differ, as in `+added-removed~changed,other`; empty if none does.

    If the provider returned the differing properties, these are named.
    """
    if change.old is None or change.new is None:
        return ""
    marks = change.details or _compared(public(change.old), public(change.new))
    groups = {mark: sorted(visible(key) for key in marks if marks[key] is mark) for mark in _CHANGES}
    return "".join(mark + ",".join(keys) for mark, keys in groups.items() if keys)


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Mark]:
    return {
        **dict.fromkeys(after.keys() - before.keys(), Mark.ADD),
        **dict.fromkeys(before.keys() - after.keys(), Mark.DELETE),
        **{key: Mark.UPDATE for key in before.keys() & after.keys() if not equal(before[key], after[key])},
    }


def listing(values: Mapping[str, Any], depth: int) -> Iterator[Line]:
    """List all properties of one resource, without marks."""
    return _whole_items(Mark.SAME, depth, _items(values))


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], depth: int, *, unchanged: bool = False
) -> Iterator[Line]:
    """List the properties that differ, with marks.

    Args:
        old: the properties before.
        new: the properties after.
        depth: the level of nesting of the lines.
        unchanged: also list the equal properties, without a mark.
    """
    before, after = _items(old), _items(new)
    keys = sorted(key for key in before.keys() | after.keys() if unchanged or _differ(key, before, after))
    titles = _titles(keys)
    for key in keys:
        if not _differ(key, before, after):
            yield from _whole(Mark.SAME, depth, titles[key], after[key])
        elif key not in before:
            yield from _whole(Mark.ADD, depth, titles[key], after[key])
        elif key not in after:
            yield from _whole(Mark.DELETE, depth, titles[key], before[key])
        else:
            yield from _changed(depth, titles[key], before[key], after[key])


def hidden_differences(
    old: Mapping[str, Any], new: Mapping[str, Any], depth: int, paths: Sequence[str]
) -> Iterator[Line]:
    """List the differing paths without their values, then all other differences."""
    yield from (Line(Mark.UPDATE, depth, f"{visible(path)} (hidden)") for path in differing(old, new, paths))
    yield from differences(masked(old, paths), masked(new, paths), depth)


def _items(value: Any) -> dict[Any, Any]:
    return public(value) if isinstance(value, Mapping) else dict(enumerate(value))


def _differ(key: Any, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> bool:
    return key not in before or key not in after or not equal(before[key], after[key])


def _titles(keys: Sequence[Any]) -> dict[Any, str]:
    names = {key: visible(key) if isinstance(key, str) else f"[{key}]" for key in keys}
    width = max((len(name) for key, name in names.items() if isinstance(key, str)), default=0)
    return {key: f"{name:{width}}: " for key, name in names.items()}


def _whole_items(mark: Mark, depth: int, items: Mapping[Any, Any]) -> Iterator[Line]:
    titles = _titles(sorted(items))
    for key, title in titles.items():
        yield from _whole(mark, depth, title, items[key])


def _whole(mark: Mark, depth: int, title: str, value: Any) -> Iterator[Line]:
    if not _nested(value) or not value:
        yield Line(mark, depth, title + _inline(value))
        return
    opening, closing = _brackets(value)
    yield Line(mark, depth, title + opening)
    yield from _whole_items(mark, depth + 1, _items(value))
    yield Line(Mark.SAME, depth, closing)


def _changed(depth: int, title: str, old: Any, new: Any) -> Iterator[Line]:
    if _nested(old) and _nested(new) and _brackets(old) == _brackets(new):
        opening, closing = _brackets(new)
        yield Line(Mark.UPDATE, depth, title + opening)
        yield from differences(old, new, depth + 1)
        yield Line(Mark.SAME, depth, closing)
    elif _nested(old) or _nested(new):
        yield from _whole(Mark.DELETE, depth, title, old)
        yield from _whole(Mark.ADD, depth, title, new)
    elif isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        yield Line(Mark.UPDATE, depth, title)
        yield from _changed_text(depth + 1, *_lines_of(old, new))
    else:
        yield Line(Mark.UPDATE, depth, f"{title}{_inline(old, shorten=False)} => {_inline(new, shorten=False)}")


def _lines_of(old: str, new: str) -> tuple[list[str], list[str]]:
    """Split both texts. If only one of them ends with a line feed, the lines show it."""
    if old.endswith("\n") and new.endswith("\n"):
        old, new = old[:-1], new[:-1]
    return old.split("\n"), new.split("\n")


def _changed_text(depth: int, old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    old_place = new_place = 0
    for block in [*common_blocks(old, new), Block(len(old), len(new), 0)]:
        yield from (Line(Mark.DELETE, depth, visible(text)) for text in old[old_place : block.old])
        yield from (Line(Mark.ADD, depth, visible(text)) for text in new[new_place : block.new])
        old_place, new_place = block.old + block.size, block.new + block.size
        head = _CONTEXT_LINES if block.old or block.new else 0
        tail = _CONTEXT_LINES if old_place < len(old) or new_place < len(new) else 0
        yield from _unchanged(depth, old[block.old : old_place], head, tail)


def _unchanged(depth: int, lines: Sequence[str], head: int, tail: int) -> Iterator[Line]:
    """Yield equal lines: all of them, or if there are more, the first `head` and the last `tail`."""
    left_out = len(lines) > head + tail
    first, last = (lines[:head], lines[len(lines) - tail :]) if left_out else (lines, [])
    yield from (Line(Mark.SAME, depth, visible(text)) for text in first)
    if left_out:
        yield Line(Mark.SAME, depth, "...")
    yield from (Line(Mark.SAME, depth, visible(text)) for text in last)


def _nested(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple))


def _brackets(value: Any) -> tuple[str, str]:
    return ("{", "}") if isinstance(value, Mapping) else ("[", "]")


def _inline(value: Any, *, shorten: bool = True) -> str:
    match value:
        case Secret():
            return "[secret]"
        case _ if value is UNKNOWN:
            return "[unknown]"
        case str():
            return quoted(_shortened(value) if shorten else value)
        case _ if _nested(value):
            return "".join(_brackets(value))
        case _:
            return _scalar(value)


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "<null>"
        case bool():
            return str(value).lower()
        case ResourceReference(urn):
            return quoted(urn)
        case int() | float():
            return f"{value:.0f}" if float(value).is_integer() else repr(value)
        case _:
            return quoted(str(value))


def _shortened(text: str) -> str:
    lines = text.split("\n")
    cut = [line if len(line) <= _SHOWN_COLUMNS else line[:_SHOWN_COLUMNS] + "..." for line in lines[:_SHOWN_LINES]]
    return "\n".join([*cut, "..."] if len(lines) > _SHOWN_LINES else cut)
