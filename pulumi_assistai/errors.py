"""The exceptions. Every message is one line that says what happened and what to do next.

AssistAIError
├── ConfigurationError          settings are missing or wrong
├── FleetError                  files of a fleet are wrong
├── TransportError              no complete answer arrived
│   ├── NotSentError            the connection never opened: nothing happened
│   │   ├── RateLimitError      the API's rate limit did not allow the request in time
│   │   └── RunCancelledError   the run was cancelled while the request waited
│   └── NoAnswerError           the request may have been carried out
├── ApiError                    an answer other than the documented success
│   ├── BadRequestError         400, 413, 415, 422
│   ├── UnauthorizedError       401
│   ├── ForbiddenError          403
│   ├── NotFoundError           404
│   ├── TooManyRequestsError    429
│   ├── ServerError             5xx
│   └── UnexpectedAnswerError   anything else: a redirect, part of an answer, another type
│       └── FirewallError       a web page of a firewall in front of the API, with any status
├── IncompleteListingError      the pages of a listing are incomplete
│   └── EmptyListingError       no agent is listed, although the state has some
├── OutcomeUnknownError         it is unknown whether an agent was created
├── NameTakenError              an agent of that name exists or is declared twice
├── AdoptionError               the agent in `adopt` cannot be adopted
├── WrongOrganizationError      the resource belongs to another organization
├── DashboardEditError          somebody edited in AssistAI what the program is about to change
├── AgentGoneError              the agent is no longer in AssistAI
├── NoIntegrationError          the agent has no WhatsApp integration to connect
└── WrongPhoneError             WhatsApp is linked to another number than the expected one
"""

from __future__ import annotations

from pulumi_assistai.redaction import redact
from pulumi_assistai.text import one_line

_REQUEST_TIMEOUT = 408

UNREACHABLE = range(520, 525)
"""Cloudflare's statuses for an API that it cannot reach, or that does not answer in time."""

_ADVICE = {
    402: "check the organization's plan and payments in AssistAI",
    407: "check the credentials of the proxy between this machine and the API",
    _REQUEST_TIMEOUT: "the request took too long to arrive: check the network and try again",
    409: "it conflicts with something, such as another agent of that name or a change in progress: look in AssistAI, "
    "then try again",
    413: "shorten what is sent, such as `instructions`",
    415: "check anything between this machine and the API that changes requests, such as a proxy",
    423: "it is locked: wait until other changes in AssistAI have ended, then try again",
    425: "wait a moment, then try again",
} | dict.fromkeys(
    UNREACHABLE,
    "Cloudflare got no usable answer from the API: try again later; if it persists, contact AssistAI support",
)
"""What to do next, for statuses that say more than the class of the error."""


class AssistAIError(Exception):
    """Base of every error of this package: its message is one line, without the API token.

    Attributes:
        code: the error's entry in docs/errors.md, such as `AAI-151`; empty if the message needs no explanation.
    """

    __module__ = "pulumi_assistai"
    code = ""

    def __init__(self, message: str) -> None:
        super().__init__(redact(one_line(message)))

    def __init_subclass__(cls) -> None:
        """Show every error under the package's public name."""
        cls.__module__ = "pulumi_assistai"


def with_code(error: AssistAIError) -> str:
    """Return the message that people see: with the code of its entry in docs/errors.md."""
    return f"{error} [{error.code}]" if error.code else str(error)


class ConfigurationError(AssistAIError):
    """Settings are missing or wrong.

    The token, the tenant, the organization or another setting is missing, empty or malformed. Or the state has no
    settings for this resource's provider.

    Way out: Set what the message names. The environment takes precedence over the stack configuration.
    `assistai doctor` shows where each setting comes from.
    """

    code = "AAI-101"


class FleetError(AssistAIError):
    """Files of a fleet are wrong.

    The front matter, a template or the location of a file is wrong. The message has file, line and column of every
    problem.

    Way out: Edit the files. `assistai check` finds the same problems without Pulumi and without credentials.

    Attributes:
        problems: everything that is wrong, each as `FILE:LINE:COLUMN: what`.
    """

    code = "AAI-102"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(redact(one_line(problem)) for problem in problems)
        super().__init__("; ".join(self.problems))


class TransportError(AssistAIError):
    """No complete answer arrived.

    The network failed, or something between this machine and the API closed the connection.

    Way out: Run again. If it persists, check the network and the proxy, if there is one.

    Attributes:
        may_have_happened: whether the API may have carried out the request.
    """

    code = "AAI-110"
    may_have_happened = True


