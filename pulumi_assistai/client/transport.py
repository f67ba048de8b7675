"""The HTTP transport: sends requests, maps answers to values and errors."""

from __future__ import annotations

import platform
import re
import ssl
from collections.abc import Callable, Mapping
from importlib.metadata import version
from urllib.parse import urlsplit

from pulumi_assistai.client.answers import Answer, clean, words
from pulumi_assistai.client.deadline import DeadlineBackend, exchange
from pulumi_assistai.client.environment import Proxy, about_certificates, certificate_authorities, find_proxy
from pulumi_assistai.client.light_httpx import httpx
from pulumi_assistai.client.limiter import Turn, limiter_of
from pulumi_assistai.client.quota import read_retry_after
from pulumi_assistai.client.retry import ONCE, REPEATABLE, STARTING, Patience, RetryPolicy
from pulumi_assistai.errors import (
    UNREACHABLE,
    ApiError,
    BadRequestError,
    ConfigurationError,
    FirewallError,
    ForbiddenError,
    NoAnswerError,
    NotFoundError,
    NotSentError,
    ServerError,
    TooManyRequestsError,
    TransportError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from pulumi_assistai.redaction import register
from pulumi_assistai.settings import Settings

PREFIX = "/api/v1"
MOST_CONNECTIONS = 128
"""Highest number of connections: as many as calls in flight, see `providers.workers`."""

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes. No documented answer is nearly as large, and a hostile one must not fill the memory."""

_ERRORS: dict[int, type[ApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    413: BadRequestError,
    415: BadRequestError,
    422: BadRequestError,
    429: TooManyRequestsError,
}
_FIREWALL = re.compile(
    rb"just a moment\.\.\.|attention required!|cf-chl|challenge-platform|cdn-cgi|incapsula|captcha|datadome|"
    rb"you have been blocked|checking your browser|access denied",
    re.IGNORECASE,
)
"""Words on the pages of Cloudflare and other firewalls."""


class Transport:
    """One connection pool with one organization's headers; safe to share between threads.

    It repeats a request that is safe to repeat until its attempts together took twice the time-out. A refusal of the
    rate limit is not an attempt: the request is sent again when the API allows it, within `rate_limit_wait`.
    """

    def __init__(self, settings: Settings) -> None:
        register(settings.api_token.get_secret_value())
        self._timeout = settings.timeout
        self._longest_wait = settings.rate_limit_wait
        self._limiter = limiter_of(settings)
        self._place = settings.place_in_words
        self._proxy = find_proxy(settings.base_url)
        for secret in self._proxy.secrets if self._proxy else ():
            register(secret)
        self._http = _client(settings, self._proxy)

    @property
    def waited(self) -> float:
        """Return the seconds that requests of this organization have waited for the rate limit so far."""
        return self._limiter.waited

    def close(self) -> None:
        """Close the connection pool."""
        self._http.close()

    def get(self, path: str, query: Mapping[str, str | int] | None = None) -> Answer:
        """Send a GET, again if that is safe."""
        return self._send("GET", path, REPEATABLE, query=query)

    def get_once(self, path: str, accept: str) -> Answer:
        """Send a GET that starts something, again only if it cannot have happened."""
        return self._send("GET", path, STARTING, accept=accept)

    def post(self, path: str, body: Mapping[str, str], about_to_send: Callable[[], None] | None = None) -> Answer:
        """Send a POST, again only if it cannot have happened. Call `about_to_send` directly before each time."""
        return self._send("POST", path, ONCE, body=body, about_to_send=about_to_send)

    def patch(self, path: str, body: Mapping[str, str]) -> Answer:
        """Send a PATCH, again if that is safe."""
        return self._send("PATCH", path, REPEATABLE, body=body)

    def delete(self, path: str) -> Answer:
        """Send a DELETE, again if that is safe."""
        return self._send("DELETE", path, REPEATABLE)

    def _send(
        self,
        method: str,
        path: str,
        policy: RetryPolicy,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, str] | None = None,
        accept: str = "application/json",
        about_to_send: Callable[[], None] | None = None,
    ) -> Answer:
        request = self._http.build_request(method, path, params=query, json=body, headers={"accept": accept})
        patience, until = Patience(2 * self._timeout), self._limiter.now() + self._longest_wait

        def send() -> Answer:
            with self._limiter.turn(_where(request), until, policy.slowed_by) as turn, patience:
                if about_to_send is not None:
                    about_to_send()
                return self._send_once(request, turn)

        return policy.run(lambda: self._again_after_refusals(send, policy, until), patience)

    def _again_after_refusals(self, send: Callable[[], Answer], policy: RetryPolicy, until: float) -> Answer:
        while True:
            try:
                return send()
            except ApiError as error:
                if not policy.is_refusal(error) or self._limiter.now() + self._limiter.longest_wait() > until:
                    raise

    def _send_once(self, request: httpx.Request, turn: Turn) -> Answer:
        with exchange(self._timeout) as under_way:
            try:
                response, body = self._exchange(request, turn)
            except httpx.HTTPError as error:
                failure = self._failure(request, error, is_sent=under_way.is_sent)
            else:
                return self._answer(response, body)
        # Raised here, the error has no reference to that of httpx, whose text may have the token.
        try:
            raise failure
        finally:
            # The traceback of the error refers to this frame.
            del failure

    def _exchange(self, request: httpx.Request, turn: Turn) -> tuple[httpx.Response, bytes]:
        response = self._http.send(request, stream=True)
        turn.hear(response.status_code, response.headers)
        body = bytearray()
        try:
            # Never decoded: a few compressed bytes can become gigabytes.
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise _unexpected(response, "its body is too large")
        finally:
            response.close()
        return response, bytes(body)

    def _failure(self, request: httpx.Request, error: httpx.HTTPError, *, is_sent: bool) -> TransportError:
        is_late = isinstance(error, httpx.TimeoutException)
        reason = f"it took longer than {self._timeout:g} s" if is_late else clean(str(error)) or type(error).__name__
        if is_sent:
            return NoAnswerError(f"{_where(request)} got no complete answer: {reason}; check the network and try again")
        advice = "check ASSISTAI_BASE_URL and the network"
        if self._proxy is not None:
            advice = f"check the proxy ({self._proxy.variable}), ASSISTAI_BASE_URL and the network"
        if "certificate verify failed" in reason:
            advice = about_certificates()
        return NotSentError(f"{_where(request)} was not sent: {reason}; {advice}")

    def _answer(self, response: httpx.Response, body: bytes) -> Answer:
        encoding = clean(response.headers.get("content-encoding", "").lower())
        is_encoded = bool(body) and encoding not in {"", "identity"}
        problem = f'its body is encoded ("{encoding}"), which the request did not ask for'
        if not response.is_success:
            raise self._error(response, problem.encode() if is_encoded else body)
        if is_encoded:
            raise _unexpected(response, problem)
        date = response.headers.get("date", "")
        request = response.request
        return Answer(request.method, request.url.path, response.status_code, body, date)

    def _error(self, response: httpx.Response, body: bytes) -> ApiError:
        status = response.status_code
        kind, advice = self._kind(status, body)
        retry_after = read_retry_after(response.headers)
        if kind is TooManyRequestsError and retry_after:
            advice = f"it asks to wait {retry_after:.0f} s; {kind.advice}"
        return kind(
            response.request.method,
            response.request.url.path,
            status,
            clean(words(body)),
            retry_after=retry_after,
            advice=advice,
        )

    def _kind(self, status: int, body: bytes) -> tuple[type[ApiError], str]:
        """Return the class of the error, and what to do next if that differs from the advice of the class."""
        if status not in UNREACHABLE and _is_firewall(body):
            return FirewallError, FirewallError.advice
        kind = _ERRORS.get(status) or (ServerError if status >= 500 else UnexpectedAnswerError)  # noqa: PLR2004
        if kind in (UnauthorizedError, ForbiddenError):
            return kind, f"{kind.advice}; the request was for {self._place}"
        return kind, ""


def _is_firewall(body: bytes) -> bool:
    """Return whether a body is the page of a firewall, which may come with any status."""
    is_page = body.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html"))
    return is_page and _FIREWALL.search(body[:100_000]) is not None


def _client(settings: Settings, proxy: Proxy | None) -> httpx.Client:
    """Return a connection pool.

    Raises:
        ConfigurationError: the base URL, the proxy or the certificates are not usable.
    """
    try:
        return httpx.Client(
            base_url=settings.base_url + PREFIX,
            headers=_headers(settings),
            timeout=settings.timeout,
            # With it, httpx reads nothing of the environment: `environment` does, with errors that name the variable.
            transport=_HttpTransport(settings, proxy),
        )
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"ASSISTAI_BASE_URL (assistai:baseUrl) is not a usable address: {error}") from None


class _HttpTransport(httpx.HTTPTransport):
    """Connections that keep the deadline of the current exchange."""

    def __init__(self, settings: Settings, proxy: Proxy | None) -> None:
        # Plain http never becomes https, and reading the certificate authorities takes time.
        is_encrypted = urlsplit(settings.base_url).scheme == "https"
        verify = certificate_authorities() if is_encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            super().__init__(
                verify=verify,
                limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
                proxy=None
                if proxy is None
                else httpx.Proxy(proxy.url, ssl_context=certificate_authorities() if proxy.is_encrypted else None),
            )
        except ImportError:
            assert proxy is not None
            raise ConfigurationError(
                f"{proxy.variable} is a SOCKS proxy, which needs another package: run `pip install 'httpx[socks]'`"
            ) from None
        layers = is_encrypted + (proxy is not None and proxy.is_encrypted)
        # httpx has no argument for it, httpcore has. The tests of slow answers fail if this has no effect.
        self._pool._network_backend = DeadlineBackend(layers)  # noqa: SLF001


def _headers(settings: Settings) -> dict[str, str]:
    package = f"pulumi-assistai/{version('pulumi-assistai')}"
    return {
        # Without this header httpx asks for compressed answers.
        "accept-encoding": "identity",
        "authorization": f"Bearer {settings.api_token.get_secret_value()}",
        "x-tenant-domain": settings.tenant_domain,
        "x-organization-code": settings.organization_code,
        "user-agent": f"{package} httpx/{httpx.__version__} python/{platform.python_version()}",
    }


def _where(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path}"


def _unexpected(response: httpx.Response, problem: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(response.request.method, response.request.url.path, response.status_code, problem)
