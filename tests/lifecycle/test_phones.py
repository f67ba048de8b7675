"""Phone numbers as dialled and as WhatsApp has them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_assistai.lifecycle.phones import EXAMPLE, Match, compare, is_international

VENEZUELA = "584241234567"

SAME = [
    # As people write them.
    ("+58 424-123.45/67", VENEZUELA),
    ("+58 (0)424-1234567", VENEZUELA),
    ("+58 0424 1234567", VENEZUELA),
    ("0058 424 1234567", VENEZUELA),
    ("\u202a+58\u00a0424\u20111234567\u202c", VENEZUELA),
    ("+\u0665\u0668\u0664\u0662\u0664\u0661\u0662\u0663\u0664\u0665\u0666\u0667", VENEZUELA),
    ("\uff0b\uff15\uff18\uff08\uff10\uff09424 1234567", VENEZUELA),
    ("+57 (0)300 123 4567", "573001234567"),
    ("+49 (0)151 12345678", "4915112345678"),
    ("+39 (0)6 12345678", "390612345678"),
    ("+39 (0)347 1234567", "393471234567"),
    # As WhatsApp's addresses have them.
    (EXAMPLE, f"{VENEZUELA}@s.whatsapp.net"),
    (EXAMPLE, f"{VENEZUELA}@c.us"),
    (EXAMPLE, f"{VENEZUELA}:12@s.whatsapp.net"),
    (EXAMPLE, f"{VENEZUELA}.0:3@s.whatsapp.net"),
    (EXAMPLE, f"{VENEZUELA}:3"),
    (EXAMPLE, f"whatsapp:+{VENEZUELA}"),
    # Mexico's mobile 1, and the other prefixes that ended with it.
    ("+52 55 1234 5678", "5215512345678"),
    ("+52 1 55 1234 5678", "525512345678"),
    ("+52 01 55 1234 5678", "525512345678"),
    ("+52 044 55 1234 5678", "5215512345678"),
    ("+52 045 55 1234 5678", "5215512345678"),
    ("+52 (0)55 1234 5678", "525512345678"),
    # Argentina's mobile 9 and 15, also where the area code has two or four digits.
    ("+54 11 2345-6789", "5491123456789"),
    ("+54 11 15-2345-6789", "5491123456789"),
    ("+54 (0)11 15-2345-6789", "541123456789"),
    ("+54 9 (0)11 2345-6789", "541123456789"),
    ("+54 9 11 15 2345-6789", "5491123456789"),
    ("+54 (02954) 15-123456", "5492954123456"),
    ("+54 9 02954 15 123456", "5492954123456"),
    # Brazil's ninth digit, and numbers that have none.
    ("+55 61 99167-4800", "556191674800"),
    ("+55 (0)61 99167-4800", "5561991674800"),
    ("+55 11 8765-4321", "5511987654321"),
    ("+55 0800 046 4636", "558000464636"),
    # Benin's 01.
    ("+229 01 97 12 34 56", "22997123456"),
    # On two lines.
    ("+58 424\n1234567", VENEZUELA),
    # What is no number is itself.
    ("\u0665\u0668424***4567", "58424***4567"),
    ("58424***4567", "58424***4567"),
    ("", ""),
]

DIFFERENT = [
    (EXAMPLE, "584241234568"),
    (EXAMPLE, "584141234567"),
    (EXAMPLE, "14241234567"),
    ("+54 11 2345-6789", "5491123456780"),
    ("+54 11 2345-6789", "5493512345678"),
    ("+52 55 1234 5678", "5213312345678"),
    ("+55 61 99167-4800", "556291674800"),
    ("+55 61 99167-4800", "556191674801"),
    # Numbering plans grow: one that is not known yet is another one all the same.
    (EXAMPLE, "584997654321"),
]

UNCLEAR = [
    (EXAMPLE, ""),
    (EXAMPLE, "4241234567"),
    (EXAMPLE, "58424***4567"),
    (EXAMPLE, "58424xxx4567"),
    (EXAMPLE, "5842412345\u2022\u2022"),
    (EXAMPLE, "18424123456789012"),
    (EXAMPLE, "120363041234567890@g.us"),
    (EXAMPLE, "12025550123@lid"),
    # Without its country code it happens to be one of Japan's.
    ("81 98765-4321", "5581987654321"),
    # Eight digits in Brazil, a landline's, and nine, a mobile phone's: whether a digit was lost is not known.
    ("+55 11 3123-4567", "5511931234567"),
    # Ivory Coast: the prefix depends on the operator.
    ("+225 07 05 45 12 34", "22505451234"),
    ("22505451234", "22515451234"),
    # Not in the numbering plan, and like one that is.
    (EXAMPLE, "584991234567"),
]

NOT_INTERNATIONAL = [
    "0424-1234567",
    "424-1234567",
    "(0)424-1234567",
    "+0424 1234567",
    "011 58 424 1234567",
    "+58 424 12345",
    "+58 424 12345678",
    "+1 555 1234",
    "+999 123456789",
    "+58 424 1234567, +58 414 1234567",
    "+58 424 AGENTE",
    "58424***4567",
    "phone",
    "0",
    "",
    "5" * 300,
]


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        *((one, other, Match.SAME) for one, other in SAME),
        *((one, other, Match.DIFFERENT) for one, other in DIFFERENT),
        *((one, other, Match.UNCLEAR) for one, other in UNCLEAR),
    ],
)
def test_numbers_are_compared_as_subscribers(one: str, other: str, match: Match) -> None:
    assert compare(one, other) is match
    assert compare(other, one) is match


@pytest.mark.parametrize("number", NOT_INTERNATIONAL)
def test_what_cannot_be_dialled_from_abroad_is_no_international_number(number: str) -> None:
    assert not is_international(number)


# Ivory Coast's eight digits are what WhatsApp has: whoever copies them from there is right.
@pytest.mark.parametrize("number", [EXAMPLE, "+225 05 45 12 34", "5215512345678", "556191674800", "22997123456"])
def test_what_can_be_dialled_and_what_whatsapp_has_are_international(number: str) -> None:
    assert is_international(number)


PLAIN = st.sampled_from(
    [VENEZUELA, "525512345678", "541123456789", "5561991674800", "573001234567", "14241234567", "393471234567"]
)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", " (", ") ", "\u00a0", "\u2011", "\u202c"])
PREFIXES = st.sampled_from(["", "+", "00", " +"])
ADDRESSES = st.sampled_from(["{}@c.us", "{}@s.whatsapp.net", "{}:4@s.whatsapp.net", "{}.0:4", "whatsapp:+{}"])
ZEROS = st.sampled_from(["0", "\u0660", "\uff10", "\u0966"])


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """A number as people write it, and the same in digits alone."""
    plain = draw(PLAIN)
    zero = ord(draw(ZEROS))
    digits = (chr(zero + int(digit)) + draw(SEPARATORS) for digit in plain)
    return f"{draw(PREFIXES)}{''.join(digits)}", plain


@st.composite
def addressed(draw: st.DrawFn) -> tuple[str, str]:
    """A number as an address of WhatsApp, and the same in digits alone."""
    plain = draw(PLAIN)
    return draw(ADDRESSES).format(plain), plain


WRITTEN = typed() | addressed()
TEXTS = st.text() | WRITTEN.map(lambda both: both[0])


@settings(deadline=None)
@given(WRITTEN, WRITTEN)
def test_every_form_of_a_number_is_that_number(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert compare(one[0], one[1]) is Match.SAME
    assert compare(one[0], other[0]) is (Match.SAME if one[1] == other[1] else Match.DIFFERENT)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_comparing_is_reflexive_and_symmetric(one: str, other: str) -> None:
    assert compare(one, one) is Match.SAME
    assert compare(one, other) is compare(other, one)
