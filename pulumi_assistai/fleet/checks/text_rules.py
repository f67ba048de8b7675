"""Rules about texts that an agent should not be given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pulumi_assistai.fleet.checks.findings import Finding
from pulumi_assistai.fleet.checks.loaded import LoadedFleet
from pulumi_assistai.fleet.checks.shapes import PLACEHOLDERS, SECRETS
from pulumi_assistai.fleet.templates import Text

Found = tuple[int, str]
"""The position of a finding in a text, and its message."""

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BLANKS = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_DIGITS = re.compile(r"(?:\d[\s().\u00a0-]{0,3}){7}")
_CHAT = re.compile(r"(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)\+?(\d{7,15})")
_LEFT_OPEN = "{{"


def placeholders(fleets: Sequence[LoadedFleet]) -> Iterator[Finding]:
    """Yield placeholders for texts that are not written yet."""
    yield from _in_texts("placeholder", fleets, _find_placeholders)


def secrets(fleets: Sequence[LoadedFleet]) -> Iterator[Finding]:
    """Yield texts that look like a password or a key, also in comments, because Git has those too."""
    yield from _in_texts("secret", fleets, _find_secrets)


def phone_numbers(fleets: Sequence[LoadedFleet]) -> Iterator[Finding]:
    """Yield phone numbers with a country code."""
    yield from _in_texts("phone-number", fleets, _find_phone_numbers)


def trailing_blanks(fleets: Sequence[LoadedFleet]) -> Iterator[Finding]:
    """Yield lines that end with spaces. If the API drops them, its text differs from the declared one."""
    yield from _in_texts("trailing-blanks", fleets, _find_trailing_blanks)


def _in_texts(rule: str, fleets: Sequence[LoadedFleet], find: Callable[[str], Iterator[Found]]) -> Iterator[Finding]:
    for text in {(text.path, text.line, text.source): text for fleet in fleets for text in _told(fleet)}.values():
        for start, what in find(text.source):
            yield Finding(text.path, text.line + text.source.count("\n", 0, start), rule, what)


def _told(fleet: LoadedFleet) -> Iterator[Text]:
    """Yield the texts that reach the agent: not the expected phone number, nor the code to adopt."""
    for agent in fleet.agents:
        yield from (text for name, text in agent.texts.items() if name not in {"expected_phone_number", "adopt"})
    yield from fleet.fragments.values()


def _find_placeholders(source: str) -> Iterator[Found]:
    # Comments do not reach the agent.
    told = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source)
    for pattern in PLACEHOLDERS:
        for found in pattern.finditer(told):
            yield found.start(), f"placeholder for a text that is not written yet: {found[0].strip()}"


def _find_secrets(source: str) -> Iterator[Found]:
    for kind, pattern in SECRETS.items():
        for found in pattern.finditer(source):
            if _LEFT_OPEN not in found[0]:
                yield (
                    found.start(),
                    f"this looks like {kind}; an agent may tell it to anybody: remove it and renew it",
                )


def _find_phone_numbers(source: str) -> Iterator[Found]:
    for found in _CHAT.finditer(source):
        yield found.start(), _number(found[1])
    if "+" not in source or not _DIGITS.search(source):
        return
    # It is big, and few texts hold a number.
    import phonenumbers  # noqa: PLC0415

    for match in phonenumbers.PhoneNumberMatcher(source, None):
        yield match.start, _number(match.raw_string)


def _number(written: str) -> str:
    digits = re.sub(r"\D", "", written)
    return f"a phone number (ends in {digits[-3:]}); use a variable, so that it is in one place"


def _find_trailing_blanks(source: str) -> Iterator[Found]:
    for found in _BLANKS.finditer(source):
        yield found.start(), "the line ends with spaces, which the API may drop"