class NotSentError(TransportError):
    """The connection never opened, so nothing happened.

    The host is unknown, the connection was refused, or the certificate is not trusted. No request left this machine.

    Way out: Check the network, ASSISTAI_BASE_URL, the proxy and the certificates. Then run again.
    """

    code = "AAI-111"
    may_have_happened = False


class RateLimitError(NotSentError):
    """The API's rate limit did not allow the request in time, so nothing happened.

    The API allows so few requests that this one would have waited longer than ASSISTAI_RATE_LIMIT_WAIT.

    Way out: Run again later: finished changes are kept. To wait longer, raise ASSISTAI_RATE_LIMIT_WAIT.
    """

    code = "AAI-112"
    advice = (
        "run again later, finished changes are kept; to wait longer, raise ASSISTAI_RATE_LIMIT_WAIT "
        "(assistai:rateLimitWait, in seconds)"
    )


class RunCancelledError(NotSentError):
    """The run was cancelled while the request waited, so nothing happened.

    Somebody pressed Ctrl-C, or another program stopped the run.

    Way out: Run again when you are ready.
    """

    code = "AAI-113"


class NoAnswerError(TransportError):
    """The connection broke or timed out after the request was sent.

    The network failed, or the answer took longer than ASSISTAI_TIMEOUT. The API may have carried out the request.

    Way out: Run `pulumi up` again. It finds an agent that was created by its name. If the API is slow, raise
    ASSISTAI_TIMEOUT.
    """

    code = "AAI-114"


