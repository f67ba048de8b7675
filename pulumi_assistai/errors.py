"""The exceptions. Every message is one line that says what happened and what to do next.

AssistAIError
├── ConfigurationError          settings are missing or not usable
├── FleetError                  files of a fleet are not usable
├── TransportError              no whole answer arrived
│   ├── NotSentError            the connection never opened: nothing happened
│   │   ├── RateLimitError      the API's rate limit let nothing through in time
│   │   └── RunCancelledError   the run was cancelled while the request waited
│   └── NoAnswerError           the request may have been carried out
├── ApiError                    an answer other than the documented one
│   ├── BadRequestError         400, 413, 415, 422
│   ├── UnauthorizedError       401
│   ├── ForbiddenError          403
│   ├── NotFoundError           404
│   ├── TooManyRequestsError    429
│   ├── ServerError             5xx
│   └── UnexpectedAnswerError   anything else: a redirect, half an answer, another type
│       └── FirewallError       a page of a firewall in front of the API, with any status
├── IncompleteListingError      pages do not add up to a whole listing
│   └── EmptyListingError       no agent is listed, although the state records some
├── OutcomeUnknownError         nobody can tell whether an agent was created
├── NameTakenError              an agent of that name exists or is declared twice
├── AdoptionError               the agent named by `adopt` cannot be taken over
├── WrongOrganizationError      the resource belongs to another organization
├── DashboardEditError          somebody else changed what the program is about to change
├── AgentGoneError              the agent is no longer in AssistAI
├── NoIntegrationError          the agent has no WhatsApp integration to connect
└── WrongPhoneError             WhatsApp is linked to another number
"""

from __future__ import annotations

from pulumi_assistai.redaction import redact
from pulumi_assistai.text import one_line

_REQUEST_TIMEOUT = 408

UNREACHABLE = range(520, 525)
"""Statuses of Cloudflare for an API that it cannot reach, or that does not answer it in time."""

_ADVICE = {
    402: "check the organization's plan and payments in AssistAI",
    407: "check the credentials of the proxy between here and the API",
    _REQUEST_TIMEOUT: "the request took too long to arrive: check the network and try again",
    409: "something else is in the way, such as another agent of that name or a change under way: look in AssistAI, "
    "and try again",
    413: "shorten what is sent, such as `instructions`",
    415: "check anything between here and the API that changes requests, such as a proxy",
    423: "it is locked just now: wait until other changes in AssistAI are over, and try again",
    425: "wait a little and try again",
} | dict.fromkeys(
    UNREACHABLE,
    "Cloudflare, which stands in front of the API, got no usable answer from it: try again later; "
    "if it persists, contact AssistAI support",
)
"""What to do next where the status says more than the kind of error."""


class AssistAIError(Exception):
    """Base of every error of this package: its message is one line, without the API token."""

    __module__ = "pulumi_assistai"

    def __init__(self, message: str) -> None:
        super().__init__(redact(one_line(message)))

    def __init_subclass__(cls) -> None:
        """Report every error under the package's public name."""
        cls.__module__ = "pulumi_assistai"


class ConfigurationError(AssistAIError):
    """Settings are missing or cannot be used."""


