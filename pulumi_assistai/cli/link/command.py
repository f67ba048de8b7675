"""`assistai link`: shows the QR code until a phone is linked."""

from __future__ import annotations

import os
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_assistai.cli.link.page import WebView
from pulumi_assistai.cli.link.qr import require_small
from pulumi_assistai.cli.link.views import FileView, TerminalView, View
from pulumi_assistai.cli.options import Directory, InSandbox, OrganizationCode, ProviderName, StackName
from pulumi_assistai.cli.project.agents import FoundAgent, find_agents, waiting_agents
from pulumi_assistai.cli.project.apis import note
from pulumi_assistai.cli.project.declared import declared_integrations, is_waiting
from pulumi_assistai.cli.project.stacks import SandboxStack
from pulumi_assistai.cli.project.surroundings import Surroundings, open_organizations
from pulumi_assistai.cli.tables import open_console
from pulumi_assistai.client import Client, Connected, QrCode, Starting
from pulumi_assistai.errors import (
    AssistAIError,
    NotFoundError,
    ServerError,
    TooManyRequestsError,
    TransportError,
    UnexpectedAnswerError,
    WrongPhoneError,
)
from pulumi_assistai.lifecycle.whatsapp import Link, doubt, international, no_integration, require_expected, starting
from pulumi_assistai.settings import is_on_loopback, organization_in_words
from pulumi_assistai.text import visible

_INTERVAL = 2.0
"""Seconds between two requests; a QR code lives about twenty."""

_INTERRUPTED = 130
_PASSING = (ServerError, TooManyRequestsError, UnexpectedAnswerError, TransportError)


