"""The checks of `assistai doctor`. They only read, and never request a QR code."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pulumi_assistai.client import Client, Sample
from pulumi_assistai.client.paging import PAGE_SIZES
from pulumi_assistai.errors import (
    AssistAIError,
    BadRequestError,
    ConfigurationError,
    ForbiddenError,
    UnauthorizedError,
    with_code,
)
from pulumi_assistai.keys import stack_key, variable
from pulumi_assistai.settings import Settings

OK, WARNING, PROBLEM = "ok", "warning", "problem"

_OLDEST_CLI_THAT_IMPORTS = (3, 254)
_LARGEST_SKEW_SECONDS = 60
_CLI_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes:
        name: the thing checked.
        verdict: "ok", "warning" or "problem".
        finding: the result and, unless it is ok, what to do.
    """

    name: str
    verdict: str
    finding: str


def check_versions() -> Iterator[Check]:
    """Yield the versions of everything that runs a program."""
    yield Check("pulumi-assistai", OK, version("pulumi-assistai"))
    yield Check("Python", OK, platform.python_version())
    yield Check("Pulumi SDK", OK, version("pulumi"))
    yield _check_cli()


def check_settings(environment: Mapping[str, str], config: Mapping[str, str], place: str) -> Iterator[Check]:
    """Yield the source of each setting, and whether the settings are usable.

    Args:
        environment: the environment variables of a program.
        config: the stack configuration.
        place: the stack, for people.
    """
    for field in Settings.model_fields:
        value, source = _find(field, environment, config, place)
        if value is not None:
            yield Check(_words(field), OK, f"{_shown(field, value)}, {source}")
    try:
        Settings.load({}, environment, config)
    except ConfigurationError as error:
        yield Check("settings", PROBLEM, with_code(error))


def check_api(client: Client) -> Iterator[Check]:
    """Check credentials, clock and the shape of answers with read-only calls. Stop if the API refuses them."""
    try:
        first = client.survey.agents(take=1)
    except UnauthorizedError as error:
        yield Check("token", PROBLEM, with_code(error))
        return
    except ForbiddenError as error:
        yield Check("tenant and organization", PROBLEM, with_code(error))
        return
    except AssistAIError as error:
        yield Check("API", PROBLEM, with_code(error))
        return
    yield Check("token", OK, "accepted")
    yield Check("tenant and organization", OK, f"accepted{_counted(first)}")
    yield from _check_clock(first)
    yield _check_meta(first)
    yield from _check_agents(client)
    yield from _check_conversations(client)


