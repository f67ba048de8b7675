"""One place turns answers into values or typed errors, and repeats what is safe to repeat."""

from __future__ import annotations

import json
import platform
import socket
from collections.abc import Callable
from email.utils import formatdate
from importlib.metadata import version
from typing import Any

import httpcore
import httpx
import pytest
import stamina
from httpcore._backends.sync import SyncStream

from pulumi_assistai import (
    ApiError,
    AssistAIError,
    BadRequestError,
    FirewallError,
    ForbiddenError,
    NoAnswerError,
    NotFoundError,
    NotSentError,
    ServerError,
    TooManyRequestsError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from pulumi_assistai.client import Client, Connected, QrCode, Starting
from pulumi_assistai.client.transport import LARGEST_BODY, MOST_CONNECTIONS
from tests.conftest import settings_for
from tests.scripted import Reply, Server, as_json, replies, serve

CREATED = as_json({"code": "A-1"}, 201)
PNG = Reply(200, b"\x89PNG\r\n\x1a\n...", {"content-type": "image/png"})
LOST = Reply(cut=-1)

Call = Callable[[Client], Any]


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    with stamina.set_testing(testing=True, attempts=3):
        yield


def talk(call: Call, *sequence: Reply, rate_limit_wait: float = 0.1) -> tuple[Any, Server]:
    """Return what `call` returned or raised, and the server that gave these replies."""
    settings = {"timeout": 30, "rate_limit_wait": rate_limit_wait}
    with serve(replies(*sequence)) as server, Client(settings_for(server.url, **settings)) as client:
        try:
            return call(client), server
        except (ApiError, NoAnswerError, NotSentError) as error:
            return error, server


def create(client: Client) -> Any:
    return client.agents.create({"name": "Ventas"}).code


def update(client: Client) -> Any:
    return client.agents.update("A-1", {"name": "Ventas"})


def connect(client: Client) -> Any:
    return client.whatsapp.connect("A-1")


def disconnect(client: Client) -> Any:
    return client.whatsapp.disconnect("A-1")


def test_every_request_carries_the_three_headers_and_says_who_asks() -> None:
    _, server = talk(create, CREATED)
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer sandbox-token"
    assert headers["x-tenant-domain"] == "sandbox"
    assert headers["x-organization-code"] == "SANDBOX"
    assert headers["user-agent"] == (
        f"pulumi-assistai/{version('pulumi-assistai')} httpx/{httpx.__version__} python/{platform.python_version()}"
    )
    assert (headers["accept"], headers["content-type"]) == ("application/json", "application/json")
    assert (server.requests[0].method, server.requests[0].path) == ("POST", "/api/v1/agents")
    assert json.loads(server.requests[0].body) == {"name": "Ventas"}


def test_codes_are_quoted_in_paths() -> None:
    _, server = talk(lambda client: client.agents.update("a..b?c=%2F&d#e ñ", {"name": "x"}), Reply(204))
    assert server.requests[0].path == "/api/v1/agents/a..b%3Fc%3D%252F%26d%23e%20%C3%B1"


CALLS_WITH_A_CODE: list[Callable[[Client, str], Any]] = [
    lambda client, code: client.agents.update(code, {"name": "x"}),
    lambda client, code: client.whatsapp.connect(code),
    lambda client, code: client.whatsapp.disconnect(code),
    lambda client, code: client.conversations.messages(code),
    lambda client, code: client.survey.messages(code, take=10),
]


@pytest.mark.parametrize("call", CALLS_WITH_A_CODE)
@pytest.mark.parametrize("code", ["", ".", "..", "a/b", "../b", "a\\b", "a\nb", "a\u200bb"])
def test_a_code_that_leads_elsewhere_goes_nowhere(call: Callable[[Client, str], Any], code: str) -> None:
    with serve(replies(Reply(204))) as server, Client(settings_for(server.url)) as client:
        with pytest.raises(AssistAIError, match="is not a valid code, so nothing was sent: check the code"):
            call(client, code)
        assert not server.requests


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (400, BadRequestError, "correct what the API names"),
        (401, UnauthorizedError, "check the API token (ASSISTAI_API_TOKEN or assistai:apiToken); if you changed"),
        (403, ForbiddenError, "check that the token belongs to this tenant and organization"),
        (404, NotFoundError, "check the code and the organization"),
        (402, UnexpectedAnswerError, "check the organization's plan and payments in AssistAI"),
        (407, UnexpectedAnswerError, "check the credentials of the proxy"),
        (408, UnexpectedAnswerError, "the request took too long to arrive: check the network and try again"),
        (409, UnexpectedAnswerError, "it conflicts with something, such as another agent of that name"),
        (413, BadRequestError, "shorten what is sent, such as `instructions`"),
        (415, BadRequestError, "check anything between this machine and the API that changes requests"),
        (422, BadRequestError, "correct what the API names"),
        (423, UnexpectedAnswerError, "it is locked: wait until other changes in AssistAI have ended"),
        (425, UnexpectedAnswerError, "wait a moment, then try again"),
        (302, UnexpectedAnswerError, "check ASSISTAI_BASE_URL and anything between this machine and the API"),
        (418, UnexpectedAnswerError, "check ASSISTAI_BASE_URL and anything between this machine and the API"),
        (499, UnexpectedAnswerError, "check ASSISTAI_BASE_URL and anything between this machine and the API"),
        (519, ServerError, "try again later"),
        (520, ServerError, "Cloudflare got no usable answer from the API: try again"),
        (524, ServerError, "Cloudflare got no usable answer from the API: try again"),
        (525, ServerError, "try again later"),
        (599, ServerError, "try again later; if it persists, contact AssistAI support"),
        (429, TooManyRequestsError, "run again later, finished changes are kept; to wait longer, raise"),
        (500, ServerError, "try again later; if it persists, contact AssistAI support"),
        (503, ServerError, "try again later; if it persists, contact AssistAI support"),
    ],
)
def test_errors_say_what_was_asked_what_came_back_and_what_to_do(
    status: int, kind: type[ApiError], advice: str
) -> None:
    error, _ = talk(create, as_json({"statusCode": status, "message": "the API's words", "error": "Error"}, status))
    assert type(error) is kind
    assert str(error).startswith(f"POST /api/v1/agents answered {status}: the API's words; {advice}")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_told_with_the_place_it_was_sent_for(status: int) -> None:
    error, _ = talk(create, Reply(status))
    assert str(error).endswith("; the request was for organization SANDBOX of tenant sandbox")
    assert "sandbox-token" not in str(error)


