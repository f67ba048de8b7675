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
    """Base of every error of this package: its message is one line, without the API token.

    Attributes:
        code: the error's entry in docs/errors.md, such as `AAI-151`; empty where the message says all there is to say.
    """

    __module__ = "pulumi_assistai"
    code = ""

    def __init__(self, message: str) -> None:
        super().__init__(redact(one_line(message)))

    def __init_subclass__(cls) -> None:
        """Report every error under the package's public name."""
        cls.__module__ = "pulumi_assistai"


def with_code(error: AssistAIError) -> str:
    """Return the message as people see it: with the code under which docs/errors.md explains it."""
    return f"{error} [{error.code}]" if error.code else str(error)


class ConfigurationError(AssistAIError):
    """Settings are missing or cannot be used.

    A token, a tenant, an organization or another setting is missing, empty or of the wrong form, or a state holds none
    for this resource's provider.

    Way out: Set what the message names: the environment comes before the stack's configuration. `assistai doctor` says
    where each setting is taken from.
    """

    code = "AAI-101"


class FleetError(AssistAIError):
    """Files of a fleet cannot be used.

    The front matter, a template or a file's place is not usable. Every problem is named with file, line and column.

    Way out: Edit the files. `assistai check` finds the same problems without Pulumi and without credentials.

    Attributes:
        problems: everything that is wrong, each as `FILE:LINE:COLUMN: what`.
    """

    code = "AAI-102"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(redact(one_line(problem)) for problem in problems)
        super().__init__("; ".join(self.problems))


class TransportError(AssistAIError):
    """No whole answer arrived.

    The network between here and the API failed, or something on the way ended the connection.

    Way out: Run again. If it persists, check the network, and a proxy if there is one.

    Attributes:
        may_have_happened: whether the API may have carried the request out.
    """

    code = "AAI-110"
    may_have_happened = True


class NotSentError(TransportError):
    """The connection never opened, so nothing happened.

    The host is unknown, the connection is refused, or the certificate is not trusted. No request left this machine.

    Way out: Check the network, ASSISTAI_BASE_URL, the proxy and the certificates; then run again.
    """

    code = "AAI-111"
    may_have_happened = False


class RateLimitError(NotSentError):
    """The rate limit of the API left no time to send the request, so nothing happened.

    The API allows so few requests that this one waited longer than ASSISTAI_RATE_LIMIT_WAIT.

    Way out: Run again later: what is done stays done. Raise ASSISTAI_RATE_LIMIT_WAIT to wait longer.
    """

    code = "AAI-112"
    advice = (
        "run again later, and what is done already stays done; to wait longer raise ASSISTAI_RATE_LIMIT_WAIT "
        "(assistai:rateLimitWait, in seconds)"
    )


class RunCancelledError(NotSentError):
    """The run was cancelled while the request waited, so nothing happened.

    Somebody pressed Ctrl-C, or the engine was told to stop.

    Way out: Run again when you want to go on.
    """

    code = "AAI-113"


class NoAnswerError(TransportError):
    """The connection broke or timed out after the request was under way.

    The network failed, or the answer took longer than ASSISTAI_TIMEOUT. The API may have carried the request out.

    Way out: Run `pulumi up` again: an agent that was made is found by its name. If the API is slow, raise
    ASSISTAI_TIMEOUT.
    """

    code = "AAI-114"


class ApiError(AssistAIError):
    """The API answered something other than what it documents for success.

    The message has method, path and status, and what the API said.

    Way out: Do what the end of the message says.

    Attributes:
        method: the HTTP method.
        path: the path, without host or query.
        status: the HTTP status.
        detail: the API's own words, cleaned of control characters; may be empty.
        advice: what to do next: the given one, or that of the status, or that of the kind of error.
        retry_after: seconds the API asked to wait, None where it did not.
        may_have_happened: whether the API may have carried the request out.
    """

    code = "AAI-120"
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
    """400, 413, 415 or 422: the API refuses what was sent.

    A field is too long, empty, or of a form that the API does not take.

    Way out: Correct the field that the API names in the message.
    """

    code = "AAI-121"
    advice = "correct what the API names"


class UnauthorizedError(ApiError):
    """401: the token is not accepted.

    The token was revoked, replaced or copied in part; or a refresh used a token that the last `pulumi up` recorded.

    Way out: Set the current token. Where an explicit provider holds it, run `pulumi up` without --refresh first.
    """

    code = "AAI-122"
    advice = (
        "check the API token (ASSISTAI_API_TOKEN or assistai:apiToken); where an explicit provider holds a token "
        "that was changed, run `pulumi up` without --refresh first, or `pulumi refresh --run-program`"
    )


class ForbiddenError(ApiError):
    """403: the token may not do this here.

    The token is of another tenant or organization, or lacks a permission.

    Way out: Compare tenant and organization in the message with those of the token; `assistai doctor` checks all three.
    """

    code = "AAI-123"
    advice = (
        "check that the token belongs to this tenant and organization "
        "(ASSISTAI_TENANT_DOMAIN, ASSISTAI_ORGANIZATION_CODE)"
    )


class NotFoundError(ApiError):
    """404: there is no such thing.

    The code is wrong, it is of another organization, or somebody removed what it named.

    Way out: Check the code and the organization; `assistai status` lists what is there.
    """

    code = "AAI-124"
    advice = "check the code and the organization"


