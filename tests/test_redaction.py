"""No text that leaves the package shows the API token, however it is written."""

from __future__ import annotations

import json
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai import AssistAIError, FleetError, NotFoundError, redaction
from pulumi_assistai.redaction import redact, register, tell

TOKEN = 'kQ7/zW+e2~"Vt9%x\\Lp4'
PLAIN = "sk_live.4f9Qx-Zt7LmWb2"


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    before = dict(redaction._parts)  # noqa: SLF001
    register(TOKEN)
    yield
    redaction._parts.clear()  # noqa: SLF001
    redaction._parts.update(before)  # noqa: SLF001


def json_escapes(token: str) -> str:
    return "".join(f"\\u{ord(character):04X}" for character in token)


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda token: f"xx{token}xx",
        str.upper,
        json.dumps,
        lambda token: json.dumps(json.dumps(token)),
        lambda token: json.dumps(token).replace("/", "\\/"),
        json_escapes,
        lambda token: json_escapes(token).replace("\\", "\\\\"),
        lambda token: repr(bytearray(b"\x01" + token.encode())),
        lambda token: "".join(f"\\x{ord(character):02x}" for character in token),
        lambda token: quote(token, safe=""),
        lambda token: quote(quote(token, safe=""), safe=""),
        lambda token: "".join(f"%{ord(character):02x}" for character in token),
        lambda token: token.replace('"', "&quot;"),
        lambda token: "".join(f"&#{ord(character)};" for character in token),
        lambda token: "".join(f"&#x{ord(character):X};" for character in token),
        lambda token: token.encode().hex(),
        *(lambda token, n=n: b64encode(b"u" * n + token.encode() + b"xyz").decode() for n in range(3)),
        *(lambda token, n=n: urlsafe_b64encode(b"u" * n + b"Bearer " + token.encode()).decode() for n in range(3)),
        lambda token: token[: len(token) * 2 // 3],
        lambda token: token[len(token) // 3 :],
        lambda token: f"{token[:13]}...{token[13:]}",
    ],
)
def test_a_token_is_found_however_it_is_written(write: Callable[[str], str]) -> None:
    shown = redact(f"before {write(TOKEN)} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "[token]" in shown
    assert len(shown) < 60


@pytest.mark.parametrize(
    "between", ["\0", "\u00ad", "\u200b", " ", "\n", "\r\n\t ", "é", "\\u0000", "\\n", "%00", "&#8203;"]
)
def test_a_token_is_found_with_something_in_between(between: str) -> None:
    register(PLAIN)
    for place in (1, 10, len(PLAIN) - 1):
        assert redact(f"x {PLAIN[:place]}{between}{PLAIN[place:]} y") == "x [token] y"
    assert redact(f"x {between.join(PLAIN)} y") == "x [token] y"


@pytest.mark.parametrize(
    "token",
    ["aB3+/=xZ9==kQ7/+W2", "a%2Bb%2Fcd%3Defg%2Bhi", "q&lt;x&amp;y&gt;zz&quot;1234567", r"pa\ss\wo\rd\to\ken\yy"],
)
@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        lambda token: quote(token, safe=""),
        escape,
        lambda token: escape(escape(token).replace("/", "&#x2F;").replace("+", "&#43;").replace("=", "&#x3D;")),
        lambda token: token.replace("&", "&amp;").replace("/", "&sol;").replace("+", "&plus;").replace("=", "&equals;"),
    ],
)
def test_a_token_that_looks_like_escapes_or_is_full_of_signs_is_found(token: str, write: Callable[[str], str]) -> None:
    register(token)
    assert redact(f"before {write(token)} after").replace('"', "") == "before [token] after"


def test_a_token_of_escapes_alone_hides_no_word() -> None:
    register("%61%62%63")
    assert redact("abc %61%62%63") == "abc [token]"


def test_every_token_of_the_process_is_found() -> None:
    register("another-token-0123456789")
    assert redact(f"{TOKEN}, another-token-0123456789, {TOKEN}{TOKEN}") == "[token], [token], [token]"


def test_a_part_of_a_long_token_is_found() -> None:
    token = "".join(f"{number:05}" for number in range(400))
    register(token)
    assert redact(f"a {token} b") == "a [token] b"
    assert redact(f"a {token[100:170]} b") == "a [token] b"


@pytest.mark.parametrize(
    "text", ["", "Ventas ñandú ✋", "kQ7/zW+e2", '{"code": "A-1"}', "100%25 &amp; \\n", "a" * 1000]
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_a_token_as_short_as_a_word_is_not_looked_for() -> None:
    register("letters")
    assert redact("letters") == "letters"
    register("letters8")
    assert redact("letters8") == "[token]"


@given(st.text(), st.text(), st.text(alphabet=st.characters(max_codepoint=0x20), max_size=5))
def test_a_token_is_found_anywhere(before: str, after: str, between: str) -> None:
    shown = redact(before + between.join(TOKEN) + after)
    assert "[token]" in shown
    assert TOKEN not in shown


def test_a_long_text_takes_no_long_time() -> None:
    began = time.process_time()
    redact("x\\u0041%41 " * 2000)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        lambda said: str(AssistAIError(said)),
        lambda said: repr(AssistAIError(said)),
        lambda said: str(FleetError([said])),
        lambda said: FleetError([said]).problems[0],
        lambda said: str(NotFoundError("GET", "/", 404, said)),
        lambda said: NotFoundError("GET", "/", 404, said).detail,
    ],
)
def test_an_error_does_not_show_the_token(text: Callable[[str], str]) -> None:
    shown = text(f"the API said {TOKEN[:9]}\0{TOKEN[9:]}")
    assert "the API said [token]" in shown


def test_what_is_told_does_not_show_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    tell(f"warning: the name\nis {TOKEN}")
    assert capsys.readouterr().err == "warning: the name is [token]\n"
