"""The sandbox for templates. It bounds the time and memory that a template can use.

Every rendering has a budget. Each step, such as a turn of a loop or a call, and the size of every value reduce it.
There is no clock, so the same template always ends the same way. Operations that make large values from small ones,
such as `*` or `center`, are charged before they run.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from functools import wraps
from string import Formatter
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

_BUDGET = 5_000_000
_STEP = 20
_FILE = 500
_MOST_BITS = 10_000
_TOO_MUCH = "the template exceeds its budget; shorten its loops or its output"
_WEIGHED = " weighed"  # templates cannot name it
_MANY = (list, tuple, set, frozenset, KeysView, ValuesView, ItemsView)
_WRAP: tuple[str, ...] = ("width", "break_long_words", "wrapstring", "break_on_hyphens")
_WIDE = re.compile(r"%(\([^)]*\))?[-#0 +]*(\*|\d{5}|\d*\.(\*|\d{5}))")
_WIDE_FIELD = re.compile(r"\d{5}")
_WIDTHS = re.compile(r"%(?:\([^)]*\))?[-#0 +]*(\d*)(?:\.(\d*))?")
_COPIED = 2_000
"""Characters copied in the time of one unit of the budget."""


class TooMuchError(TemplateRuntimeError):
    """A template exceeds its budget."""


class _Budget(threading.local):
    left = _BUDGET


class BoundedEnvironment(SandboxedEnvironment):
    """A sandbox in which every template ends, with a text or an error."""

    intercepted_binops = frozenset({"+", "*", "**", "%", "//"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._budget = _Budget()
        del self.globals["lipsum"]
        self.filters = self._all_bounded(self.filters) | {_WEIGHED: self._weighed}
        self.tests = self._all_bounded(self.tests)

    def refill(self) -> None:
        """Begin with a full budget."""
        self._budget.left = _BUDGET

    def _spend(self, amount: int) -> None:
        self._budget.left -= max(amount, 0)
        if self._budget.left < 0:
            raise TooMuchError(_TOO_MUCH)

    def _weigh(self, *values: Any) -> None:
        self._spend(_STEP + _weight(values, self._budget.left))

    @pass_context
    def _weighed(self, _: Context, value: Any, more: int = 0) -> Any:
        self._weigh(value)
        self._spend(more)
        return self._counted(value)

    def _all_bounded(self, functions: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._bounded(name, function) for name, function in functions.items()}

    def _bounded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        first = 1 if hasattr(function, "jinja_pass_arg") else 0

        @wraps(function)
        def bounded(*given: Any, **kwargs: Any) -> Any:
            args = [*given[:first], *map(self._counted, given[first:])]
            if name in {"join", "sum"}:
                args[first:] = map(_listed, args[first:])
            self._weigh(args[first:], kwargs)
            if name in _FILTERS:
                self._spend(_FILTERS[name](*args[first:], **kwargs))
            return function(*args, **kwargs)

        return bounded

    def _counted(self, value: Any) -> Any:
        """Return an iterator that charges each item: the original one may never end."""
        return self._each(value) if isinstance(value, Iterator) and not isinstance(value, LoopContext) else value

    def _each(self, values: Iterator[Any]) -> Iterator[Any]:
        for value in values:
            self._weigh(value)
            yield value

    def call(self, context: Context, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a function for a template, after charging for it."""
        owner = getattr(called, "__self__", None)
        name = getattr(called, "__name__", "")
        if isinstance(owner, str | bytes | int):
            args = tuple(_listed(self._counted(value)) for value in args) if name == "join" else args
            self._weigh(owner)
            self._spend(_METHODS[name](owner, *args, **kwargs) if name in _METHODS else 0)
        elif isinstance(owner, list | dict):
            self._spend(len(owner) // _STEP)
        self._weigh(args, kwargs)
        return super().call(context, called, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return the result of an operator on two values, after charging for it."""
        self._weigh(left, right)
        self._spend(_product(operator, left, right))
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse `translate`, which can make any text from any character."""
        return super().is_safe_attribute(obj, attr, value) and not (
            attr == "translate" and isinstance(obj, str | bytes)
        )

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a `str.format` or `str.format_map` that refuses wide fields."""
        if super().wrap_str_format(value) is None:
            return None

        def formatted(*args: Any, **kwargs: Any) -> str:
            self._weigh(args, kwargs, value.__self__)
            self._spend(value.__self__.count("{") * _weight((args, kwargs), _BUDGET))
            values = args[0] if value.__name__ == "format_map" else kwargs
            return _Formatter(self).vformat(value.__self__, args, values)

        return formatted

    def concat(self, chunks: Iterable[str]) -> str:
        """Return the parts of a text as one."""
        parts = []
        for chunk in chunks:
            self._spend(1 + len(chunk))
            parts.append(chunk)
        return "".join(parts)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse a template so that everything in it is charged, not only calls and filters."""
        parsed = super()._parse(source, name, filename)
        _Weigher().visit(parsed)
        parsed.set_environment(self)
        return parsed


class _Formatter(SandboxedFormatter):
    def __init__(self, environment: BoundedEnvironment) -> None:
        super().__init__(environment)
        self._environment = environment

    def format_field(self, value: Any, format_spec: str) -> str:
        if _WIDE_FIELD.search(format_spec):
            raise TooMuchError(_TOO_MUCH)
        self._environment._spend(sum(map(int, re.findall(r"\d+", format_spec))))  # noqa: SLF001 - it belongs to it
        return str(Formatter.format_field(self, value, format_spec))


class _Weigher(NodeTransformer):
    def visit_Template(self, node: nodes.Template) -> nodes.Node:  # noqa: N802 - jinja2's own names, here and below
        self.generic_visit(node)
        node.body.insert(0, _step(node, _FILE))
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _weighed(node.iter)
        node.body.insert(0, _step(node))
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.nodes = [part if isinstance(part, nodes.TemplateData) else _weighed(part) for part in node.nodes]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.nodes = [_weighed(part) for part in node.nodes]
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        # The arguments of `*` and `**` may never end.
        if node.dyn_args is not None:
            node.dyn_args = _weighed(node.dyn_args)
        return node

    visit_Filter = visit_Test = visit_Call  # noqa: N815

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _weighed(node.expr)
        for operand in node.ops:
            operand.expr = _weighed(operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _weighed(node.node)
        return node

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _weighed(node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _weighed(node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _weighed(node) if node.ctx == "load" else node

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802
        """Leave lists of files unchanged, so that a search for a template's files finds them."""
        return node


def _weighed(node: nodes.Node, more: int = 0) -> nodes.Filter:
    extra: list[nodes.Expr] = [nodes.Const(more)] if more else []
    return nodes.Filter(node, _WEIGHED, extra, [], None, None, lineno=node.lineno)


def _step(node: nodes.Node, more: int = 0) -> nodes.ExprStmt:
    return nodes.ExprStmt(_weighed(nodes.Const(0, lineno=node.lineno), more), lineno=node.lineno)


def _weight(value: Any, most: int) -> int:
    """Return the size of a value; repeated parts count each time. The count stops shortly above `most`."""
    weight, left = 0, [value]
    while left and weight <= most:
        value = left.pop()
        weight += 1
        if isinstance(value, str | bytes | range):
            weight += len(value)
        elif isinstance(value, int):
            # Dividing takes the square of the length.
            weight += value.bit_length() // 8 + value.bit_length() ** 2 // 20_000
        elif (held := _held(value)) is not None:
            weight += len(held)
            if weight <= most:
                left.extend(held)
    return weight


def _held(value: Any) -> list[Any] | None:
    if isinstance(value, Namespace):
        value = object.__getattribute__(value, "_Namespace__attrs")
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, TemplateModule):
        return list(value._body_stream)  # noqa: SLF001 - it has no other way to its parts
    return list(value) if isinstance(value, _MANY) else None


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, Iterator) else value


def _product(operator: str, left: Any, right: Any) -> int:
    """Return the largest possible size of an operator's result."""
    if operator == "%" and isinstance(left, str | bytes):
        return _format(left, right)
    if operator in {"*", "**"} and isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
        if bits > _MOST_BITS:
            raise TooMuchError(_TOO_MUCH)
    if operator == "*" and isinstance(right, int) and hasattr(left, "__len__"):
        return len(left) * right
    if operator == "*" and isinstance(left, int) and hasattr(right, "__len__"):
        return len(right) * left
    return 0


def _times(times: Any, size: int = 1) -> int:
    return max(times, 0) * size if isinstance(times, int) else 0


def _pad(text: Any, width: Any = 80, *_: Any, **__: Any) -> int:
    return _times(width, 1 + str(text).count("\t"))


def _replace(text: Any, old: Any, new: Any, *_: Any, **__: Any) -> int:
    if isinstance(text, bytes):
        return text.count(old) * len(new)
    return str(text).count(str(old)) * len(str(new))


def _join(glue: Any, parts: Any) -> int:
    return len(parts) * len(glue)


def _join_filter(parts: Any, d: Any = "", *_: Any, **__: Any) -> int:
    return _join(str(d), parts) if hasattr(parts, "__len__") else 0


def _indent(text: Any, width: Any = 4, *_: Any, **__: Any) -> int:
    return (str(text).count("\n") + 1) * (len(width) if isinstance(width, str) else _times(width))


def _wrap(text: Any, width: Any = 79, wrapstring: Any = None, **_: Any) -> int:
    """The rest of a long word is copied for every line."""
    longest = max(map(len, str(text).split()), default=0)
    copied = longest**2 // max(width, 1) if isinstance(width, int) else 0
    return len(str(text)) * len(wrapstring or "") + copied // _COPIED


def _links(text: Any, *attributes: Any, **named: Any) -> int:
    """The attributes are repeated for every link, and no link has none of these characters."""
    return sum(map(str(text).count, ".:@")) * sum(len(str(value)) for value in (*attributes, *named.values()))


def _format(text: Any, *args: Any, **kwargs: Any) -> int:
    pattern = text.decode("latin-1") if isinstance(text, bytes) else str(text)
    if _WIDE.search(pattern):
        raise TooMuchError(_TOO_MUCH)
    widths = sum(int(digits) for found in _WIDTHS.findall(pattern) for digits in found if digits)
    return widths + pattern.count("%") * _weight((args, kwargs), _BUDGET)


def _groups(_: Any, size: Any, *__: Any, **___: Any) -> int:
    return _times(size, _STEP)


def _json(value: Any, indent: Any = None) -> int:
    return _weight(value, _BUDGET) * (len(indent) if isinstance(indent, str) else _times(indent))


def _round(_: Any, precision: Any = 0, *__: Any, **___: Any) -> int:
    return _times(abs(precision), _BUDGET // 400) if isinstance(precision, int) else 0


def _sum(value: Any, _: Any = None, start: Any = 0, **__: Any) -> int:
    """Lists are copied for every list that is added to them."""
    return 0 if isinstance(start, int | float) else _weight(value, _BUDGET) ** 2 // _STEP


def _strip_tags(text: Any) -> int:
    """The rest of the text is copied for every comment."""
    return str(text).count("<!--") * len(str(text)) // _STEP


_FILTERS: dict[str, Callable[..., int]] = {
    "batch": lambda value, linecount, *_, **__: _groups(value, linecount),
    "center": _pad,
    "format": _format,
    "indent": _indent,
    "join": _join_filter,
    "replace": lambda s, old, new, *_, **__: _replace(s, old, new),
    "round": _round,
    "slice": lambda value, slices, *_, **__: _groups(value, slices),
    "striptags": _strip_tags,
    "sum": _sum,
    "tojson": _json,
    "urlize": _links,
    "wordwrap": lambda text, *args, **kwargs: _wrap(text, **dict(zip(_WRAP, args, strict=False)), **kwargs),
}
_METHODS: dict[str, Callable[..., int]] = {
    "center": _pad,
    "expandtabs": lambda text, tabsize=8: _pad(text, tabsize),
    "join": _join,
    "ljust": _pad,
    "replace": _replace,
    "rjust": _pad,
    "to_bytes": lambda _, length=1, *__, **___: _times(length),
    "zfill": _pad,
}