class FleetError(AssistAIError):
    """Files of a fleet cannot be used.

    Attributes:
        problems: everything that is wrong, each as `FILE:LINE:COLUMN: what`.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(redact(one_line(problem)) for problem in problems)
        super().__init__("; ".join(self.problems))


class TransportError(AssistAIError):
    """No whole answer arrived.

    Attributes:
        may_have_happened: whether the API may have carried the request out.
    """

    may_have_happened = True


class NotSentError(TransportError):
    """The connection never opened, so nothing happened."""

    may_have_happened = False


class RateLimitError(NotSentError):
    """The rate limit of the API left no time to send the request, so nothing happened."""

    advice = (
        "run again later, and what is done already stays done; to wait longer raise ASSISTAI_RATE_LIMIT_WAIT "
        "(assistai:rateLimitWait, in seconds)"
    )


class RunCancelledError(NotSentError):
    """The run was cancelled while the request waited, so nothing happened."""


class NoAnswerError(TransportError):
    """The connection broke or timed out after the request was under way."""


class ApiError(AssistAIError):
    """The API answered something other than what it documents for success.

    Attributes:
        method: the HTTP method.
        path: the path, without host or query.
        status: the HTTP status.
        detail: the API's own words, cleaned of control characters; may be empty.
        advice: what to do next: the given one, or that of the status, or that of the kind of error.
        retry_after: seconds the API asked to wait, None where it did not.
        may_have_happened: whether the API may have carried the request out.
    """

    advice = "check the request and try again"
    may_have_happened = False

    def __init__(
        self,
        method: str,
        path: str,
        status: int,
        detail: str = "",
        *,
        retry_after: float | None = None,
        advice: str = "",
    ) -> None:
        self.method = method
        self.path = path
        self.status = status
        self.detail = redact(detail)
        self.retry_after = retry_after
        self.advice = advice or _ADVICE.get(status, self.advice)
        said = f": {detail}" if detail else ""
        super().__init__(f"{method} {path} answered {status}{said}; {self.advice}")


class BadRequestError(ApiError):
    """400, 413, 415 or 422: the API refuses what was sent."""

    advice = "correct what the API names"


class UnauthorizedError(ApiError):
    """401: the token is not accepted."""

    advice = (
        "check the API token (ASSISTAI_API_TOKEN or assistai:apiToken); where an explicit provider holds a token "
        "that was changed, run `pulumi up` without --refresh first, or `pulumi refresh --run-program`"
    )


class ForbiddenError(ApiError):
    """403: the token may not do this here."""

    advice = (
        "check that the token belongs to this tenant and organization "
        "(ASSISTAI_TENANT_DOMAIN, ASSISTAI_ORGANIZATION_CODE)"
    )


class NotFoundError(ApiError):
    """404: there is no such thing."""

    advice = "check the code and the organization"


class TooManyRequestsError(ApiError):
    """429: the API asks for fewer requests. Nothing was carried out."""

    advice = RateLimitError.advice


class ServerError(ApiError):
    """5xx: the API failed, before or after carrying the request out."""

    advice = "try again later; if it persists, contact AssistAI support"
    may_have_happened = True


class UnexpectedAnswerError(ApiError):
    """An answer that is none of the documented ones."""

    advice = "check ASSISTAI_BASE_URL and anything between here and there, such as a proxy"

    @property
    def may_have_happened(self) -> bool:  # type: ignore[override]
        """A redirect was not followed and a 4xx refused the request; anything else may have happened."""
        return not 300 <= self.status < 500 or self.status == _REQUEST_TIMEOUT  # noqa: PLR2004


class FirewallError(UnexpectedAnswerError):
    """A firewall in front of the API answered with a page for people, such as a challenge of Cloudflare."""

    advice = (
        "a firewall in front of the API answered, and not the API: try from another network, "
        "or ask AssistAI support to let this one through"
    )


class IncompleteListingError(AssistAIError):
    """The pages of a listing do not add up, so nothing may be concluded from it."""


class EmptyListingError(IncompleteListingError):
    """No agent is listed at all, although the state records some: the token may have lost its permissions."""


class OutcomeUnknownError(AssistAIError):
    """Nobody can tell whether an agent was created."""


class NameTakenError(AssistAIError):
    """An agent of the same name exists, or is declared twice."""


class AdoptionError(AssistAIError):
    """The agent named by `adopt` cannot be taken over."""


class WrongOrganizationError(AssistAIError):
    """The resource belongs to another tenant or organization than the connection."""


class DashboardEditError(AssistAIError):
    """Somebody changed in AssistAI what the program is about to change."""


class AgentGoneError(AssistAIError):
    """The agent is no longer in AssistAI."""


class NoIntegrationError(AssistAIError):
    """The agent has no WhatsApp integration, and the API cannot add one."""


class WrongPhoneError(AssistAIError):
    """WhatsApp is linked to another number than the expected one."""
