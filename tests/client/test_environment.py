"""The variables that name a proxy or certificate authorities are honoured, or named in an error of one line."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from select import select
from threading import Event, Thread
from typing import Any

import certifi
import pytest
import stamina

from pulumi_assistai import ConfigurationError, NoAnswerError, NotSentError
from pulumi_assistai.client import Client
from pulumi_assistai.client.environment import about_certificates, certificate_authorities, find_proxy
from tests.client.raw import Talk, hear, saying, speaking
from tests.conftest import settings_for
from tests.scripted import as_json, replies, serve
from tests.test_security import self_signed

API = "https://api.assistai.invalid"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in {"SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"}:
            monkeypatch.delenv(name)
    with stamina.set_testing(testing=True, attempts=1):
        yield


def create(url: str = API, timeout: float = 5) -> Any:
    with Client(settings_for(url, timeout=timeout)) as client:
        return client.agents.create({"name": "Ventas"}).code


def proxy_variable(url: str = API) -> str | None:
    found = find_proxy(url)
    return found and f"{found.variable} {found.url}"


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "Https_Proxy", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_proxy_of_any_variable_is_used(name: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []

    def refuse(connection: socket.socket, _: Event) -> None:
        heard.append(hear(connection).partition(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")

    with speaking(refuse) as url:
        monkeypatch.setenv(name, url.replace("http://", scheme))
        with pytest.raises(NotSentError) as caught:
            create()
    assert heard == [b"CONNECT api.assistai.invalid:443 HTTP/1.1"]
    assert str(caught.value) == (
        "POST /api/v1/agents was not sent: 502 Bad Gateway; "
        f"check the proxy ({name}), ASSISTAI_BASE_URL and the network"
    )


def test_a_proxy_that_repeats_its_password_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []

    def refuse(connection: socket.socket, _: Event) -> None:
        heard.extend(line for line in hear(connection).split(b"\r\n") if line.lower().startswith(b"proxy-auth"))
        connection.sendall(b"HTTP/1.1 407 No, canary+password: " + heard[0] + b"\r\ncontent-length: 0\r\n\r\n")

    with speaking(refuse) as url:
        monkeypatch.setenv("https_proxy", url.replace("http://", "http://user:canary%2Bpassword@"))
        with pytest.raises(NotSentError) as caught:
            create()
    assert heard == [b"Proxy-Authorization: Basic dXNlcjpjYW5hcnkrcGFzc3dvcmQ="]
    assert "407 No, [token]: Proxy-Authorization: Basic [token]" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "timeout", "reason"),
    [
        (b"", 0.2, r"it took longer than 0\.2 s"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", 30, "407 Proxy Authentication"),
        (b"nonsense\r\n\r\n", 30, "illegal status line"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 0.2, r"it took longer than 0\.2 s"),
    ],
)
def test_what_a_proxy_let_not_through_was_not_sent(
    answer: bytes, timeout: float, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def talk(connection: socket.socket, over: Event) -> None:
        saying(answer)(connection, over)
        over.wait()

    with speaking(talk) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        with pytest.raises(NotSentError, match=f"POST /api/v1/agents was not sent: {reason}.*proxy .HTTPS_PROXY."):
            create(timeout=timeout)


def test_the_variable_for_https_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:2")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3")
    assert proxy_variable() == "HTTPS_PROXY http://127.0.0.1:2"
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:4")
    assert proxy_variable() == "https_proxy http://127.0.0.1:4"


def test_the_proxy_of_the_system_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_assistai.client.environment.getproxies", lambda: {"https": "ftp://proxy.example:1"})
    with pytest.raises(ConfigurationError) as caught:
        create()
    assert str(caught.value) == (
        "the system proxy is not the address of a proxy: "
        "set it as in http://HOST:PORT (http, https, socks5, socks5h), or unset it"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_is_used_on_loopback(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(replies(as_json({"code": "A-1"}, 201))) as server, serve(replies(as_json({}))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert create(server.url.replace("127.0.0.1", host)) == "A-1"
        assert not proxy.requests


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("http://canary:canary@proxy.example:abc", "not the address of a proxy"),
        ("http://canary@proxy.example:99999", "not the address of a proxy"),
        ("http://proxy.example:0", "not the address of a proxy"),
        ("http://", "not the address of a proxy"),
        ("http://[::1", "not the address of a proxy"),
        ("http://canary\u2028.example", "not the address of a proxy"),
        ("canary.example:port", "not the address of a proxy"),
        ("ftp://canary@proxy.example", "not the address of a proxy"),
        ("socks4://canary@proxy.example", "not the address of a proxy"),
        ("socks5://canary@proxy.example", r"a SOCKS proxy, .*run `pip install 'httpx\[socks\]'`"),
        ("socks5h://canary@proxy.example", r"a SOCKS proxy, .*run `pip install 'httpx\[socks\]'`"),
    ],
)
@pytest.mark.parametrize("name", ["ALL_PROXY", "https_proxy"])
def test_a_proxy_that_is_none_is_named_by_its_variable_alone(
    name: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name} is {problem}") as caught:
        create()
    assert "canary" not in str(caught.value)
    with serve(replies(as_json({"code": "A-1"}, 201))) as server:
        assert create(server.url) == "A-1"


ABOUT = "correct or unset it"


def test_what_is_wrong_with_authorities_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    with pytest.raises(ConfigurationError) as caught:
        certificate_authorities()
    assert str(caught.value) == f"SSL_CERT_FILE cannot be used for TLS (No such file or directory): {ABOUT}"
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "missing"))
    with pytest.raises(ConfigurationError) as caught:
        certificate_authorities()
    assert str(caught.value) == f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used for TLS (no such directory): {ABOUT}"


def test_an_error_without_a_number_is_told_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError("odd")

    monkeypatch.setenv("SSL_CERT_FILE", "any")
    monkeypatch.setattr(ssl, "create_default_context", refuse)
    with pytest.raises(ConfigurationError, match=r"^SSL_CERT_FILE cannot be used for TLS \(odd\): "):
        certificate_authorities()


def test_what_to_do_about_a_certificate_depends_on_what_it_was_checked_against(monkeypatch: pytest.MonkeyPatch) -> None:
    assert about_certificates() == (
        "if a private authority issued it, set SSL_CERT_FILE to the file with that authority's certificate"
    )
    monkeypatch.setenv("SSL_CERT_FILE", "one")
    monkeypatch.setenv("SSL_CERT_DIR", "other")
    assert about_certificates() == "only the certificates of SSL_CERT_FILE and SSL_CERT_DIR are trusted: check them"


def test_a_proxy_for_http_alone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "ftp://nonsense:abc")
    assert proxy_variable() is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("*", API),
        ("api.assistai.invalid", API),
        ("assistai.invalid", API),
        (".assistai.invalid", API),
        ("*.assistai.invalid", API),
        ("one.example, API.assistai.invalid ,two.example", API),
        ("api.assistai.invalid:443", API),
        ("https://api.assistai.invalid", API),
        ("api.assistai.invalid:8443", f"{API}:8443"),
        ("[::1],assistai.invalid", API),
        ("10.0.0.0/8", "https://10.1.2.3"),
        ("10.0.0.1/8", "https://10.1.2.3"),
        ("10.1.2.3", "https://10.1.2.3"),
        ("10.1.2.3:443", "https://10.1.2.3"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
        ("2001:db8::1", "https://[2001:db8::1]"),
        ("[2001:db8::1]:443", "https://[2001:db8::1]"),
        ("2001:db8::/32", "https://[2001:db8::1]"),
    ],
)
def test_a_host_that_needs_no_proxy_gets_none(no_proxy: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert proxy_variable(url) == "https_proxy http://127.0.0.1:1"
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, no_proxy)
        assert proxy_variable(url) is None
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    "no_proxy",
    [
        "[::1]",
        "::1",
        "[",
        ":",
        ",",
        ".",
        "*.",
        "http://",
        "invalid:x",
        "xassistai.invalid",
        "i.assistai.invalid",
        "api.assistai.invalid:80",
        "10.0.0.0/99",
        "127.0.0.1",
    ],
)
def test_any_other_host_gets_the_proxy(no_proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert proxy_variable() == "https_proxy http://127.0.0.1:1"


def test_a_host_that_cannot_be_is_an_error_of_one_line() -> None:
    with pytest.raises(ConfigurationError, match=r"^ASSISTAI_BASE_URL .assistai:baseUrl. is not a usable address: "):
        create("https://xn--\u00df-.example")


@contextmanager
def encrypted(directory: Path, *, answers: bool = True) -> Iterator[str]:
    """Serve over https with a certificate that is its own authority, in `server.pem`; without answers it hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            if not answers:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(201)
            self.send_header("content-length", "15")
            self.end_headers()
            self.wfile.write(b'{"code": "A-1"}')

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = self_signed(directory).wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_an_authority_of_ones_own_is_honoured_on_loopback_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with encrypted(tmp_path) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        assert create(url) == "A-1"


