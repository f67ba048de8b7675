"""Every error has a code that stays, and an entry on the page of errors."""

from __future__ import annotations

import re

import pytest

from pulumi_assistai import errors
from pulumi_assistai.errors import AssistAIError, FleetError, NameTakenError, with_code
from tools.errors_page import PAGE, kinds, page

# Users search logs and the page for these: none ever changes or is used again.
CODES = {
    "AAI-101": "ConfigurationError",
    "AAI-102": "FleetError",
    "AAI-110": "TransportError",
    "AAI-111": "NotSentError",
    "AAI-112": "RateLimitError",
    "AAI-113": "RunCancelledError",
    "AAI-114": "NoAnswerError",
    "AAI-120": "ApiError",
    "AAI-121": "BadRequestError",
    "AAI-122": "UnauthorizedError",
    "AAI-123": "ForbiddenError",
    "AAI-124": "NotFoundError",
    "AAI-125": "TooManyRequestsError",
    "AAI-126": "ServerError",
    "AAI-127": "UnexpectedAnswerError",
    "AAI-128": "FirewallError",
    "AAI-140": "IncompleteListingError",
    "AAI-141": "EmptyListingError",
    "AAI-150": "OutcomeUnknownError",
    "AAI-151": "NameTakenError",
    "AAI-152": "AdoptionError",
    "AAI-153": "WrongOrganizationError",
    "AAI-154": "DashboardEditError",
    "AAI-155": "AgentGoneError",
    "AAI-160": "NoIntegrationError",
    "AAI-161": "WrongPhoneError",
}


def test_every_kind_of_error_has_its_own_code_and_keeps_it() -> None:
    below = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssistAIError)]
    assert [(kind.code, kind.__name__) for kind in kinds()] == list(CODES.items())
    assert set(below) == {AssistAIError, *kinds()}


def test_the_page_is_the_one_that_is_made() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_an_entry_that_says_why_and_what_to_do(code: str) -> None:
    entries = re.split(r"^### ", page(), flags=re.MULTILINE)
    [entry] = [entry for entry in entries if entry.startswith(f"{code}\n")]
    what, why, way_out = entry.split("\n\n")[1:4]
    assert re.fullmatch(rf"\*\*[^*]+\.\*\* \(`{CODES[code]}`\)", what)
    assert re.fullmatch(r"\*\*Why:\*\* [^*]+\.\n?", why)
    assert re.fullmatch(r"\*\*Way out:\*\* [^*]+\.\n?", way_out)


def test_a_message_is_shown_with_its_code() -> None:
    assert with_code(NameTakenError("it is taken")) == "it is taken [AAI-151]"
    assert with_code(FleetError(["a.md: one", "b.md: two"])) == "a.md: one; b.md: two [AAI-102]"
    assert with_code(AssistAIError("it says all")) == "it says all"