CHALLENGE = b"""<!DOCTYPE html><html><head><title>Just a moment...</title><style>body { color: red }</style>
<script>window._cf_chl_opt = {cType: 'managed'};</script></head><body>Enable JavaScript to continue</body></html>"""


@pytest.mark.parametrize("status", [401, 403, 429, 503])
@pytest.mark.parametrize(
    "page",
    [
        CHALLENGE,
        b"\n <html><head><title>Attention Required! | Cloudflare</title></head></html>",
        b"<HTML><body>Request unsuccessful. Incapsula incident ID: 7</body></HTML>",
        b"<html><body><h1>Access Denied</h1>You don't have permission to access this.</body></html>",
        b"<html><body>please enable JS</body><script src='https://ct.captcha-delivery.com/c.js'></script></html>",
    ],
)
def test_the_page_of_a_firewall_is_told_from_what_the_api_says(status: int, page: bytes) -> None:
    error, _ = talk(create, Reply(status, page, {"content-type": "text/html", "retry-after": "99"}))
    assert type(error) is FirewallError
    assert str(error).endswith(
        "; a firewall in front of the API answered: try from another network, or ask AssistAI support to allow this one"
    )


def test_the_code_of_a_page_is_not_among_its_words() -> None:
    error, _ = talk(create, Reply(403, CHALLENGE))
    assert error.detail == "Just a moment... Enable JavaScript to continue"


def test_an_api_that_cloudflare_cannot_reach_is_no_firewall() -> None:
    page = b"<!DOCTYPE html><html><a href='/cdn-cgi/'>522: Connection timed out</a></html>"
    assert type(talk(create, Reply(522, page))[0]) is ServerError


@pytest.mark.parametrize(("spaces", "kind"), [(99_987, FirewallError), (99_988, ForbiddenError)])
def test_a_page_is_looked_at_up_to_a_length(spaces: int, kind: type[ApiError]) -> None:
    assert type(talk(create, Reply(403, b"<html>" + b" " * spaces + b"captcha"))[0]) is kind


