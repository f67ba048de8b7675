"""Times: parsing of `--since`, and its comparison with times of the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import quoted

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_AGE = re.compile(r"(\d{1,6})([hdw])")
_MOMENT = TypeAdapter(datetime)


def parse_since(text: str, now: datetime) -> datetime:
    """Return the moment that `--since` names. A date or time without a zone is UTC.

    Args:
        text: an age such as 12h, 7d or 2w, or an ISO date or time such as 2026-11-01.
        now: the moment from which an age counts back.

    Raises:
        AssistAIError: the text is neither, or the moment lies before the year 1.
    """
    try:
        age = _AGE.fullmatch(text)
        return now - timedelta(hours=int(age[1]) * _HOURS[age[2]]) if age else _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise AssistAIError(
            f"--since {quoted(text)} is not a time; use an age such as 12h, 7d or 2w, or a date such as 2026-11-01"
        ) from None


def is_since(time: str | None, since: datetime | None) -> bool:
    """Return whether a time of the API is not before a moment. A time that cannot be parsed counts as not before."""
    if since is None or time is None:
        return True
    try:
        return _in_utc(_MOMENT.validate_python(time)) >= since
    except ValidationError:
        return True


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
