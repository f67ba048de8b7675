"""What headers say of limits, in all forms that are in use."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formatdate

import httpx
import pytest

from pulumi_assistai.client.quota import Quota, read_quota, read_retry_after

NOW = 1_764_000_000
AT = {"date": formatdate(NOW, usegmt=True)}


def quota(**headers: str) -> Quota | None:
    return read_quota(httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()} | AT))


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("3", 3),
        ("0", 0),
        ("2.5", 2.5),
        ("999", 999),
        ("1000", 1),
        ("3000", 3),
        ("1000000000", 0),
        ("100000000000", 0),
        (datetime.fromtimestamp(NOW + 60, timezone(timedelta(hours=-5))).isoformat(), 60),
        (str(NOW + 60), 60),
        (str((NOW + 60) * 1000), 60),
        (str(NOW - 60), 0),
        (formatdate(NOW + 60, usegmt=True), 60),
        (datetime.fromtimestamp(NOW + 60, UTC).isoformat(), 60),
        (datetime.fromtimestamp(NOW + 60, UTC).replace(tzinfo=None).isoformat(), 60),
        (datetime.fromtimestamp(NOW - 60, UTC).isoformat(), 0),
        ("soon", None),
        ("", None),
        ("-3", None),
    ],
)
def test_a_reset_is_read_in_seconds_milliseconds_or_as_a_time(reset: str, seconds: float | None) -> None:
    expected = Quota(5, 10, seconds)
    assert quota(x_ratelimit_limit="10", x_ratelimit_remaining="5", x_ratelimit_reset=reset) == expected


@pytest.mark.parametrize("prefix", ["RateLimit-", "X-RateLimit-", "X-Rate-Limit-", "x-ratelimit-"])
def test_each_part_may_have_a_header_of_its_own(prefix: str) -> None:
    headers = {f"{prefix}Limit": "10, 10;w=60", f"{prefix}Remaining": "5", f"{prefix}Reset": "3"}
    assert read_quota(httpx.Headers(headers)) == Quota(5, 10, 3)


def test_the_reset_may_be_called_reset_after() -> None:
    assert quota(x_ratelimit_remaining="5", x_ratelimit_reset_after="3") == Quota(5, None, 3)


@pytest.mark.parametrize("order", [1, -1])
def test_the_limit_that_leaves_the_least_counts(order: int) -> None:
    headers = [
        ("X-RateLimit-Limit-short", "10"),
        ("X-RateLimit-Remaining-short", "9"),
        ("X-RateLimit-Reset-short", "1"),
        ("X-RateLimit-Limit-long", "100"),
        ("X-RateLimit-Remaining-long", "2"),
        ("X-RateLimit-Reset-long", "50"),
    ]
    assert read_quota(httpx.Headers(headers[::order])) == Quota(2, 100, 50)


def test_a_header_that_is_missing_is_nothing() -> None:
    assert quota(x_ratelimit_remaining="5") == Quota(5)
    assert quota(x_ratelimit_limit="10", x_ratelimit_reset="3") is None


def test_of_limits_that_leave_the_same_the_longer_one_counts() -> None:
    assert quota(ratelimit='"a";r=0, "b";r=0;t=1') == Quota(0, None, 1)
    assert quota(ratelimit='"a";r=0;t=1, "b";r=0;t=50') == Quota(0, None, 50)


@pytest.mark.parametrize(
    ("ratelimit", "policy", "expected"),
    [
        ('"default";r=5;t=2', '"default";q=10;w=3', Quota(5, 10, 2, 3)),
        ('"default"; r=5; t=2', '"other";q=10;w=3', Quota(5, None, 2, None)),
        ("default;r=5", "default;q=10;w=3", Quota(5, 10, None, 3)),
        ('"default";r=5', "default;q=10;w=3", Quota(5, 10, None, 3)),
        ('"XL";r=5', '"XL";q=10;w=3,"L";q=1;w=1', Quota(5, 10, None, 3)),
        ('"day";r=900;t=999, "hour";r=5;t=60', '"day";q=1000;w=86400,"hour";q=10;w=3600', Quota(5, 10, 60, 3600)),
        ("limit=10, remaining=5, reset=2", "", Quota(5, 10, 2)),
        ("Limit=10, Remaining=0, Reset=2", "", Quota(0, 10, 2)),
        ('"default";pk=:abc:', "", None),
        ("nonsense", "", None),
        ("", '"default";q=10;w=3', None),
    ],
)
def test_one_header_may_have_all_parts(ratelimit: str, policy: str, expected: Quota | None) -> None:
    assert quota(ratelimit=ratelimit, ratelimit_policy=policy) == expected


@pytest.mark.parametrize("remaining", ["", "many", "-1", "9" * 400])
def test_without_a_number_that_is_left_nothing_is_known(remaining: str) -> None:
    assert quota(x_ratelimit_limit="10", x_ratelimit_remaining=remaining, x_ratelimit_reset="3") is None


def test_no_header_tells_of_no_limit() -> None:
    assert quota() is None


def test_the_local_clock_counts_where_the_answer_has_no_date() -> None:
    soon = str(int(time.time()) + 600)
    found = read_quota(httpx.Headers({"x-ratelimit-remaining": "5", "x-ratelimit-reset": soon}))
    assert found is not None
    assert found.reset == pytest.approx(600, abs=60)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (" 12 ", 12), ("0", 0), ("7.5", 7.5), ("9" * 400, float("inf")), ("-7", None), ("", None), ("x", None)],
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    assert read_retry_after(httpx.Headers({"retry-after": value})) == seconds


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_retry_after_is_read_as_a_date_in_utc(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Bogota")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: float(NOW))
    date = formatdate(NOW + 20).replace("-0000", zone)
    assert read_retry_after(httpx.Headers({"retry-after": date})) == 20
    assert read_retry_after(httpx.Headers({"retry-after": formatdate(NOW - 20)})) == 0
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "value",
    [
        "Wed, 32 Oct 2026 07:28:00 GMT",
        "Wed, 21 Oct 99999999999 07:28:00 GMT",
        "Wed, 21 Oct 2026 07:28:00 +99999999999999999999",
    ],
)
def test_a_date_that_is_none_counts_as_absent(value: str) -> None:
    assert read_retry_after(httpx.Headers({"retry-after": value})) is None


def test_without_the_header_nothing_is_asked() -> None:
    assert read_retry_after(httpx.Headers()) is None