@pytest.mark.parametrize("page", [b"<html><h1>403 Forbidden</h1>nginx</html>", b'{"message": "captcha"}', b"captcha"])
def test_other_pages_are_no_firewall(page: bytes) -> None:
    assert type(talk(create, Reply(403, page))[0]) is ForbiddenError


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": ["name must be a string", "tone must be a string"]}', "name must be a string; tone must be"),
        (b'{"error": {"code": "E1", "detail": "no such thing"}}', "no such thing"),
        (b'["one", "two"]', "one; two"),
        (b"<html><body><h1>Bad gateway</h1></body></html>", "answered 400: Bad gateway;"),
        (b"plain words", "answered 400: plain words;"),
        (b"", "answered 400; correct"),
        (b"\x1b[31mred\x1b[0m\r\nline", "answered 400: [31mred [0m line;"),
        (b"[" * 100_000, "answered 400: [["),
        (b'{"message": "your token sandbox-token is bad"}', "your token [token] is bad"),
    ],
)
def test_any_error_body_becomes_one_clean_line(body: bytes, said: str) -> None:
    error, _ = talk(create, Reply(400, body))
    assert said in str(error)
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("call", "success"),
    [(update, Reply(204)), (disconnect, as_json({"message": "ok"})), (create, CREATED), (connect, PNG)],
)
@pytest.mark.parametrize("failure", [LOST, *map(Reply, (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524))])
def test_only_what_is_safe_is_sent_again(call: Call, success: Reply, failure: Reply) -> None:
    result, server = talk(call, failure, success, rate_limit_wait=30)
    repeatable = call in (update, disconnect) or failure.status == 429
    assert len(server.requests) == (2 if repeatable else 1)
    assert isinstance(result, Exception | Starting) is not repeatable


def test_what_never_left_is_sent_again_and_then_said() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with Client(settings_for(url)) as client, pytest.raises(NotSentError) as caught:
            create(client)
    assert str(caught.value).startswith("POST /api/v1/agents was not sent: ")
    assert str(caught.value).endswith("; check ASSISTAI_BASE_URL and the network")
    assert not caught.value.may_have_happened


def test_a_lost_answer_may_have_happened() -> None:
    error, _ = talk(create, LOST)
    assert isinstance(error, NoAnswerError)
    assert error.may_have_happened
    assert str(error).startswith("POST /api/v1/agents got no complete answer: ")


@pytest.mark.parametrize(
    ("reply", "may_have_happened"),
    [
        (Reply(201, b'{"code": "A-', {"content-type": "application/json"}), True),
        (Reply(201, b'{"id": 1}'), True),
        (Reply(500), True),
        (Reply(408), True),
        (Reply(425), False),
        *((Reply(status), True) for status in (520, 521, 522, 523, 524)),
        (Reply(302, headers={"location": "http://elsewhere.example"}), False),
        (Reply(400), False),
        (Reply(429), False),
    ],
)
def test_whether_a_create_may_have_happened(reply: Reply, *, may_have_happened: bool) -> None:
    error, _ = talk(create, reply)
    assert error.may_have_happened is may_have_happened


def test_an_encoded_error_is_the_error_of_its_status() -> None:
    error, _ = talk(create, Reply(404, b"\x1f\x8b\x08...", {"content-encoding": "gzip"}))
    assert type(error) is NotFoundError
    assert error.detail == 'its body is encoded ("gzip"), which the request did not ask for'


def test_an_answer_without_a_body_may_name_an_encoding() -> None:
    assert talk(update, Reply(204, headers={"content-encoding": "gzip"}))[0] is None


def test_redirects_are_not_followed() -> None:
    with serve(replies(CREATED)) as elsewhere:
        error, server = talk(create, Reply(307, headers={"location": f"{elsewhere.url}/api/v1/agents"}))
        assert isinstance(error, UnexpectedAnswerError)
        assert not elsewhere.requests
        assert len(server.requests) == 1


@pytest.mark.parametrize("value", ["0", formatdate(usegmt=True), "nonsense"], ids=["seconds", "date", "neither"])
def test_retry_after_of_any_form_is_honoured(value: str) -> None:
    result, server = talk(create, Reply(429, headers={"retry-after": value}), CREATED, rate_limit_wait=30)
    assert result == "A-1"
    assert len(server.requests) == 2


def test_an_absurd_retry_after_is_an_error_at_once() -> None:
    error, server = talk(create, Reply(429, headers={"retry-after": "86400"}), CREATED)
    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after == 86400
    assert len(server.requests) == 1


@pytest.mark.parametrize("offset", range(280, 300, 3))
def test_the_token_is_cut_out_before_the_text_is_shortened(offset: int) -> None:
    error, _ = talk(create, as_json({"message": "x" * offset + "sandbox-token"}, 400))
    assert "sandb" not in str(error)