def test_an_encrypted_request_may_have_arrived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with encrypted(tmp_path, answers=False) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        with pytest.raises(NoAnswerError):
            create(url)


def test_a_directory_of_authorities_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with encrypted(tmp_path) as url:
        # The name that `openssl x509 -hash` gives to CN=127.0.0.1.
        (tmp_path / "server.pem").rename(tmp_path / "88d0bdcb.0")
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        assert create(url) == "A-1"
        monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
        assert create(url) == "A-1"


def test_a_certificate_that_is_not_accepted_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with encrypted(tmp_path) as url:
        with pytest.raises(NotSentError, match=r"certificate verify failed.*; if a private .* set SSL_CERT_FILE to"):
            create(url)
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        with pytest.raises(NotSentError, match="; only the certificates of SSL_CERT_DIR are trusted: check them"):
            create(url)
        monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
        with pytest.raises(
            NotSentError, match="only the certificates of SSL_CERT_FILE and SSL_CERT_DIR are trusted: check"
        ):
            create(url)


def test_no_authorities_are_trusted_beside_those_that_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with encrypted(tmp_path) as url:
        monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
        monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "server.pem"))
        with pytest.raises(NotSentError, match="certificate verify failed"):
            create(url)
        monkeypatch.setenv("HTTPS_PROXY", url)
        with pytest.raises(NotSentError, match="certificate verify failed"):
            create()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SSL_CERT_FILE", "missing.pem", "No such file or directory"),
        ("SSL_CERT_FILE", "no.pem", ""),
        ("SSL_CERT_DIR", "missing", "no such directory"),
        ("SSLKEYLOGFILE", "missing/keys.log", "No such file or directory"),
    ],
)
def test_authorities_that_cannot_be_read_are_named_by_their_variable(
    name: str, value: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no.pem").write_text("nonsense")
    monkeypatch.setenv(name, str(tmp_path / value))
    with pytest.raises(ConfigurationError, match=rf"^{name} cannot be used for TLS \(.*{reason}.*\): correct or"):
        create()


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"])
def test_authorities_do_not_matter_where_nothing_is_encrypted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(tmp_path / "missing" / "any"))
    with serve(replies(as_json({"code": "A-1"}, 201))) as server:
        assert create(server.url) == "A-1"


