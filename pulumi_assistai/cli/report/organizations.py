"""The organization that a planned resource belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi_assistai.cli.report.model import SECRET, UNKNOWN, Preview, Step, name_of
from pulumi_assistai.keys import stack_key
from pulumi_assistai.urns import is_default_provider_name, split_reference

_PLACE = ("organization_code", "tenant_domain")


@dataclass(frozen=True, order=True)
class Organization:
    """An organization as the preview shows it: its code and tenant, or the provider that is connected to it."""

    code: str = ""
    tenant: str = ""
    provider: str = ""

    @property
    def label(self) -> str:
        """Its name for a reader."""
        if self.code:
            return self.code
        return f"provider {self.provider}" if self.provider else "default connection"


class Organizations:
    """A search for the organization of each step.

    A resource's outputs name its organization. A new resource has none: its organization is that of other resources
    of its provider, or of the provider's inputs, or of the stack's configuration.
    """

    def __init__(self, preview: Preview) -> None:
        self._places = dict(_recorded(preview.steps)) | dict(_connections(preview.steps))
        config = {name: preview.config.get(stack_key(name)) for name in _PLACE}
        self._default = tuple(str(config[name] or "") for name in _PLACE)

    def of(self, step: Step) -> Organization:
        """Return the organization of a step."""
        urn, _ = split_reference(step.provider)
        provider = name_of(urn)
        own = provider and not is_default_provider_name(provider)
        code, tenant = _place(step) or self._places.get(urn) or ("", "")
        if not code and not own:
            code, tenant = self._default
        return Organization(code, tenant, "" if code or not own else provider)


def _recorded(steps: Iterable[Step]) -> Iterable[tuple[str, tuple[str, str]]]:
    for step in steps:
        if place := _place(step):
            yield split_reference(step.provider)[0], place


def _connections(steps: Iterable[Step]) -> Iterable[tuple[str, tuple[str, str]]]:
    for step in steps:
        inputs = step.after.inputs if step.after else {}
        if "pulumi:providers:" in step.urn and (place := _pair(inputs)):
            yield step.urn, place


def _place(step: Step) -> tuple[str, str] | None:
    return _pair(step.before.outputs) if step.before else None


def _pair(values: Mapping[str, object]) -> tuple[str, str] | None:
    code, tenant = (values.get(name) for name in _PLACE)
    if not isinstance(code, str) or code in ("", SECRET, UNKNOWN):
        return None
    return code, tenant if isinstance(tenant, str) else ""
