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
        variable: the environment variable that names it.
        url: its address, which may have a password.
    """

    variable: str
    url: httpx.URL

    @property
    def is_encrypted(self) -> bool:
        """Whether the connection to the proxy itself uses TLS."""
        return self.url.scheme == "https"

    @property
    def secrets(self) -> tuple[str, str]:
        """Its password, alone and as it is sent with the user; empty without one."""
        password = self.url.password
        return password, password and f"{self.url.username}:{password}"


def find_proxy(base_url: str) -> Proxy | None:
    """Return the proxy for the API, None if there is none.

    Loopback hosts never have a proxy. All other hosts are reached over https, so HTTPS_PROXY and ALL_PROXY count.

    Raises:
        ConfigurationError: the variable has no usable address of a proxy.
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
            f"{variable} is not the address of a proxy: set it as in http://HOST:PORT ({', '.join(_SCHEMES)}), "
            "or unset it"
        ) from None


def _variable(name: str) -> str:
    names = (name, *os.environ)
    return next((found for found in names if found.lower() == name and os.environ.get(found)), "the system proxy")


def _proxy_url(value: str) -> httpx.URL:
    """Read the address of a proxy. No error shows it, because it may have a password.

    Raises:
        ValueError, httpx.InvalidURL: it is not an address of a proxy.
    """
    url = value if "://" in value else f"http://{value}"
    parsed = urlsplit(url)
    if parsed.scheme not in _SCHEMES or not parsed.hostname or parsed.port == 0:
        raise ValueError
    return httpx.URL(url)


def _is_exempt(host: str, port: int, no_proxy: str) -> bool:
    return any(_matches(entry.strip().lower(), host.lower(), port) for entry in no_proxy.split(","))


def _matches(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of NO_PROXY applies to a host.

    An entry is a name with all its subdomains, an address, a network, or `*`. A name or an address may have a port.
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
    """Return the context that checks certificates, against SSL_CERT_FILE and SSL_CERT_DIR if they are set.

    Raises:
        ConfigurationError: those cannot be read.
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
            f"{' or '.join(names)} cannot be used for TLS ({reason}): correct or unset it"
        ) from None


def about_certificates() -> str:
    """Return what to do about a certificate that is not trusted."""
    names = [name for name in _AUTHORITIES if os.environ.get(name)]
    if names:
        return f"only the certificates of {' and '.join(names)} are trusted: check them"
    return "if a private authority issued it, set SSL_CERT_FILE to the file with that authority's certificate"
