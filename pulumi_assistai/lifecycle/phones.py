"""Phone numbers: whether two numbers, as dialled or as WhatsApp stores them, belong to the same subscriber."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum

EXAMPLE = "+58 424 1234567"

_ADDRESS = re.compile(r"(?:whatsapp:|tel:)?(?P<number>.*?)(?:(?:[._]\d{1,2})?:\d+)?(?:@(?:s\.whatsapp\.net|c\.us))?")
"""A number alone or in an address of WhatsApp: `584241234567:12@s.whatsapp.net`, where 12 is a device."""

_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")

_AS_DIALLED = (
    # Mexico: WhatsApp keeps the 1 of mobile numbers, which ended in 2019 together with 01, 044 and 045.
    (re.compile(r"52(?:1|01|044|045)(\d{10})"), r"52\1"),
    # Argentina: phonenumbers reads a mobile number with 9 or with 15, but not with both, nor with 9 and a trunk 0.
    (re.compile(r"549(0\d{10}|0?\d{12})"), r"54\1"),
    # Brazil: mobile numbers got a ninth digit. WhatsApp does not add it to numbers that it had before.
    (re.compile(r"55(\d\d)([6-9]\d{7})"), r"55\g<1>9\2"),
    # Benin: all numbers got 01 in 2024.
    (re.compile(r"229([2-9]\d{7})"), r"22901\1"),
)
"""Outdated forms of numbering plans, and today's forms."""

_OUTDATED = re.compile(r"225\d{8}")
"""Ivory Coast until 2021. WhatsApp still has such numbers. Their new prefix depends on the operator."""

_ARGENTINE_MOBILE = re.compile(r"549(\d{10})")

_SHOWN_DIGITS = 2
_SUBSCRIBER_DIGITS = 7
"""Last digits of a number, which renumberings do not change."""


class Match(Enum):
    """Whether two phone numbers belong to the same subscriber."""

    SAME = "same"
    DIFFERENT = "different"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class _Number:
    """A phone number that can be dialled from abroad.

    Attributes:
        digits: country code and national number, in the same form for every number of a subscriber.
        country: the country code.
        valid: whether the number fits the country's numbering plan, as far as that is known.
    """

    digits: str
    country: int = field(compare=False)
    valid: bool = field(compare=False)


def compare(one: str, other: str) -> Match:
    """Compare two numbers. The result is DIFFERENT only if that is certain."""
    first, second = _read(one), _read(other)
    if first is None or second is None:
        return Match.SAME if _plain(one) == _plain(other) else Match.UNCLEAR
    if first == second:
        return Match.SAME
    return Match.UNCLEAR if _may_be_one(first, second) else Match.DIFFERENT


def last_digits(number: str) -> str:
    """Return the digits of a number that messages may show although the number may be a secret."""
    return _digits(_plain(number))[-_SHOWN_DIGITS:] or "?"


def is_international(number: str) -> bool:
    """Return whether a number can be dialled from abroad as it is written."""
    return _read(number) is not None


def _may_be_one(first: _Number, second: _Number) -> bool:
    """Return whether one number lacks the country code, or digits that a renumbering added."""
    if first.digits.endswith(second.digits) or second.digits.endswith(first.digits):
        return True
    alike = first.digits[-_SUBSCRIBER_DIGITS:] == second.digits[-_SUBSCRIBER_DIGITS:]
    comparable = first.valid and second.valid and len(first.digits) == len(second.digits)
    return first.country == second.country and alike and not comparable


def _read(text: str) -> _Number | None:
    """Return the number in a text, None if it is not one that can be dialled from abroad."""
    plain = _plain(text)
    if re.search(r"[^\W\d_]|[*#•…]", plain):
        # Letters and masks stand for unknown digits.
        return None
    # It depends on the country whether a zero in parentheses is dialled.
    readings = [_parse(_digits(plain)), _parse(_digits(_TRUNK_ZERO.sub("", plain)))]
    found = [number for number in readings if number is not None]
    return next((number for number in found if number.valid), found[0] if found else None)


def _plain(text: str) -> str:
    """Return the number of a text or address, with ASCII digits."""
    compatible = unicodedata.normalize("NFKC", text).strip()
    ascii_digits = "".join(str(int(each)) if each.isdecimal() else each for each in compatible)
    address = _ADDRESS.fullmatch(ascii_digits)
    return address["number"] if address else ascii_digits


def _digits(plain: str) -> str:
    return re.sub(r"\D", "", plain).removeprefix("00")


def _parse(digits: str) -> _Number | None:
    # The package is large, and only a declared number needs it.
    import phonenumbers  # noqa: PLC0415

    if _OUTDATED.fullmatch(digits):
        return _Number(digits, int(digits[:3]), valid=False)
    for outdated, dialled in _AS_DIALLED:
        digits = outdated.sub(dialled, digits) if outdated.fullmatch(digits) else digits
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    # The 9 marks a mobile number. Without the 9 it is still the number of the same subscriber.
    subscriber = _ARGENTINE_MOBILE.sub(r"54\1", dialled)
    return _Number(subscriber, number.country_code or 0, phonenumbers.is_valid_number(number))
