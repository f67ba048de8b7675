"""Proxies in the environment: the engine and its own processes must not use them."""

from __future__ import annotations

from collections.abc import Mapping

_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
_LOOPBACK = "127.0.0.1"


def with_direct_loopback(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, changed so that gRPC reaches this machine without a proxy.

    gRPC sends even loopback traffic to a proxy. It reads `no_grpc_proxy`, or `no_proxy` if the first is not set. Only
    gRPC reads `no_grpc_proxy`, so other programs and other hosts are not affected.
    """
    if not any(environment.get(name) for name in _PROXIES):
        return dict(environment)
    excepted = environment.get("no_grpc_proxy", environment.get("no_proxy", ""))
    hosts = [host for host in excepted.split(",") if host.strip()]
    return {**environment, "no_grpc_proxy": ",".join([*hosts, _LOOPBACK])}
