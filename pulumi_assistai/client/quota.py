"""Quotas: the limits in the headers of an API's answers, and its refusals."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_UNAVAILABLE = 503
_SINCE_1970 = 1e9
_SINCE_1970_IN_MS = 1e11
_LONGEST_IN_SECONDS = 1000
"""A reset further away counts as milliseconds: as seconds it would end the operation anyway."""

_SINGLE = re.compile(r"(?:x-)?rate-?limit-(limit|remaining|reset)(?:-after)?(.*)", re.IGNORECASE)
_FIELD = re.compile(r'("?[\w.-]*"?)((?:\s*;\s*\w+\s*=\s*"?[^;,"]*"?)+)')
_PARAMETER = re.compile(r"\b(\w+)\s*=\s*(\d+)")
_NUMBER = re.compile(r"\s*\d{1,400}(?:\.\d{1,20})?\s*")


@dataclass(frozen=True)
class Quota:
    """One limit, as an answer reports it.

    Attributes:
        remaining: number of requests that are still allowed in this window.
        limit: number of requests allowed in a window, None if the answer does not say.
        reset: seconds until the next window, None if the answer does not say.
        window: length of a window in seconds, None if the answer does not say.
    """

    remaining: int
    limit: int | None = None
    reset: float | None = None
    window: float | None = None


def read_quota(headers: Mapping[str, str]) -> Quota | None:
    """Return the limit with the fewest remaining requests, None if no header reports a limit.

    Reads `RateLimit` and `RateLimit-Policy` in the forms of draft-ietf-httpapi-ratelimit-headers, and `RateLimit-*` and
    `X-RateLimit-*`, which may end with the name of a limit.
    """
    now = _time_of(headers)
    found = [*_combined(headers), *_single(headers, now)]
    return min(found, key=lambda quota: (quota.remaining, -(quota.reset or 0)), default=None)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of `Retry-After`, which has a number or a date; None for anything else."""
    value = headers.get("retry-after", "")
    if _NUMBER.fullmatch(value):
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(0.0, moment - time.time())


def is_refusal(status: int, retry_after: float | None, statuses: Collection[int]) -> bool:
    """Return whether an answer asks for fewer requests: it has one of the statuses; 503 needs Retry-After as well."""
    return status in statuses and (status != _UNAVAILABLE or retry_after is not None)


def _combined(headers: Mapping[str, str]) -> Iterator[Quota]:
    """Read `"default";r=5;t=2`, the policy `"default";q=10;w=3`, and the older `limit=10, remaining=5, reset=2`."""
    value = headers.get("ratelimit", "")
    policies = dict(_fields(headers.get("ratelimit-policy", "")))
    for name, parameters in _fields(value):
        if "r" in parameters:
            policy = policies.get(name, {})
            yield Quota(int(parameters["r"]), _whole(policy.get("q")), parameters.get("t"), policy.get("w"))
    older = {name.lower(): float(number) for name, number in _PARAMETER.findall(value)}
    if "remaining" in older:
        yield Quota(int(older["remaining"]), _whole(older.get("limit")), older.get("reset"))


def _fields(value: str) -> Iterator[tuple[str, dict[str, float]]]:
    for name, parameters in _FIELD.findall(value):
        yield name.strip('"'), {key: float(number) for key, number in _PARAMETER.findall(parameters)}


def _single(headers: Mapping[str, str], now: float) -> Iterator[Quota]:
    """Read headers that have one part of a limit each. Their names may end with the name of the limit."""
    limits: dict[str, dict[str, str]] = {}
    for header, value in headers.items():
        if found := _SINGLE.fullmatch(header):
            limits.setdefault(found[2].lower(), {})[found[1].lower()] = value
    for parts in limits.values():
        remaining = _first_number(parts.get("remaining", ""))
        if remaining is not None:
            limit = _first_number(parts.get("limit", ""))
            yield Quota(remaining, limit, _seconds_until(parts.get("reset", ""), now))


def _seconds_until(value: str, now: float) -> float | None:
    """Return the seconds until a reset, which is in seconds or milliseconds, from now or since 1970, or a date."""
    if not _NUMBER.fullmatch(value):
        moment = _moment(value)
        return None if moment is None else max(0.0, moment - now)
    number = float(value)
    if number >= _SINCE_1970:
        return max(0.0, (number / 1000 if number >= _SINCE_1970_IN_MS else number) - now)
    return number / 1000 if number >= _LONGEST_IN_SECONDS else number


def _time_of(headers: Mapping[str, str]) -> float:
    """Return the time on the API's clock, which may be wrong."""
    moment = _moment(headers.get("date", ""))
    return time.time() if moment is None else moment


def _moment(value: str) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, OverflowError):
            moment = read(value.strip())
            # A date without a zone is in UTC, as all dates in HTTP are.
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _first_number(value: str) -> int | None:
    """Return the number at the start of a value: `100, 100;w=60` is 100."""
    found = re.match(r"\s*(\d{1,18})\b", value)
    return None if found is None else int(found[1])


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
