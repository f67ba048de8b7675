"""Proxies of the environment: none of them is between the engine and its own processes."""

from __future__ import annotations

from collections.abc import Mapping

_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
_LOOPBACK = "127.0.0.1"


def with_direct_loopback(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment, with gRPC told to reach this machine without a proxy.

    gRPC sends loopback traffic to a proxy too. It reads `no_grpc_proxy`, and `no_proxy` only where that is not set;
    nothing else reads `no_grpc_proxy`. Other hosts are reached as before, and so is everything that is not gRPC.
    """
    if not any(environment.get(name) for name in _PROXIES):
        return dict(environment)
    excepted = environment.get("no_grpc_proxy", environment.get("no_proxy", ""))
    hosts = [host for host in excepted.split(",") if host.strip()]
    return {**environment, "no_grpc_proxy": ",".join([*hosts, _LOOPBACK])}
