"""An exchange ends with the time-out, whatever arrives how slowly."""

from __future__ import annotations

import gzip
import socket
import ssl
import tracemalloc
from collections.abc import Callable, Iterator
from threading import Event, Thread, current_thread
from typing import Any

import httpcore
import pytest
import stamina

from pulumi_assistai import NoAnswerError, NotSentError, UnexpectedAnswerError
from pulumi_assistai.client import Client, deadline
from pulumi_assistai.client.deadline import DeadlineBackend, exchange
from pulumi_assistai.client.transport import LARGEST_BODY
from tests.client.raw import LONGEST, Talk, hear, saying, speaking
from tests.clocks import Clock
from tests.conftest import settings_for
from tests.scripted import Reply, as_json, replies, serve

TIMEOUT = 0.2
LATE = rf"it took longer than {TIMEOUT} s; "
LONG = 20
"""Seconds in which even a busy machine connects; a clock of the test ends them."""

HEAD = b"HTTP/1.1 201 Created\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def _once() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=1):
        yield


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock by which exchanges end."""
    clock = Clock()
    monkeypatch.setattr(deadline, "time", clock)
    return clock


def test_whatever_begins_after_the_time_out_has_timed_out() -> None:
    backend = DeadlineBackend(0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with exchange(30):
            stream = backend.connect_tcp("127.0.0.1", port)
        with exchange(0):
            for host in ("127.0.0.1", "localhost"):
                with pytest.raises(httpcore.ConnectTimeout):
                    backend.connect_tcp(host, port)
            with pytest.raises(httpcore.ConnectTimeout):
                stream.start_tls(ssl.create_default_context(), "localhost")
            with pytest.raises(httpcore.WriteTimeout):
                stream.write(b"x")
            with pytest.raises(httpcore.ReadTimeout):
                stream.read(1)
        stream.close()


def test_a_look_up_that_is_left_behind_keeps_no_process_from_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    daemons: list[bool] = []

    def look_up(*_: object, **__: object) -> list[Any]:
        daemons.append(current_thread().daemon)
        raise OSError("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with exchange(30), pytest.raises(httpcore.ConnectError, match="no such host"):
        DeadlineBackend(0).connect_tcp("api.example", 1)
    assert daemons == [True]


def test_options_of_a_connection_are_kept() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, exchange(30):
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        backend, port = DeadlineBackend(0), server.getsockname()[1]
        stream = backend.connect_tcp("127.0.0.1", port, socket_options=options)
        assert stream.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        stream.close()
        with pytest.raises(httpcore.ConnectError):
            backend.connect_tcp("127.0.0.1", port, local_address="192.0.2.1")  # which no machine has


def create(url: str, timeout: float = TIMEOUT, instructions: str = "") -> Any:
    with Client(settings_for(url, timeout=timeout)) as client:
        return client.agents.create({"name": "Ventas", "instructions": instructions})


def dripping(clock: Clock, first: bytes, last: bytes) -> Talk:
    """Answer when little time is left: with some bytes, then with others again and again, as the clock goes on."""

    def talk(connection: socket.socket, over: Event) -> None:
        hear(connection)
        clock.sleep(LONG - TIMEOUT)
        connection.sendall(first)
        while last and clock.now < LONG + LONGEST:
            clock.sleep(TIMEOUT / 5)
            connection.sendall(last)
        # A server that hangs up on what it has not read would end the answer.
        over.wait(LONGEST)

    return talk


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (b"", b"H"),
        (HEAD, b""),
        (HEAD + b"X-Slow: ", b"x"),
        (HEAD, b"X-Slow: x\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
        (CHUNKED, b"1\r\n \r\n"),
        (CHUNKED + b"2;x=", b"y"),
        (CHUNKED + b'f\r\n{"code": "A-1"}\r\n0\r\nX-Trailer: ', b"x"),
        (HEAD + b"\r\n", b" "),
    ],
    ids=[
        "status line",
        "silence after the status line",
        "header line",
        "header lines",
        "early hints",
        "flood of continues",
        "body",
        "chunks",
        "chunk framing",
        "trailers",
        "body without a length",
    ],
)
def test_an_answer_that_drips_ends_with_the_time_out(first: bytes, last: bytes, clock: Clock) -> None:
    with speaking(dripping(clock, first, last)) as url, pytest.raises(NoAnswerError) as caught:
        create(url, timeout=LONG)
    assert str(caught.value) == (
        "POST /api/v1/agents got no complete answer: it took longer than 20 s; check the network and try again"
    )


def test_an_answer_that_does_not_come_ends_with_the_time_out() -> None:
    def say_nothing(_: socket.socket, over: Event) -> None:
        over.wait(LONGEST)

    with speaking(say_nothing) as url, pytest.raises(NoAnswerError, match="it took longer than 1 s"):
        create(url, timeout=1)


@pytest.mark.parametrize(
    ("pieces", "last"),
    [
        ([HEAD], b"X-Many: " + b"x" * 1000 + b"\r\n"),
        ([HEAD + b"X-Long: "], b"x" * 1000),
        ([CHUNKED + b"2;x="], b"y" * 1000),
    ],
    ids=["headers", "header", "chunk framing"],
)
def test_what_never_ends_is_an_error_before_that(pieces: list[bytes], last: bytes) -> None:
    with speaking(saying(*pieces, last=last)) as url, pytest.raises(NoAnswerError) as caught:
        create(url, timeout=30)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("pieces", [1, 10_000], ids=["not", "slowly"])
def test_a_request_that_is_read_slowly_or_not_ends_with_the_time_out(pieces: int, clock: Clock) -> None:
    def talk(connection: socket.socket, over: Event) -> None:
        for _ in range(pieces):
            connection.recv(2000)
            clock.sleep(0.2)
        over.wait(LONGEST)

    with speaking(talk) as url, pytest.raises(NoAnswerError, match="it took longer than 1 s"):
        create(url, timeout=1, instructions="x" * 30_000_000)


def test_a_large_request_is_sent_whole() -> None:
    with serve(replies(as_json({"code": "A-1"}, 201))) as server:
        assert create(server.url, timeout=30, instructions="ñ" * 1_000_000).code == "A-1"
    assert len(server.requests[0].body) > 2_000_000


@pytest.mark.parametrize(("late", "whole"), [(19, True), (21, False)])
def test_the_deadline_is_the_time_out(late: float, clock: Clock, *, whole: bool) -> None:
    def answer(_: Any) -> Any:
        clock.sleep(late)
        # More than one read takes, so that the deadline is looked at again.
        return as_json({"code": "A-1", "padding": "x" * 1_000_000}, 201)

    with serve(answer) as server:
        if whole:
            assert create(server.url, timeout=20).code == "A-1"
        else:
            with pytest.raises(NoAnswerError, match="it took longer than 20 s"):
                create(server.url, timeout=20)


def test_every_exchange_has_its_own_deadline(clock: Clock) -> None:
    def answer(_: Any) -> Any:
        clock.sleep(15)
        return as_json({"data": []})

    with serve(answer) as server, Client(settings_for(server.url, timeout=20)) as client:
        for _ in range(3):
            assert client.agents.list().items == []


def test_a_handshake_that_drips_ends_with_the_time_out() -> None:
    def talk(connection: socket.socket, over: Event) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        for _ in range(100):
            over.wait(TIMEOUT / 5)
            connection.sendall(b"\0")

    with speaking(talk) as url, pytest.raises(NotSentError, match=f"was not sent: {LATE}"):
        create(url.replace("http://", "https://"))


def test_a_host_is_looked_up_within_the_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [over.wait(LONGEST)][:0])
    with pytest.raises(NotSentError, match=f"was not sent: {LATE}"):
        create("http://localhost:1")
    over.set()


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (UnicodeError("too long"), "too long"),
    ],
)
def test_a_host_that_is_not_found_was_sent_nothing(
    failure: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise failure

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NotSentError, match=reason):
        create("http://localhost:1")


def addresses(*hosts: str) -> Callable[..., Any]:
    """Return a `getaddrinfo` that knows these addresses of localhost, each with all kinds of sockets or with one."""
    look_up, kinds = socket.getaddrinfo, (socket.SOCK_STREAM, socket.SOCK_DGRAM)

    def answer(name: str, port: int, *others: Any, **more: Any) -> Any:
        if name != "localhost":
            return look_up(name, port, *others, **more)
        wanted = [kind for kind in kinds if kind == more.get("type", kind)]
        return [(socket.AF_INET, kind, 0, "", (host, 0)) for host in hosts for kind in wanted]

    return answer


def test_a_host_without_an_address_was_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", addresses())
    with pytest.raises(NotSentError, match="localhost has no address"):
        create("http://localhost:1")


def test_the_next_address_of_a_host_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(replies(as_json({"code": "A-1"}, 201))) as server:
        monkeypatch.setattr(socket, "getaddrinfo", addresses("127.0.0.9", "127.0.0.1"))
        assert create(server.url.replace("127.0.0.1", "localhost"), timeout=5).code == "A-1"


def test_an_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up, threads = socket.getaddrinfo, set[Thread]()

    def counted(*arguments: Any, **more: Any) -> Any:
        threads.add(current_thread())
        return look_up(*arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", counted)
    with socket.create_server(("127.0.0.1", 0)) as server, exchange(30):
        DeadlineBackend(0).connect_tcp("127.0.0.1", server.getsockname()[1]).close()
    assert threads <= {current_thread()}


@pytest.mark.usefixtures("clock")
def test_all_addresses_of_a_host_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = []

    def hang(_: object, address: str, port: int, share: float, *__: object) -> Any:
        shares.append((address, port, share))
        raise httpcore.ConnectTimeout

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", hang)
    monkeypatch.setattr(socket, "getaddrinfo", addresses("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"))
    with pytest.raises(NotSentError, match="it took longer than 12 s"):
        create("http://localhost:1", timeout=12)
    assert shares == [("127.0.0.1", 1, 3), ("127.0.0.2", 1, 4), ("127.0.0.3", 1, 6), ("127.0.0.4", 1, 12)]


def test_a_host_that_no_certificate_can_have_is_not_connected() -> None:
    context = ssl.create_default_context()
    with speaking(lambda _, over: not over.wait() or None) as url, exchange(5):
        stream = DeadlineBackend(1).connect_tcp("127.0.0.1", int(url.rpartition(":")[2]))
        with pytest.raises(httpcore.ConnectError, match="label empty"):
            stream.start_tls(context, ".example")


BOMB = bytes.fromhex("1f8b08000000000002ff")


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate", "br", "zstd", "GZIP", "x-unknown", "\u00e9"])
def test_an_encoded_answer_is_refused_and_not_decoded(encoding: str) -> None:
    head = HEAD + b"Content-Encoding: " + encoding.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
    with speaking(saying(head + BOMB)) as url, pytest.raises(UnexpectedAnswerError) as caught:
        create(url, timeout=5)
    assert "which the request did not ask for; check ASSISTAI_BASE_URL" in str(caught.value)
    assert f'answered 201: its body is encoded ("{encoding[:1].lower()}' in str(caught.value) or encoding == "\u00e9"
    assert caught.value.may_have_happened


def test_no_encoding_is_asked_for() -> None:
    with serve(replies(as_json({"code": "A-1"}, 201, **{"content-encoding": "Identity"}))) as server:
        assert create(server.url, timeout=5).code == "A-1"
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(gzip.compress(bytes(200_000_000), 9), 9)
    assert len(bomb) < 3000
    with serve(replies(Reply(201, bomb, {"content-encoding": "gzip, gzip"}))) as server:
        tracemalloc.start()
        with pytest.raises(UnexpectedAnswerError, match="encoded"):
            create(server.url, timeout=5)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
        tracemalloc.stop()


def test_an_endless_answer_takes_no_more_memory_than_the_largest_one() -> None:
    endless = saying(HEAD + b"\r\n", last=b" " * 65536)
    with speaking(endless) as url:
        tracemalloc.start()
        with pytest.raises(UnexpectedAnswerError, match="its body is too large"):
            create(url, timeout=30)
        assert tracemalloc.get_traced_memory()[1] < 2 * LARGEST_BODY
        tracemalloc.stop()
