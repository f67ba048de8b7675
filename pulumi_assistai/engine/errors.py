"""The engine's errors: each is one line that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence


class EngineError(Exception):
    """Something that the engine cannot do, or was kept from doing. Base of the engine's errors."""


class UnsupportedError(EngineError):
    """A program uses what only the Pulumi CLI can do.

    Args:
        feature: what it uses, as in "stack references".
    """

    def __init__(self, feature: str) -> None:
        super().__init__(f"the embedded engine does not support {feature}; the Pulumi CLI does")


class MalformedStateError(EngineError):
    """A state is JSON, but no state. The message is the reason."""


class ProviderError(EngineError):
    """A provider refused, or failed in, a call."""


class ProtectedError(EngineError):
    """A protected resource would be deleted."""


class ShutdownError(EngineError):
    """The deployment has failed already; whoever waits for it need not say anything more."""


class InvalidResourceError(EngineError):
    """A provider does not accept the inputs of a resource.

    Args:
        urn: the resource.
        problems: what is wrong, each a line.
    """

    def __init__(self, urn: str, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.urn = urn
        self.problems = tuple(problems)