def _check_cli() -> Check:
    if shutil.which("pulumi") is None:
        return Check("Pulumi CLI", WARNING, "not found; production needs it, `assistai sandbox` does not")
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    try:
        # The command is the user's own `pulumi`.
        done = subprocess.run(
            ["pulumi", "version"],  # noqa: S607
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_CLI_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Check("Pulumi CLI", PROBLEM, "`pulumi version` does not run; install the Pulumi CLI again")
    found = re.match(r"v?(\d+)\.(\d+)", done.stdout)
    if found is None:
        return Check("Pulumi CLI", PROBLEM, "`pulumi version` printed no version; install the Pulumi CLI again")
    if tuple(map(int, found.groups())) < _OLDEST_CLI_THAT_IMPORTS:
        return Check("Pulumi CLI", WARNING, f"{done.stdout.strip()}; `pulumi import --file` needs 3.254 or later")
    return Check("Pulumi CLI", OK, done.stdout.strip().removeprefix("v"))


def _find(field: str, environment: Mapping[str, str], config: Mapping[str, str], place: str) -> tuple[Any, str]:
    """Return a setting and its source, in the order of `Settings.load`."""
    name, key = variable(field), stack_key(field)
    if environment.get(name):
        own = environment[name] == os.environ.get(name)
        return environment[name], f"from {name}" if own else "from the emulator of the sandbox"
    if config.get(key):
        return config[key], f"from {key} of {place}"
    default = Settings.model_fields[field]
    return (None, "") if default.is_required() else (default.default, "the default")


def _shown(field: str, value: Any) -> str:
    if field == "api_token":
        return f"set, {len(value)} characters"
    return _without_secrets(value) if field == "base_url" else str(value)


def _without_secrets(address: str) -> str:
    """Return an address without its user, password, query and fragment. One that has them is refused."""
    anonymous = re.sub(r"(?s)^(\w+://)?.*@", r"\1[...]@", address)
    return re.sub(r"(?s)[?#].*", "[...]", anonymous)


def _words(field: str) -> str:
    return field.replace("_", " ").replace("api", "API").replace("url", "URL")


def _counted(page: Sample) -> str:
    return "" if page.total is None else f"; {page.total} agents"


def _check_clock(page: Sample) -> Iterator[Check]:
    if page.answered_at is None:
        return
    ahead = (datetime.now(UTC) - page.answered_at).total_seconds()
    if abs(ahead) <= _LARGEST_SKEW_SECONDS:
        yield Check("clock", OK, f"within {_LARGEST_SKEW_SECONDS} s of the API's")
    else:
        way = "ahead of" if ahead > 0 else "behind"
        yield Check("clock", WARNING, f"this machine's clock is {abs(ahead):.0f} s {way} the API's; correct it")


def _check_meta(page: Sample) -> Check:
    if page.meta is None:
        return Check("meta of listings", OK, "absent; pages are read until one is empty")
    if page.total is None:
        return Check("meta of listings", OK, "present without a count; pages are read until one is empty")
    return Check("meta of listings", OK, "present with a count; listings are checked against it")


def _check_agents(client: Client) -> Iterator[Check]:
    largest, smallest = PAGE_SIZES
    try:
        try:
            page = client.survey.agents(take=largest)
        except BadRequestError:
            yield Check("size of pages", OK, f"the API refuses {largest}; pages of {smallest} are read")
            page = client.survey.agents(take=smallest)
        else:
            yield _check_size(page, largest)
        yield from _check_shape("agents", page)
    except AssistAIError as error:
        yield Check("agents", PROBLEM, with_code(error))


def _check_size(page: Sample, asked: int) -> Check:
    if page.total is None or page.total <= PAGE_SIZES[-1]:
        return Check(
            "size of pages", OK, f"the API accepts {asked}; there are too few agents to see whether it honours it"
        )
    got = len(page.items)
    if got < min(asked, page.total):
        return Check("size of pages", OK, f"the API accepts {asked} but returns {got}; listings take more requests")
    return Check("size of pages", OK, f"the API honours {asked}")


def _check_conversations(client: Client) -> Iterator[Check]:
    try:
        page = client.survey.conversations(take=PAGE_SIZES[-1])
        yield from _check_shape("conversations", page)
    except AssistAIError as error:
        yield Check("conversations", PROBLEM, with_code(error))
        return
    if not page.items or page.misfit:
        return
    try:
        uuid = str(page.items[0]["uuid"])
        yield from _check_shape("messages", client.survey.messages(uuid, take=PAGE_SIZES[-1]))
    except AssistAIError as error:
        yield Check("messages", PROBLEM, with_code(error))


def _absent(fields: list[str]) -> str:
    words = "is missing from every item; it is" if len(fields) == 1 else "are missing from every item; they are"
    return f"{', '.join(fields)} {words} not needed"


def _check_shape(name: str, page: Sample) -> Iterator[Check]:
    if not page.items:
        yield Check(name, OK, "there are none; their shape was not checked")
    elif page.misfit:
        yield Check(
            name, PROBLEM, f"GET {page.path} does not match the API's document, {page.misfit}; update pulumi-assistai"
        )
    elif page.missing:
        yield Check(name, WARNING, f"as documented, except: {_absent(page.missing)}")
    else:
        yield Check(name, OK, f"as documented (first {len(page.items)} checked)")
    if page.undocumented:
        yield Check(name, OK, f"undocumented fields, ignored: {', '.join(page.undocumented)}")