class ApiError(AssistAIError):
    """The API answered something other than the documented success.

    The message has the method, the path, the status and the API's own words.

    Way out: Do what the end of the message says.

    Attributes:
        method: the HTTP method.
        path: the path, without host or query.
        status: the HTTP status.
        detail: the API's own words, cleaned of control characters; may be empty.
        advice: what to do next: the argument, else that of the status, else that of the class.
        retry_after: seconds that the API asked to wait, None if it did not.
        may_have_happened: whether the API may have carried out the request.
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
    """400, 413, 415 or 422: the API refuses the request.

    A field is too long, empty, or in a form that the API does not accept.

    Way out: Correct the field that the API names in the message.
    """

    code = "AAI-121"
    advice = "correct what the API names"


class UnauthorizedError(ApiError):
    """401: the API does not accept the token.

    The token was revoked, replaced or copied incompletely. Or a refresh used the token that the last `pulumi up`
    recorded.

    Way out: Set the current token. If an explicit provider has it, run `pulumi up` without --refresh first.
    """

    code = "AAI-122"
    advice = (
        "check the API token (ASSISTAI_API_TOKEN or assistai:apiToken); if you changed the token of an explicit "
        "provider, run `pulumi up` without --refresh first, or `pulumi refresh --run-program`"
    )


class ForbiddenError(ApiError):
    """403: the token has no permission for this.

    The token belongs to another tenant or organization, or lacks a permission.

    Way out: Compare the tenant and the organization in the message with those of the token. `assistai doctor` checks
    all three.
    """

    code = "AAI-123"
    advice = (
        "check that the token belongs to this tenant and organization "
        "(ASSISTAI_TENANT_DOMAIN, ASSISTAI_ORGANIZATION_CODE)"
    )


class NotFoundError(ApiError):
    """404: the API has nothing at this path.

    The code is wrong or belongs to another organization, or somebody removed what had this code.

    Way out: Check the code and the organization. `assistai status` lists what exists.
    """

    code = "AAI-124"
    advice = "check the code and the organization"


class TooManyRequestsError(ApiError):
    """429: the API asks for fewer requests. It did not carry out this one.

    The API refused requests for longer than ASSISTAI_RATE_LIMIT_WAIT, or asked to wait longer than that.

    Way out: Run again later: finished changes are kept. To wait longer, raise ASSISTAI_RATE_LIMIT_WAIT.
    """

    code = "AAI-125"
    advice = RateLimitError.advice


class ServerError(ApiError):
    """5xx: the API failed, before or after carrying the request out.

    AssistAI has a fault or is overloaded. This package repeated the request if that was safe.

    Way out: Run again later. If it persists, contact AssistAI support.
    """

    code = "AAI-126"
    advice = "try again later; if it persists, contact AssistAI support"
    may_have_happened = True


class UnexpectedAnswerError(ApiError):
    """The answer is not one of the documented ones.

    Something other than the API answered, such as a proxy, or the API changed. Statuses without a class of their own,
    such as 402 and 409, have this error as well.

    Way out: Do what the end of the message says. If it does not help, check ASSISTAI_BASE_URL and any proxy.
    """

    code = "AAI-127"
    advice = "check ASSISTAI_BASE_URL and anything between this machine and the API, such as a proxy"

    @property
    def may_have_happened(self) -> bool:  # type: ignore[override]
        """Whether the API may have carried out the request: not after a 3xx, nor after a 4xx other than 408."""
        return not 300 <= self.status < 500 or self.status == _REQUEST_TIMEOUT  # noqa: PLR2004


class FirewallError(UnexpectedAnswerError):
    """A firewall in front of the API answered with a web page, such as a challenge of Cloudflare.

    The firewall takes requests from this network for those of a robot. This often happens on a CI provider's network.

    Way out: Try from another network, or ask AssistAI support to allow this one.
    """

    code = "AAI-128"
    advice = (
        "a firewall in front of the API answered: try from another network, or ask AssistAI support to allow this one"
    )


class IncompleteListingError(AssistAIError):
    """A listing is incomplete, so it does not prove that anything is gone.

    Pages failed, repeat each other, or have fewer items than the API's total. What is not listed may still exist. A
    refresh removes nothing from the state because of such a listing.

    Way out: Run again. If it persists, contact AssistAI support with the message.
    """

    code = "AAI-140"


class EmptyListingError(IncompleteListingError):
    """The listing is empty, although the state has agents.

    AssistAI answered with an empty list. A token without permissions gets the same answer.

    Way out: Check the token with `assistai doctor`. If all agents are really gone, create one in the dashboard, under
    any name, and refresh again.
    """

    code = "AAI-141"


class OutcomeUnknownError(AssistAIError):
    """It is unknown whether an agent was created.

    The answer to the POST was lost. The listing shows no agent that could be the new one, or several. A second POST
    could create a second agent.

    Way out: Look for the agent in AssistAI. If it is there, declare `adopt="CODE"` for it. If not, run `pulumi up`
    again.
    """

    code = "AAI-150"


class NameTakenError(AssistAIError):
    """An agent of the same name exists, or two resources declare it.

    Nobody could tell two agents of one name apart. Common causes: the resource has a new name in the program; a run
    that was killed created the agent; the resource is to be replaced (`--replace`, `pulumi state taint`), and AssistAI
    deletes no agent; another process on this machine is creating an agent of this name.

    Way out: Declare `adopt="CODE"` for the agent in the message; `assistai status` lists every unmanaged agent with
    this line. For a renamed resource declare `opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="OLD_NAME")])`, in
    a fleet's file `key: OLD_KEY` or `moved_from: OLD_FLEET`. For a replacement run `pulumi up` without --replace, after
    `pulumi state untaint URN` if the resource is tainted. For a second agent of the same name declare
    `allow_duplicate_name=True`. If another process has the name, wait until it ends and run again.
    """

    code = "AAI-151"


class AdoptionError(AssistAIError):
    """The agent in `adopt` cannot be adopted.

    There is no such agent in this organization, another resource has it or adopts it, or this resource has another one.

    Way out: Correct the code. `assistai status` lists the unmanaged agents.
    """

    code = "AAI-152"


class WrongOrganizationError(AssistAIError):
    """The resource belongs to another tenant or organization than the connection.

    The token, the tenant or the organization was changed. A refresh there would find none of the agents, and remove all
    of them from the state.

    Way out: Set the connection of the organization in the message, or give the resource its own `Provider`.
    """

    code = "AAI-153"


class DashboardEditError(AssistAIError):
    """Somebody edited in AssistAI what the program is about to change.

    `onConflict` is `fail`, and the live name or description is neither the recorded nor the declared one.

    Way out: Copy the edit into the program, or run once with ASSISTAI_ON_CONFLICT=overwrite.
    """

    code = "AAI-154"


class AgentGoneError(AssistAIError):
    """The agent is no longer in AssistAI.

    Somebody removed it since the last `pulumi up`, or the program reads an agent by a wrong code.

    Way out: For an agent that the program only reads, check the code. For a declared agent run `pulumi refresh`, then
    `pulumi up`, which creates it again.
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
