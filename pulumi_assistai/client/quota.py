"""Quotas: the limits that an API tells in the headers of its answers, and its refusals."""

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
"""A reset that is further away is taken for milliseconds: one that far in seconds ends an operation anyway."""

_SINGLE = re.compile(r"(?:x-)?rate-?limit-(limit|remaining|reset)(?:-after)?(.*)", re.IGNORECASE)
_FIELD = re.compile(r'("?[\w.-]*"?)((?:\s*;\s*\w+\s*=\s*"?[^;,"]*"?)+)')
_PARAMETER = re.compile(r"\b(\w+)\s*=\s*(\d+)")
_NUMBER = re.compile(r"\s*\d{1,400}(?:\.\d{1,20})?\s*")


@dataclass(frozen=True)
class Quota:
    """One limit, as an answer tells it.

    Attributes:
        remaining: how many more requests are allowed before it starts anew.
        limit: how many are allowed in all, None where the answer does not say.
        reset: seconds until it starts anew, None where the answer does not say.
        window: seconds from one start to the next, None where the answer does not say.
    """

    remaining: int
    limit: int | None = None
    reset: float | None = None
    window: float | None = None


def read_quota(headers: Mapping[str, str]) -> Quota | None:
    """Return the limit that leaves the least, None where no header tells of one.

    `RateLimit` and `RateLimit-Policy` in the forms of draft-ietf-httpapi-ratelimit-headers, `RateLimit-*` and
    `X-RateLimit-*`, also with the name of a limit at the end, are read.
    """
    now = _time_of(headers)
    found = [*_combined(headers), *_single(headers, now)]
    return min(found, key=lambda quota: (quota.remaining, -(quota.reset or 0)), default=None)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks to wait, given as seconds or as a date; None for anything else."""
    value = headers.get("retry-after", "")
    if _NUMBER.fullmatch(value):
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(0.0, moment - time.time())


def is_refusal(status: int, retry_after: float | None, statuses: Collection[int]) -> bool:
    """Return whether an answer with one of these statuses asks for fewer requests; 503 does with Retry-After alone."""
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
    """Read a header for each part of a limit, whose name may end with that of the limit."""
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
    """Return how far away a reset is that is told in seconds or milliseconds, from now or since 1970, or as a date."""
    if not _NUMBER.fullmatch(value):
        moment = _moment(value)
        return None if moment is None else max(0.0, moment - now)
    number = float(value)
    if number >= _SINCE_1970:
        return max(0.0, (number / 1000 if number >= _SINCE_1970_IN_MS else number) - now)
    return number / 1000 if number >= _LONGEST_IN_SECONDS else number


def _time_of(headers: Mapping[str, str]) -> float:
    """Return the API's own time, since its clock may be wrong."""
    moment = _moment(headers.get("date", ""))
    return time.time() if moment is None else moment


def _moment(value: str) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError, OverflowError):
            moment = read(value.strip())
            # A date without a zone is in UTC, as all dates of HTTP are.
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _first_number(value: str) -> int | None:
    """Return the number that a value begins with: `100, 100;w=60` is 100."""
    found = re.match(r"\s*(\d{1,18})\b", value)
    return None if found is None else int(found[1])


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
