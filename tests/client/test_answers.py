"""An answer is read as documented, or the error says what is wrong with it."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from pulumi_assistai import UnexpectedAnswerError
from pulumi_assistai.client.answers import Answer, words
from pulumi_assistai.client.paging import PageBody

ADVICE = "check ASSISTAI_BASE_URL and anything between this machine and the API, such as a proxy"


class Box(BaseModel):
    size: int
    inner: Box | None = None


def answer(body: bytes) -> Answer:
    return Answer("GET", "/api/v1/boxes", 200, body)


def test_a_body_as_documented_is_its_model() -> None:
    assert answer(b'{"size": 1, "inner": {"size": 2}}').parse(Box) == Box(size=1, inner=Box(size=2))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{}", "its body is not as documented: size: Field required"),
        (b'{"size": 1, "inner": {}}', "its body is not as documented: inner.size: Field required"),
        (b'{"size": "canary", "inner": 1}', "its body is not as documented: size: Input should be a valid integer"),
        (b"", "its body is not JSON"),
        (b"<html>canary</html>", "its body is not JSON"),
        (b"\xff\xfe\xfd", "its body is not JSON"),
        (b"[" * 100_000, "its body is not JSON"),
    ],
)
def test_any_other_body_is_an_error_that_does_not_show_it(body: bytes, problem: str) -> None:
    with pytest.raises(UnexpectedAnswerError) as caught:
        answer(body).parse(Box)
    text = str(caught.value)
    assert text.startswith(f"GET /api/v1/boxes answered 200: {problem}")
    assert text.endswith(f"; {ADVICE}")
    assert "canary" not in text
    assert (caught.value.method, caught.value.path, caught.value.status) == ("GET", "/api/v1/boxes", 200)
    assert caught.value.__cause__ is None


def test_the_place_in_a_page_is_named() -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"its body is not as documented: data\.1: Input should be a valid"):
        answer(b'{"data": [{}, null]}').parse(PageBody)


def test_an_answer_without_a_date_has_none() -> None:
    assert answer(b"").date == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'"no"', "no"),
        (b"17", "17"),
        (b"null", "None"),
        (b'["one", ["two", 3]]', "one; two; 3"),
        (b"[]", ""),
        (b"{}", ""),
        (b'{"message": "no", "detail": "x", "error": "y"}', "no"),
        (b'{"message": ["no", "never"]}', "no; never"),
        (b'{"message": "", "detail": "no"}', "no"),
        (b'{"error": "no", "detail": "first"}', "first"),
        (b'{"error": "no", "errors": ["x"]}', "no"),
        (b'{"errors": ["no", {"title": "never"}], "title": "x"}', "no; never"),
        (b'{"title": "no", "other": "x"}', "no"),
        (b'{"error": {"message": "no"}}', "no"),
        (b'{"code": 7, "why": {"a": "b", "c": []}}', "code: 7; why: a: b; c: "),
        (b"plain", "plain"),
        (b"", ""),
        (b"<h1>Bad</h1><p class='a'>gateway</p>", " Bad  gateway "),
        (b"a < b > c <> d", "a   c   d"),
        (b"<SCRIPT>a\nb</SCRIPT >c", " c"),
        (b"<" + b"x" * 1000 + b">end", " end"),
        (b"<" + b"x" * 1001 + b">end", "<" + "x" * 1001 + ">end"),
        (b"\xff{", "\ufffd{"),
        (b"x" * 10_001, "x" * 10_000),
    ],
)
def test_the_words_of_an_error_are_found_in_any_body(body: bytes, said: str) -> None:
    assert words(body) == said


def test_a_body_that_is_nested_without_end_is_shown_as_it_is() -> None:
    assert words(b"[" * 100_000) == "[" * 10_000
