"""A scenario: the steps of one stack's life, written as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pulumi_assistai.testing import Api


@dataclass(frozen=True)
class Step:
    """One step: a program may be written, things may happen to the API, then a verb is run.

    Attributes:
        program: the program from now on; None keeps the one there is. `Options` is `pulumi.ResourceOptions`.
        verb: "up", "refresh" or "destroy"; before "up" comes a preview with the same flags.
        flags: further flags of the verb.
        before: what happens to the API before; of each engine's own.
        environment: environment variables from now on.
        config: the stack configuration from now on, below `assistai:`.
        ok: whether the verb succeeds.
        says: what both engines say to the person, in the preview or in the verb itself.
        chain: no resources are independent, so that the order of writes and of the state is the same as well.
    """

    program: str | None = None
    verb: str = "up"
    flags: tuple[str, ...] = ()
    before: Callable[[Api], object] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    ok: bool = True
    says: str = ""
    chain: bool = False


@dataclass(frozen=True)
class Scenario:
    """A stack's life."""

    name: str
    steps: tuple[Step, ...]


REFRESH = Step(verb="refresh")
DESTROY = Step(verb="destroy")
AGAIN = Step(flags=("--expect-no-changes",))
