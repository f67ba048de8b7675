"""Targets: the resources that a deployment may change, as in `--target`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pulumi_assistai import urns

_WILDCARDS = {"*": "[^:]*", "**": ".*"}


@dataclass(frozen=True)
class Targets:
    """URN patterns, in which `*` matches any text without a colon and `**` any text. No pattern means all resources.

    The stack itself and the default providers are always included.
    """

    patterns: tuple[str, ...] = ()

    def include(self, urn: str) -> bool:
        """Return whether a resource may change."""
        return not self.patterns or self._is_implied(urn) or self.names(urn)

    def names(self, urn: str) -> bool:
        """Return whether a pattern matches the URN."""
        return any(_matches(pattern, urn) for pattern in self.patterns)

    def unmatched(self, known: Iterable[str]) -> list[str]:
        """Return the patterns that match none of these URNs."""
        urns_ = list(known)
        return [pattern for pattern in self.patterns if not any(_matches(pattern, urn) for urn in urns_)]

    def _is_implied(self, urn: str) -> bool:
        type_ = urns.type_of(urn)
        return type_ == urns.STACK_TYPE or (urns.is_provider_type(type_) and urns.name_of(urn).startswith("default"))


def _matches(pattern: str, urn: str) -> bool:
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.fullmatch("".join(_WILDCARDS.get(part, re.escape(part)) for part in parts), urn, re.DOTALL) is not None
