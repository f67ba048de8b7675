"""The environment of a connection: the proxy and the certificate authorities that its variables name."""

from __future__ import annotations

import os
import ssl
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from pulumi_assistai.client.light_httpx import httpx
from pulumi_assistai.errors import ConfigurationError
from pulumi_assistai.settings import is_loopback

_AUTHORITIES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True)
class Proxy:
    """A proxy.

    Attributes:
        variable: the variable that names it.
        url: where it is; it may hold a password.
    """

    variable: str
    url: httpx.URL

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS protects the way to the proxy itself."""
        return self.url.scheme == "https"


def find_proxy(base_url: str) -> Proxy | None:
    """Return the proxy for the API, None where there is none.

    A proxy has no business between a program and its own machine, so that there is none for loopback hosts. All other
    hosts are asked by https.

    Raises:
        ConfigurationError: the variable names no usable proxy.
    """
    url = urlsplit(base_url)
    host = url.hostname or ""
    proxies = getproxies()
    scheme = next((scheme for scheme in ("https", "all") if proxies.get(scheme)), None)
    is_exempt = "no" in proxies and _is_exempt(host, url.port or 443, proxies["no"])
    if scheme is None or is_loopback(host) or is_exempt:
        return None
    variable = _variable(f"{scheme}_proxy")
    try:
        return Proxy(variable, _proxy_url(proxies[scheme].strip()))
    except (ValueError, httpx.InvalidURL):
        raise ConfigurationError(
            f"{variable} names no usable proxy: give it as http://HOST:PORT ({', '.join(_SCHEMES)}), or unset it"
        ) from None


def _variable(name: str) -> str:
    names = (name, *os.environ)
    return next((found for found in names if found.lower() == name and os.environ.get(found)), "the system's settings")


def _proxy_url(value: str) -> httpx.URL:
    """Read the address of a proxy; nothing of it may be shown, since it may hold a password.

    Raises:
        ValueError, httpx.InvalidURL: it is none.
    """
    url = value if "://" in value else f"http://{value}"
    parsed = urlsplit(url)
    if parsed.scheme not in _SCHEMES or not parsed.hostname or parsed.port == 0:
        raise ValueError
    return httpx.URL(url)


def _is_exempt(host: str, port: int, no_proxy: str) -> bool:
    return any(_matches(entry.strip().lower(), host.lower(), port) for entry in no_proxy.split(","))


def _matches(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of NO_PROXY means a host.

    It is a name, which means its subdomains too, an address or a network, with or without a port, or `*`.
    """
    entry = entry.rpartition("://")[2]
    if entry == "*":
        return True
    with suppress(ValueError):
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal():
        return int(number) == port and _matches(name, host, port)
    name = entry.lstrip("*.")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def certificate_authorities() -> ssl.SSLContext:
    """Return what checks certificates, against SSL_CERT_FILE and SSL_CERT_DIR where they are set.

    Raises:
        ConfigurationError: they cannot be read.
    """
    file, directory = (os.environ.get(name) or None for name in _AUTHORITIES)
    try:
        if directory is not None and not Path(directory).is_dir():
            raise NotADirectoryError(0, "no such directory")
        if file or directory:
            return ssl.create_default_context(cafile=file, capath=directory)
        return httpx.create_ssl_context()
    except OSError as error:
        names = [name for name in (*_AUTHORITIES, "SSLKEYLOGFILE") if os.environ.get(name)]
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"{' or '.join(names)} cannot be used ({reason}): correct or unset it, it is about certificates"
        ) from None


def about_certificates() -> str:
    """Return what to do about a certificate that is not accepted."""
    names = [name for name in _AUTHORITIES if os.environ.get(name)]
    if names:
        return f"it was checked against {' and '.join(names)}: check what is there"
    return "where a private authority issued it, set SSL_CERT_FILE to the file of that authority's certificate"
