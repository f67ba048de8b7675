"""The public signatures are those of `signatures.txt`. A change of one is a line in the changelog.

Write it anew with `python -m tests.test_signatures`, and look at what changed.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pulumi_assistai

RECORDED = Path(__file__).with_name("signatures.txt")


def signatures() -> Iterator[str]:
    for name in pulumi_assistai.__all__:
        value = getattr(pulumi_assistai, name)
        if inspect.isclass(value) and issubclass(value, Exception):
            yield f"{name}({', '.join(base.__name__ for base in value.__bases__)})"
            continue
        yield f"{name}{inspect.signature(value)}"
        if inspect.isclass(value):
            yield from (f"{name}.{line}" for line in _members(value))


def _members(kind: type) -> Iterator[str]:
    annotations = inspect.get_annotations(kind)
    yield from (f"{name}: {annotations[name]}" for name in sorted(annotations) if not name.startswith("_"))
    for name, member in sorted(vars(kind).items()):
        function = member.__func__ if isinstance(member, (staticmethod, classmethod)) else member
        if inspect.isfunction(function) and not name.startswith("_"):
            yield f"{name}{inspect.signature(function)}"


def test_the_public_signatures_are_the_recorded_ones() -> None:
    assert "\n".join(signatures()) + "\n" == RECORDED.read_text(encoding="utf-8")


if __name__ == "__main__":
    RECORDED.write_text("\n".join(signatures()) + "\n", encoding="utf-8")