def test_a_variable_that_is_empty_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "")
    monkeypatch.setenv("SSL_CERT_DIR", "")
    with encrypted(tmp_path) as url, pytest.raises(NotSentError, match="certificate verify failed"):
        create(url)


def test_a_proxy_may_be_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with encrypted(tmp_path) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        monkeypatch.setenv("HTTPS_PROXY", url)
        # That one does not know CONNECT.
        with pytest.raises(NotSentError, match=r"501 Unsupported method.*proxy .HTTPS_PROXY."):
            create()


def relaying(certificate: Path, api: str) -> Talk:
    """Be a proxy over TLS that leads every connection to this API."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def talk(connection: socket.socket, _: Event) -> None:
        address = ("127.0.0.1", int(api.rpartition(":")[2]))
        with context.wrap_socket(connection, server_side=True) as client, socket.create_connection(address) as server:
            hear(client)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            relay(client, server)

    return talk


def relay(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Hand on what either of them says until one hangs up."""
    while True:
        ready = [client] if client.pending() else select([client, server], [], [])[0]
        for speaker in ready:
            said = speaker.recv(65536)
            if not said:
                return
            (server if speaker is client else client).sendall(said)


@pytest.mark.parametrize("answers", [True, False])
def test_an_encrypted_request_may_have_arrived_through_an_encrypted_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, answers: bool
) -> None:
    certificate = tmp_path / "server.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with encrypted(tmp_path, answers=answers) as api, speaking(relaying(certificate, api)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.replace("http://", "https://"))
        if answers:
            assert create() == "A-1"
        else:
            with pytest.raises(NoAnswerError):
                create()
