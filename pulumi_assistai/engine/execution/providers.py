"""Providers of a deployment: which process serves which provider resource, started when it is first needed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence

from pulumi_assistai.engine.errors import EngineError, UnsupportedError
from pulumi_assistai.engine.execution.handlers import CheckFailure, Diff, Handler, Live
from pulumi_assistai.engine.execution.plugins import Launch, Plugin
from pulumi_assistai.engine.model import urns
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.properties import Values, equal

_INTERNAL = "__internal"


class Providers:
    """The providers that are configured, by reference; it also serves the provider resources themselves.

    Each gets a process of its own.

    Args:
        launch: starts such a process.
        olds: finds resources of the state before, among which providers that were not registered again are looked up.
    """

    def __init__(self, launch: Launch, olds: Callable[[], Sequence[Resource]]) -> None:
        self._launch = launch
        self._olds = olds
        self._plugins: dict[str, Plugin] = {}
        self._retired: list[Plugin] = []
        self._aliases: dict[str, str] = {}

    def configure(self, urn: str, id_: str, inputs: Mapping[str, object]) -> Values:
        """Make a provider serve, with the configuration that `inputs` are, and return that configuration.

        Raises:
            UnsupportedError: it is no provider of Python dynamic resources.
        """
        require_package(urns.provided_package(urns.type_of(urn)))
        configuration = public_inputs(inputs)
        plugin = Plugin(self._launch, urn, configuration)
        for known_urn in {urn, self._aliases.get(urn, urn)}:
            reference = urns.make_reference(known_urn, id_)
            if reference in self._plugins:
                self._retired.append(self._plugins[reference])
            self._plugins[reference] = plugin
        return configuration

    def rename(self, urn: str, former: str) -> None:
        """Let the provider `urn` serve the resources that know it by its former URN, too."""
        self._aliases[urn] = former

    def serves(self, reference: str) -> bool:
        """Tell whether the provider is configured."""
        return reference in self._plugins

    def get(self, reference: str) -> Plugin:
        """Return a provider; one that this deployment did not register serves as the state has it.

        Raises:
            EngineError: there is no such provider.
        """
        if reference not in self._plugins:
            self._configure_old(reference)
        return self._plugins[reference]

    def handler(self, resource: Resource) -> Handler:
        """Return what serves a custom resource."""
        return self if resource.is_provider else self.get(resource.provider)

    @property
    def known(self) -> bool:
        """Provider resources can always be served."""
        return True

    async def check(self, urn: str, _olds: Values, news: Values) -> tuple[Values, list[CheckFailure]]:
        """Accept any configuration, for dynamic providers do not check theirs."""
        require_package(urns.provided_package(urns.type_of(urn)))
        return news, []

    async def diff(self, old: Resource, news: Values, _ignored: list[str]) -> Diff:
        """Compare configurations; a change never needs a replacement."""
        return Diff(changes=not equal(old.outputs or {}, public_inputs(news)))

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Values]:
        """Configure a new provider."""
        id_ = urns.UNKNOWN_ID if preview else str(uuid.uuid4())
        return id_, self.configure(new.urn, id_, new.inputs or {})

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Values:  # noqa: ARG002 - a preview needs it too
        """Configure a provider anew, in place."""
        return self.configure(new.urn, old.id, new.inputs or {})

    async def delete(self, old: Resource) -> None:
        """Do nothing: the process ends with the deployment."""

    async def read(self, resource: Resource) -> Live:
        """Refuse: a provider is nowhere but in the state."""
        raise EngineError(f"the provider {urns.name_of(resource.urn)} cannot be read")

    async def cancel(self) -> None:
        """Let all processes know that the run was cancelled."""
        await asyncio.gather(*(plugin.cancel() for plugin in {*self._plugins.values(), *self._retired}))

    async def close(self) -> None:
        """End all processes."""
        plugins = {*self._plugins.values(), *self._retired}
        await asyncio.gather(*(plugin.close() for plugin in plugins))

    def _configure_old(self, reference: str) -> None:
        for old in self._olds():
            if old.is_provider and urns.make_reference(old.urn, old.id) == reference:
                self.configure(old.urn, old.id, old.inputs or {})
                return
        raise EngineError(f"the state has no provider {reference}")


def require_package(package: str) -> None:
    """Refuse packages other than that of Python dynamic resources.

    Raises:
        UnsupportedError: the package is another one.
    """
    if package != urns.PYTHON_PACKAGE:
        raise UnsupportedError(f"the provider {package}")


def public_inputs(inputs: Mapping[str, object]) -> Values:
    """Return a provider's configuration: its inputs without what is the engine's own."""
    return {key: value for key, value in inputs.items() if key != _INTERNAL}
