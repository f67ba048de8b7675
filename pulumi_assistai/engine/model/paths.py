"""Property paths, such as `a.b[0]["c d"]` or `tags[*]`, which options use for parts of a resource's properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi_assistai.properties import Secret, Values, equal

Path = tuple[str | int, ...]

_ELEMENT = re.compile(r"""\.?(?:\["((?:\\"|[^"])*)"\]|\[(\d+|\*)\]|([^.\[\]"]+))""")
_EVERY = "*"


def parse_path(text: str) -> Path | None:
    """Return the elements of a path, None if `text` is not a path."""
    elements: list[str | int] = []
    position = 0
    while position < len(text):
        match = _ELEMENT.match(text, position)
        if match is None:
            return None
        quoted, index, name = match.groups()
        elements.append(_element(quoted, index, name))
        position = match.end()
    return tuple(elements)


def contains(path: Path, other: Path) -> bool:
    """Return whether `other` is `path` or inside of it."""
    return len(other) >= len(path) and all(a in (_EVERY, b) for a, b in zip(path, other, strict=False))


def changed_paths(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of the differences between two values, as deep as both have the same shape."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if key in old and key in new:
                yield from changed_paths(old[key], new[key], (*path, key))
            else:
                yield (*path, key)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            if index < min(len(old), len(new)):
                yield from changed_paths(old[index], new[index], (*path, index))
            else:
                yield (*path, index)
    elif not equal(old, new):
        yield path


def ignore_changes(inputs: Values, old: Mapping[str, Any], paths: Sequence[str]) -> tuple[Values, list[str]]:
    """Reset the values at the paths to the old ones.

    Args:
        inputs: the new inputs, which are not changed.
        old: the old inputs.
        paths: the paths to reset.

    Returns:
        The resulting inputs, and the paths that could not be reset because elements were added or removed.
    """
    kept: Any = inputs
    refused = []
    for text in paths:
        path = parse_path(text)
        if path:
            kept, complete = _reset(path, dict(old), kept)
            refused += [] if complete else [text]
    return kept, refused


def differing(old: Mapping[str, Any], new: Mapping[str, Any], paths: Sequence[str]) -> list[str]:
    """Return the paths at which two resources' properties differ, sorted."""
    return [path for path in sorted(set(paths)) if not equal(_found(old, path), _found(new, path))]


def masked(values: Mapping[str, Any], paths: Sequence[str], text: str | None = None) -> Values:
    """Return a copy of the properties without the values at the paths, or with `text` instead of these values."""
    result: Any = dict(values)
    for path in filter(None, map(parse_path, paths)):
        result = _masked(path, result, text)
    kept: Values = result
    return kept


def _found(values: Mapping[str, Any], text: str) -> list[Any]:
    """Return the values at a path, each with its own path; empty if there are none."""
    found: list[Any] = [[[], dict(values)]]
    for element in parse_path(text) or ():
        found = [[[*path, key], inner] for path, value in found for key, inner in _children(_opened(value), element)]
    return found if parse_path(text) else []


def _children(value: Any, element: str | int) -> list[tuple[str | int, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(key, inner) for key, inner in items if element == _EVERY or str(key) == str(element)]


def _masked(path: Path, value: Any, text: str | None) -> Any:
    if isinstance(value, Secret):
        return Secret(_masked(path, value.value, text))
    head, rest = path[0], path[1:]
    chosen = {key for key, _ in _children(value, head)}
    if isinstance(value, dict):
        if not rest and text is None:
            return {key: inner for key, inner in value.items() if key not in chosen}
        return {key: _put(rest, inner, text) if key in chosen else inner for key, inner in value.items()}
    if isinstance(value, list):
        # If elements were removed, the rest of a list would be compared with other elements.
        return [_put(rest, inner, text) if place in chosen else inner for place, inner in enumerate(value)]
    return value


def _put(rest: Path, value: Any, text: str | None) -> Any:
    return _masked(rest, value, text) if rest else text


def _element(quoted: str | None, index: str | None, name: str) -> str | int:
    if quoted is not None:
        return quoted.replace('\\"', '"')
    if index is not None:
        return _EVERY if index == _EVERY else int(index)
    return name


def _reset(path: Path, old: Any, new: Any) -> tuple[Any, bool]:
    """Return `new` with the values of `old` at `path`, and whether both have all of these places."""
    if not path:
        return old, True
    if isinstance(old, Secret) or isinstance(new, Secret):
        value, complete = _reset(path, _opened(old), _opened(new))
        return Secret(value), complete
    if isinstance(old, dict) and isinstance(new, dict):
        return _reset_keys(path, old, new)
    if isinstance(old, list) and isinstance(new, list):
        return _reset_indices(path, old, new)
    return new, not isinstance(old, dict | list) and not isinstance(new, dict | list)


def _reset_keys(path: Path, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    head, rest = path[0], path[1:]
    result = dict(new)
    complete = True
    for key in old.keys() | new.keys() if head == _EVERY else (str(head),):
        if key in old and (key in new or not rest):
            result[key], done = _reset(rest, old[key], new.get(key))
            complete = complete and done
        elif rest:
            complete = complete and key not in old and key not in new
        else:
            result.pop(key, None)
    return result, complete


def _reset_indices(path: Path, old: list[Any], new: list[Any]) -> tuple[list[Any], bool]:
    head, rest = path[0], path[1:]
    result = list(new)
    complete = True
    for index in range(max(len(old), len(new))) if head == _EVERY else (int(head),):
        if index < min(len(old), len(new)):
            result[index], done = _reset(rest, old[index], new[index])
            complete = complete and done
        else:
            complete = complete and index >= max(len(old), len(new))
    return result, complete


def _opened(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value