class TooManyRequestsError(ApiError):
    """429: the API asks for fewer requests. Nothing was carried out.

    The API went on refusing requests for longer than ASSISTAI_RATE_LIMIT_WAIT, or asked to wait longer than that.

    Way out: Run again later: what is done stays done. Raise ASSISTAI_RATE_LIMIT_WAIT to wait longer.
    """

    code = "AAI-125"
    advice = RateLimitError.advice


class ServerError(ApiError):
    """5xx: the API failed, before or after carrying the request out.

    AssistAI has a fault or is overloaded. Requests that are safe to repeat were repeated.

    Way out: Run again later. If it persists, contact AssistAI support.
    """

    code = "AAI-126"
    advice = "try again later; if it persists, contact AssistAI support"
    may_have_happened = True


class UnexpectedAnswerError(ApiError):
    """An answer that is none of the documented ones.

    Something other than the API answered, such as a proxy, or the API changed. Also 402, 409 and other statuses of
    their own.

    Way out: Do what the end of the message says; else check ASSISTAI_BASE_URL and any proxy.
    """

    code = "AAI-127"
    advice = "check ASSISTAI_BASE_URL and anything between here and there, such as a proxy"

    @property
    def may_have_happened(self) -> bool:  # type: ignore[override]
        """A redirect was not followed and a 4xx refused the request; anything else may have happened."""
        return not 300 <= self.status < 500 or self.status == _REQUEST_TIMEOUT  # noqa: PLR2004


class FirewallError(UnexpectedAnswerError):
    """A firewall in front of the API answered with a page for people, such as a challenge of Cloudflare.

    The firewall takes this network, often that of a CI provider, for a robot.

    Way out: Try from another network, or ask AssistAI support to let this one through.
    """

    code = "AAI-128"
    advice = (
        "a firewall in front of the API answered, and not the API: try from another network, "
        "or ask AssistAI support to let this one through"
    )


class IncompleteListingError(AssistAIError):
    """The pages of a listing do not add up, so nothing may be concluded from it.

    Pages failed, repeat, or hold less than the API's total. What is not listed might still be there.

    Way out: Run again. If it persists, contact AssistAI support with the message. Nothing was forgotten.
    """

    code = "AAI-140"


class EmptyListingError(IncompleteListingError):
    """No agent is listed at all, although the state records some.

    AssistAI answered with an empty list. A token without permissions gets the same.

    Way out: Check the token with `assistai doctor`. If all agents are really gone, create one in the dashboard, under
    any name, and refresh again.
    """

    code = "AAI-141"


class OutcomeUnknownError(AssistAIError):
    """Nobody can tell whether an agent was created.

    The answer to its creation was lost, and the listing shows no agent or several that could be it. A second POST could
    make a second agent.

    Way out: Look in AssistAI whether the agent is there. Declare `adopt="CODE"` for it; where there is none, run
    `pulumi up` again.
    """

    code = "AAI-150"


class NameTakenError(AssistAIError):
    """An agent of the same name exists, or is declared twice.

    Two agents of one name cannot be told apart. The resource may have been renamed in the program, its agent made by a
    run that was cut off, or another process on this machine is at work on the same name.

    Way out: Declare `adopt="CODE"` for the agent in the message, an alias for a renamed resource, or
    `allow_duplicate_name=True` for a second one. Let another process end, and run again.
    """

    code = "AAI-151"


class AdoptionError(AssistAIError):
    """The agent named by `adopt` cannot be taken over.

    There is no such agent in this organization, another resource has it, or the resource has an agent already.

    Way out: Correct the code; `assistai status` lists the agents that nobody manages.
    """

    code = "AAI-152"


class WrongOrganizationError(AssistAIError):
    """The resource belongs to another tenant or organization than the connection.

    The token, the tenant or the organization was changed. A refresh there would find no agent and forget all.

    Way out: Set the connection of the organization in the message, or give the resource its own `Provider`.
    """

    code = "AAI-153"


class DashboardEditError(AssistAIError):
    """Somebody changed in AssistAI what the program is about to change.

    `onConflict` is `fail`, and a name or a description is neither the recorded nor the declared one.

    Way out: Take the edit over into the program, or run once with ASSISTAI_ON_CONFLICT=overwrite.
    """

    code = "AAI-154"


class AgentGoneError(AssistAIError):
    """The agent is no longer in AssistAI.

    Somebody removed it since the last `pulumi up`, or a program reads an agent by a wrong code.

    Way out: Check the code that a program reads. For a declared agent run `pulumi refresh`, then `pulumi up`, which
    creates it again.
    """

    code = "AAI-155"


class NoIntegrationError(AssistAIError):
    """The agent has no WhatsApp integration, and the API cannot add one.

    WhatsApp Web was never added to the agent.

    Way out: Add WhatsApp Web to the agent in the AssistAI dashboard, and run `pulumi up` again.
    """

    code = "AAI-160"


class WrongPhoneError(AssistAIError):
    """WhatsApp is linked to another number than the expected one.

    Somebody scanned the QR with another phone, or `expected_phone_number` is out of date.

    Way out: Unlink that phone and link the right one with `assistai link`, or correct `expected_phone_number`.
    """

    code = "AAI-161"