def test_a_token_under_an_unknown_key_is_cut_out() -> None:
    error, _ = talk(create, as_json({"echo": {"authorization": ["Bearer sandbox-token"]}}, 400))
    assert "answered 400: echo: authorization: Bearer [token];" in str(error)


def test_a_huge_answer_is_refused() -> None:
    error, _ = talk(create, Reply(201, b" " * (LARGEST_BODY + 1)))
    assert isinstance(error, UnexpectedAnswerError)
    assert str(error).startswith("POST /api/v1/agents answered 201: its body is too large; check ASSISTAI_BASE_URL")


def test_an_answer_may_be_as_large_as_that() -> None:
    body = b'{"code": "A-1"}'
    assert talk(create, Reply(201, body + b" " * (LARGEST_BODY - len(body))))[0] == "A-1"
    assert LARGEST_BODY == 8 * 1024 * 1024


@pytest.mark.parametrize(
    "kind", [httpcore.ConnectError, httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, httpcore.ProxyError]
)
def test_what_cannot_have_left_was_not_sent(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    error, sent = fail(kind, "", "connect_tcp", monkeypatch)
    assert type(error) is NotSentError
    assert str(error) == (f"POST /api/v1/agents was not sent: {kind.__name__}; check ASSISTAI_BASE_URL and the network")
    assert (error.__cause__, error.__context__) == (None, None)
    assert sent == 3


def test_a_connection_of_the_pool_is_waited_for_as_long_as_an_answer() -> None:
    with Client(settings_for("http://127.0.0.1:1", timeout=7)) as client:
        assert client._transport._http.timeout.pool == 7  # noqa: SLF001


def test_every_call_that_can_be_in_flight_has_a_connection_that_is_kept() -> None:
    with Client(settings_for("http://127.0.0.1:1")) as client:
        pool = vars(vars(client._transport._http._transport)["_pool"])  # noqa: SLF001
        assert pool["_max_connections"] == pool["_max_keepalive_connections"] == MOST_CONNECTIONS


def test_whoever_got_no_connection_of_the_pool_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    error, sent = fail(httpcore.PoolTimeout, "", "connect_tcp", monkeypatch)
    assert type(error) is NotSentError
    assert str(error) == (
        "POST /api/v1/agents was not sent: it took longer than 30 s; check ASSISTAI_BASE_URL and the network"
    )
    assert sent == 3


@pytest.mark.parametrize("kind", [httpcore.ReadError, httpcore.RemoteProtocolError])
def test_what_may_have_left_got_no_whole_answer(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    error, sent = fail(kind, "the\nline broke", "read", monkeypatch)
    assert type(error) is NoAnswerError
    assert str(error) == ("POST /api/v1/agents got no complete answer: the line broke; check the network and try again")
    assert (error.__cause__, error.__context__) == (None, None)
    assert sent == 1


@pytest.mark.parametrize(("kind", "call"), [(httpcore.ReadTimeout, "read"), (httpcore.WriteTimeout, "write")])
def test_what_took_too_long_is_told_with_the_time(
    kind: type[Exception], call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, sent = fail(kind, "timed out", call, monkeypatch)
    assert type(error) is NoAnswerError
    assert str(error) == (
        "POST /api/v1/agents got no complete answer: it took longer than 30 s; check the network and try again"
    )
    assert sent == 1


def fail(kind: type[Exception], text: str, call: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    """Return what a creation raises where a call to the network raises this, and how often it was sent."""
    sent = []

    def raising(*_: object, **__: object) -> Any:
        sent.append(1)
        raise kind(text)

    monkeypatch.setattr(httpcore.SyncBackend if call == "connect_tcp" else SyncStream, call, raising)
    return talk(create, CREATED)[0], len(sent)


def test_a_number_as_code_is_a_code() -> None:
    assert talk(create, as_json({"code": 17, "new": None}, 201))[0] == "17"


def test_a_linked_phone_without_a_number_is_linked() -> None:
    assert talk(connect, as_json({"status": "connected", "phoneNumber": None}))[0].phone_number is None


def test_the_qr_is_a_png_or_the_linked_phone() -> None:
    assert talk(connect, PNG)[0] == QrCode(PNG.body)
    connected = {"status": "connected", "phoneNumber": "584221234567", "message": "..."}
    assert talk(connect, as_json(connected))[0] == Connected(status="connected", phone_number="584221234567")


def test_a_qr_that_is_no_png_is_an_error() -> None:
    assert isinstance(talk(connect, Reply(200, b"GIF89a"))[0], UnexpectedAnswerError)
