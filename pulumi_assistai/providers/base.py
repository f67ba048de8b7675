"""The base of the dynamic providers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, ResourceProvider
from pulumi.output import Unknown

from pulumi_assistai import lifecycle
from pulumi_assistai.errors import AssistAIError, ConfigurationError, with_code
from pulumi_assistai.garbage import search_new_objects_alone
from pulumi_assistai.keys import snake_case
from pulumi_assistai.lifecycle.values import UNKNOWN, Problem
from pulumi_assistai.providers.cancellation import end_waiting_when_cancelled
from pulumi_assistai.providers.orphans import end_with_engine
from pulumi_assistai.providers.workers import widen_own_pool

if TYPE_CHECKING:
    from pulumi_assistai.lifecycle.session import Session

_PROVIDER_KEY = "__provider"

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def coded(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Add the code to every error of a method: the SDK shows only the name of the class and the message."""

    @wraps(method)
    def call(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        try:
            return method(*arguments, **named)
        except AssistAIError as error:
            # The same error object may be raised for several resources, so it must not be changed.
            raise AssistAIError.__new__(type(error), with_code(error)) from None

    return call


class AssistAIProvider(ResourceProvider):
    """A provider of one organization's resources.

    It has no attributes until it is configured, so that a state has a reference to the class and nothing else. The
    engine starts a process for each provider and operation. The threads of the process share one instance.
    """

    serialize_as_secret_always = False

    _session: Session | None = None
    _problem = ConfigurationError("the provider is not configured")

    def configure(self, req: ConfigureRequest) -> None:
        """Load the settings. If they are wrong, the checks of the resources report it."""
        # The SDK sends every exception as a traceback, of which only the last line helps the user.
        sys.tracebacklimit = 0
        widen_own_pool()
        end_waiting_when_cancelled()
        end_with_engine()
        search_new_objects_alone()
        try:
            self._session = lifecycle.session.session_of(req.config._props)  # noqa: SLF001 - `get` cannot read keys without a namespace
        except ConfigurationError as error:
            self._problem = error

    @property
    def session(self) -> Session:
        """Return the session, which all resources of the organization share in this operation.

        Raises:
            ConfigurationError: settings are missing or wrong.
        """
        if self._session is None:
            raise self._problem
        return self._session

    def problems(self, recorded: dict[str, Any], inputs: dict[str, Any]) -> list[Problem]:
        """Return all problems of a declaration; `recorded` is empty for a new resource."""
        raise NotImplementedError

    @coded
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Return all problems of a declaration. The inputs pass unchanged, including unknown ones."""
        inputs = {name: value for name, value in news.items() if value is not None}
        if self._session is None:
            return CheckResult(inputs, [_failure(with_code(self._problem))])
        problems = self.problems(from_state(_olds), from_pulumi(inputs))
        return CheckResult(inputs, [_failure(problem.reason) for problem in problems])


def from_pulumi(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties without Pulumi's own. A property with an unknown value at any depth becomes UNKNOWN."""
    return {
        name: UNKNOWN if _has_unknown(value) else value
        for name, value in properties.items()
        if name != _PROVIDER_KEY and value is not None
    }


def from_state(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return recorded properties as `from_pulumi` does, those of the native provider under this package's names."""
    return {snake_case(name): value for name, value in from_pulumi(properties).items()}


def is_native(properties: Mapping[str, Any]) -> bool:
    """Return whether the native provider recorded these outputs.

    Such a resource needs an update, which makes no API call: without a reference to a dynamic provider in the state it
    could not be deleted.
    """
    return any(snake_case(name) != name for name in properties)


def _has_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_unknown, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_unknown, value))
    return isinstance(value, Unknown)


def _failure(reason: str) -> CheckFailure:
    # The CLI prints the value of the failure's property, even a secret. So the reason has the name of the property.
    return CheckFailure("", reason)