def _require_international(number: str | None) -> str | None:
    try:
        return number and international(number)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Agents = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[AGENT]...", help="Agents by code, name or resource. Several are linked one after another."
    ),
]
Pending = Annotated[
    bool, typer.Option("--pending", help="Link all agents of the stack that have no phone, one after another.")
]
Web = Annotated[bool, typer.Option("--web", help="Show the QR code on a local page in the browser.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="With --web: print the page's address, do not open it.")]
Png = Annotated[
    Path | None, typer.Option("--png", metavar="FILE", help="Write the current QR code to FILE, to send it on.")
]
Timeout = Annotated[float, typer.Option(metavar="SECONDS", min=0, help="Seconds to wait for the phone.")]
Expected = Annotated[
    str | None,
    typer.Option(
        metavar="NUMBER",
        callback=_require_international,
        help="Number that must be linked. Default: the one that the stack declares.",
    ),
]


def link(
    agents: Agents = None,
    *,
    pending: Pending = False,
    web: Web = False,
    no_browser: NoBrowser = False,
    png: Png = None,
    timeout: Timeout = 300,
    expected_phone_number: Expected = None,
    directory: Directory = Path(),
    stack: StackName = None,
    provider: ProviderName = None,
    organization: OrganizationCode = None,
    sandbox: InSandbox = False,
) -> None:
    """Show the QR code that links a phone to an agent's WhatsApp, and renew it until a phone is linked.

    The agent is searched in all organizations of the stack.

    Exit status: 0 if a phone was linked, 1 if none was linked in time or the number is not the expected one, 130 after
    Ctrl-C.
    """
    if bool(agents) == pending:
        raise AssistAIError("give agents by code, name or resource, or --pending for all that have no phone linked yet")
    with open_organizations(directory, stack, provider, organization, sandbox=sandbox) as around:
        found = find_agents(around, agents) if agents else waiting_agents(around)
        if pending:
            _tell_of_skipped(around)
        for agent in found:
            typer.echo(f"Linking WhatsApp of {visible(agent.label)}.")
            sys.stdout.flush()
            _point_to_the_console(around, agent)
            expected = expected_phone_number or _declared_number(around.state, agent)
            with Client(agent.organization.settings) as client:
                linking = _Linking(client, agent.code, expected, timeout, around.words)
                _link(linking, _views(agent.label, web=web, png=png), around, open_page=web and not no_browser)
    if not found:
        places = "; ".join(visible(known.label) for known in around.organizations)
        typer.echo(f"Nothing to link: the state records no WhatsApp integration without a phone in {places}.")


def _tell_of_skipped(around: Surroundings) -> None:
    """Report integrations without a phone in organizations to which the stack has no connection."""
    for declared in filter(is_waiting, around.elsewhere):
        place = organization_in_words(declared.recorded)
        note(f"{visible(declared.resource)} was skipped: the stack has no connection to {visible(place)}.")


def _link(linking: _Linking, views: list[View], around: Surroundings, *, open_page: bool) -> None:
    try:
        number = _show(linking, views, open_page=open_page)
    except KeyboardInterrupt:
        typer.echo(f"Stopped: no phone was linked to agent {visible(linking.agent)}.")
        raise typer.Exit(_INTERRUPTED) from None
    linked = f"WhatsApp of agent {visible(linking.agent)} is linked to {visible(number)}."
    typer.echo(f"{linked} Run `{around.deployment_command} up --refresh` to record it.")


def _point_to_the_console(around: Surroundings, agent: FoundAgent) -> None:
    """Say where the emulator of a sandbox plays the phone: no real one can scan its QR code."""
    url = agent.organization.settings.base_url
    if isinstance(around.stack, SandboxStack) and is_on_loopback(url):
        note(f"No real phone can scan this QR code. The emulator has one: {url}/agents/{visible(agent.code)}")


@dataclass(frozen=True)
class _Linking:
    """One agent to link.

    Attributes:
        client: the API.
        agent: the agent's code.
        expected: the number that must be linked, None for any.
        timeout: seconds to wait for the phone.
        words: puts a message in the words of the stack's programs.
    """

    client: Client
    agent: str
    expected: str | None
    timeout: float
    words: Callable[[str], str]

    def answers(self) -> Iterator[QrCode | Connected | Starting | AssistAIError]:
        """Request the QR code repeatedly, and yield each answer or passing error.

        Raises:
            AssistAIError: no phone was linked in time, or the API refuses.
        """
        deadline = time.monotonic() + self.timeout
        while True:
            yield self._ask()
            left = deadline - time.monotonic()
            if left <= 0:
                raise _TimeoutError(
                    f"no phone was linked to agent {self.agent} within {self.timeout:g} s; run the command again, "
                    "with a longer --timeout if needed"
                )
            time.sleep(min(_INTERVAL, left))

    def number(self, answer: Connected) -> str:
        """Return the linked number. Warn if it may not be the expected one.

        Raises:
            WrongPhoneError: it is certainly not the expected one.
        """
        linked = Link("connected", answer.phone_number or "")
        require_expected(self.agent, linked, self.expected)
        if words := doubt(self.agent, linked, self.expected):
            note(f"warning: {visible(self.words(words))}")
        return answer.phone_number or "a phone (AssistAI did not report the number)"

    def trouble(self, answer: QrCode | Starting | AssistAIError) -> str:
        """Return why there is no QR code right now, "" if there is one."""
        if isinstance(answer, QrCode):
            return ""
        problem = starting(self.agent, answer) if isinstance(answer, Starting) else str(answer)
        return f"{problem}; trying again until the time is up"

    def _ask(self) -> QrCode | Connected | Starting | AssistAIError:
        try:
            return self.client.whatsapp.connect(self.agent)
        except NotFoundError as error:
            raise no_integration(self.agent, error, f"assistai link {self.agent}") from None
        except _PASSING as error:
            return error


class _TimeoutError(AssistAIError):
    """No phone was linked in time."""


def _show(linking: _Linking, views: list[View], *, open_page: bool) -> str:
    """Show the QR code until a phone is linked, and return its number."""
    with ExitStack() as opened:
        for view in views:
            opened.enter_context(view)
            if isinstance(view, WebView):
                _announce_page(view, open_page=open_page)
        try:
            number = _follow(linking, views)
        except BaseException as error:
            _end(views, _outcome(error), "")
            raise
        _end(views, "linked", number)
    return number


def _follow(linking: _Linking, views: list[View]) -> str:
    for answer in linking.answers():
        if isinstance(answer, Connected):
            return linking.number(answer)
        if isinstance(answer, QrCode):
            require_small(answer.png)
        for view in views:
            if isinstance(answer, QrCode):
                view.show(answer.png)
            view.trouble(linking.trouble(answer))
    raise AssertionError("the answers end with an error")


def _outcome(error: BaseException) -> str:
    match error:
        case KeyboardInterrupt():
            return "stopped"
        case WrongPhoneError():
            return "wrong"
        case _TimeoutError():
            return "timeout"
        case _:
            return "failed"


def _end(views: list[View], outcome: str, text: str) -> None:
    for view in views:
        view.end(outcome, text)


def _views(agent: str, *, web: bool, png: Path | None) -> list[View]:
    views: list[View] = [WebView(agent)] if web else []
    if png is not None:
        views.append(FileView(png))
        note(
            f"The current QR code is in {visible(str(png))}. For about a minute, anyone who has it can link a phone to "
            "this agent: send it directly to one person."
        )
    return views or [TerminalView(open_console())]


def _announce_page(view: WebView, *, open_page: bool) -> None:
    typer.echo(
        f"The QR code is at {view.url}\nAnyone who opens that page on this machine can link a phone. Ctrl-C ends."
    )
    sys.stdout.flush()
    if open_page:
        _open_browser(view.url)


def _open_browser(url: str) -> None:
    """Open a page in the browser, which may run for days: its environment has no token and no passphrase."""
    names = [name for name in os.environ if name.startswith(("ASSISTAI_", "PULUMI_"))]
    ours = {name: os.environ.pop(name) for name in names}
    try:
        webbrowser.open(url)
    finally:
        os.environ.update(ours)


def _declared_number(state: Mapping[str, Any], agent: FoundAgent) -> str | None:
    own = {"agent_code": agent.code, **agent.organization.settings.place}
    recorded = [known.recorded for known in declared_integrations(state)]
    numbers = [known.get("expected_phone_number") for known in recorded if own.items() <= known.items()]
    return next((number for number in numbers if number), None)
