"""Messages of a preview: errors, warnings and notes, without repetitions and tracebacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pulumi_assistai.cli.report.model import Diagnostic, Severity
from pulumi_assistai.redaction import redact

_TRACEBACK = "Traceback (most recent call last):"
_PREFIX = re.compile(r"^(?:error|warning): ")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+)')
_PLUMBING = re.compile(r"^(?:error: )?(?:Exception calling application: |<_InactiveRpcError)")
_ABOUT_PATH = re.compile(r"using pulumi-\S+ from \$PATH at \S+")
"""The CLI's warning that a plugin is on PATH: it is about the machine of the preview, and comes with every one."""

_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}


def read_diagnostics(said: Iterable[tuple[str, str, str]]) -> list[Diagnostic]:
    """Return the messages, errors first.

    Args:
        said: severity, message and URN from the engine. A dynamic provider prints its warnings: they arrive with the
            severity "info#err", without a URN, and begin with `warning: `.
    """
    about_changes = (one for one in said if not _ABOUT_PATH.fullmatch(_PREFIX.sub("", one[1].strip())))
    found = {diagnostic for severity, message, urn in about_changes for diagnostic in _read(severity, message, urn)}
    order = list(Severity)
    return sorted(found, key=lambda one: (order.index(one.severity), one.urn, one.message))


def _read(severity: str, message: str, urn: str) -> Iterator[Diagnostic]:
    known = _SEVERITIES.get(severity.partition("#")[0])
    if known is not None:
        text = redact(_told(message))
        yield from [Diagnostic(known, text, urn)] if text else []
        return
    for line in _told(message, all_lines=True).split("\n"):
        meant = Severity.WARNING if line.startswith("warning: ") else Severity.INFO
        text = redact(_PREFIX.sub("", line))
        yield from [Diagnostic(meant, text, urn)] if text else []


def _told(message: str, *, all_lines: bool = False) -> str:
    """Return a message without its tracebacks, only with each one's last place and exception."""
    lines = [line for line in _without_tracebacks(message.split("\n")) if line.strip()]
    if all_lines:
        return "\n".join(line.strip() for line in lines)
    return _PREFIX.sub("", " ".join(_PLUMBING.sub("", line.strip()) for line in lines))


def _without_tracebacks(lines: Iterable[str]) -> Iterator[str]:
    place, inside = "", False
    for line in lines:
        if _TRACEBACK in line:
            inside, place = True, ""
            yield line.partition(_TRACEBACK)[0]
        elif not inside:
            yield line
        elif frame := _FRAME.match(line):
            place = f" ({frame['file'].replace(chr(92), '/').rpartition('/')[2]}, line {frame['line']})"
        elif line.strip() and not line.startswith(" "):
            inside = False
            yield line + place
