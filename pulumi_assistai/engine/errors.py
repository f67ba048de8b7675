"""The engine's errors: each is one line that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence


class EngineError(Exception):
    """An operation that the engine cannot do, or that something prevented. Base of the engine's errors."""


class UnsupportedError(EngineError):
    """A program uses a feature that only the Pulumi CLI has.

    Args:
        feature: the feature, as in "stack references".
    """

    def __init__(self, feature: str) -> None:
        super().__init__(f"the embedded engine does not support {feature}; the Pulumi CLI does")


class MalformedStateError(EngineError):
    """A file is JSON, but not a state. The message has the reason."""


class ProviderError(EngineError):
    """A provider refused a call, or failed in it."""


class ProtectedError(EngineError):
    """A protected resource would be deleted."""


class ShutdownError(EngineError):
    """The deployment has failed, and the failure was reported. Code that waits for it ends without another message."""


class InvalidResourceError(EngineError):
    """A provider does not accept the inputs of a resource.

    Args:
        urn: the resource.
        problems: the problems, one line each.
    """

    def __init__(self, urn: str, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.urn = urn
        self.problems = tuple(problems)
