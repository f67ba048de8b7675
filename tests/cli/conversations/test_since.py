"""What `--since` takes, and which times of the API count as young."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pulumi_assistai import AssistAIError
from pulumi_assistai.cli.conversations.since import is_since, parse_since

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", "2026-11-19T12:00:00+00:00"),
        ("12h", "2026-11-26T00:00:00+00:00"),
        ("2w", "2026-11-12T12:00:00+00:00"),
        ("0d", "2026-11-26T12:00:00+00:00"),
        ("2026-11-01", "2026-11-01T00:00:00+00:00"),
        ("2026-11-01T08:30", "2026-11-01T08:30:00+00:00"),
        ("2026-11-01T08:30:00-05:00", "2026-11-01T13:30:00+00:00"),
        ("2026-11-01T08:30:00.5Z", "2026-11-01T08:30:00.500000+00:00"),
    ],
)
def test_ages_and_dates(text: str, moment: str) -> None:
    assert parse_since(text, NOW) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("text", ["", "7", "7 d", "-7d", "7m", "yesterday", "2026-13-01", "999999w", "d", "1.5d"])
def test_what_is_no_time_is_one_line_that_shows_what_is(text: str) -> None:
    with pytest.raises(AssistAIError) as caught:
        parse_since(text, NOW)
    assert str(caught.value) == (
        f'--since "{text}" is not a time; use an age such as 12h, 7d or 2w, or a date such as 2026-11-01'
    )


@pytest.mark.parametrize(
    ("time", "young"),
    [
        ("2026-11-26T12:00:00Z", True),
        ("2026-11-26T11:59:59.999Z", False),
        ("2026-11-26T12:00:00", True),
        ("2026-11-26T11:00:00", False),
        ("2026-11-26T07:00:00-05:00", True),
        ("1795694400000", True),
        ("1795694399999", False),
        (None, True),
        ("last Thursday", True),
    ],
)
def test_a_time_that_cannot_be_read_is_kept(time: str | None, *, young: bool) -> None:
    assert is_since(time, NOW) is young
    assert is_since(time, None)
