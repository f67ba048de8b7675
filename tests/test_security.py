"""The promises of docs/security.md."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import pickle
import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from textwrap import dedent
from threading import Thread
from traceback import TracebackException, format_exception
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pulumi.dynamic import Config, ConfigureRequest

from pulumi_assistai import AssistAIError, NoAnswerError, NotSentError, UnexpectedAnswerError
from pulumi_assistai.client import Client
from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.providers.agents import AgentProvider
from tests.conftest import Api, Project, settings_for
from tests.scripted import Reply, Request, as_json, serve

EVIL = "Ven\u001b[31mtas\u0007\r\nFAKE: all is well"


def self_signed(directory: Path) -> ssl.SSLContext:
    """Return the context of a server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    alternatives = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("api.assistai.invalid")]
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = directory / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = self_signed(tmp_path).wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        settings = settings_for(f"https://127.0.0.1:{server.server_port}", timeout=1)
        with Client(settings) as client, pytest.raises(NotSentError, match="certificate verify failed"):
            client.agents.create({"name": "Ventas"})
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("body", [b'{"code": ' * 100_000, b"[" * 2_000_000, b'{"code": "' + b"a" * 9_000_000 + b'"}'])
def test_a_hostile_answer_is_an_error(body: bytes) -> None:
    with serve(lambda _: Reply(201, body)) as server, Client(settings_for(server.url)) as client:
        with pytest.raises(UnexpectedAnswerError) as caught:
            client.agents.create({"name": "Ventas"})
        assert len(str(caught.value)) < 500


def test_a_slow_drip_ends_with_the_time_out(api: Api) -> None:
    api.create("Ventas")
    api.faults.add("drip", method="GET", seconds=0.2, count=0)
    with (
        Client(settings_for(api.url, timeout=0.5)) as client,
        pytest.raises(NoAnswerError, match="it took longer than"),
    ):
        client.agents.list()


def test_foreign_text_writes_nothing_to_the_terminal_but_text(project: Project, api: Api) -> None:
    code = api.create(EVIL)
    project.write(f"assistai.Agent('ventas', name={EVIL!r})")
    text = project.fails("preview")
    assert code in text
    assert "\u001b[31m" not in text
    assert "\u0007" not in text
    assert not [line for line in text.splitlines() if line.startswith("FAKE")]


def test_a_secret_of_the_configuration_is_in_no_message(project: Project) -> None:
    crypter = Crypter.new(project.environment["PULUMI_CONFIG_PASSPHRASE"])
    settings = f"""
        encryptionsalt: {crypter.salt}
        config:
          trial:token:
            secure: {crypter.encrypt("canary-token")}
          trial:acme:
            tenant: acme
            token:
              secure: {crypter.encrypt("canary-(other)")}
          trial:short:
            secure: {crypter.encrypt("ab")}
    """
    (project.directory / "Pulumi.dev.yaml").write_text(dedent(settings), encoding="utf-8")
    project.write("""
        config = pulumi.Config()
        acme = config.require_object("acme")
        print("printed", config.require("token"), acme["token"], acme["tenant"], config.require("short"))
        pulumi.log.warn("warned of " + config.require("token"))
        raise ValueError("raised with " + config.require("token"))
    """)
    text = project.fails("preview")
    assert "canary" not in text
    assert "printed [secret] [secret] acme ab" in text
    assert "warned of [secret]" in text
    assert "ValueError: raised with [secret]" in text


def reachable(thing: Any, seen: dict[int, Any]) -> None:
    """Collect the objects of the package that can be reached from one."""
    if id(thing) in seen or not type(thing).__module__.startswith("pulumi_assistai"):
        return
    seen[id(thing)] = thing
    for value in vars(thing).values() if hasattr(thing, "__dict__") else ():
        for element in value if isinstance(value, list | tuple | set | frozenset) else [value]:
            reachable(element, seen)


def test_the_token_is_in_no_repr_and_no_pickle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "canary-token")
    # A provider cuts the tracebacks of its process, which is this one here.
    monkeypatch.setattr(sys, "tracebacklimit", 100, raising=False)
    provider = AgentProvider()
    provider.configure(ConfigureRequest(Config({"tenant_domain": "t", "organization_code": "O"}, "trial")))
    emulator = Emulator(accounts=[Account("canary-token", "t", "O")])
    seen: dict[int, Any] = {}
    assert provider.session.client
    for thing in (provider, provider.session, provider.session.settings, emulator, Account("canary-token", "t", "O")):
        reachable(thing, seen)
    assert {"Session", "Client", "Transport", "Settings", "Inventory"} <= {
        type(thing).__name__ for thing in seen.values()
    }
    assert not [thing for thing in seen.values() if "canary" in repr(thing)]
    assert b"canary" not in pickle.dumps(AgentProvider())


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
def test_the_token_is_in_no_error_and_no_log(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"location": "https://example.org/?canary-token", "retry-after": "canary-token", "x-echo": "canary-token"}

    def answer(request: Request) -> Reply:
        return as_json({"message": request.headers["authorization"]}, status, **echo)

    with (
        serve(answer) as server,
        Client(settings_for(server.url, api_token="canary-token", rate_limit_wait=0.1)) as client,
        pytest.raises(AssistAIError) as caught,
    ):
        client.agents.create({"name": "Ventas", "instructions": "canary-prompt"})
    told = [str(caught.value), repr(caught.value), "".join(format_exception(caught.value))]
    assert not [text for text in told if "canary-token" in text]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("pulumi_assistai")]
    assert not [text for text in ours if "canary" in text]
    assert "Bearer canary-token" not in caplog.text


def test_whoever_logs_the_variables_of_an_error_does_not_log_the_token() -> None:
    with serve(lambda _: as_json({"message": "no"}, 400)) as server:
        settings = settings_for(server.url, api_token="canary-token")
        with Client(settings) as client, pytest.raises(AssistAIError) as caught:
            client.agents.create({"name": "Ventas"})
    chain = TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in chain.stack if frame.filename != __file__]
    assert len(frames) > 3
    assert not [frame.name for frame in frames if "canary-token" in str(frame.locals)]
