"""Imports: adds existing resources to the state as a file describes them. It changes no resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pulumi_assistai import urns
from pulumi_assistai.engine.deployment import Deployment
from pulumi_assistai.engine.errors import EngineError, UnsupportedError
from pulumi_assistai.engine.execution.steps import Step, mark_secret_outputs
from pulumi_assistai.engine.model.goals import Goal
from pulumi_assistai.engine.model.resource import Resource, load_values, now
from pulumi_assistai.engine.operation import Operation
from pulumi_assistai.engine.reporting.events import Op
from pulumi_assistai.engine.storage.state import State
from pulumi_assistai.properties import Values

_FILE_KEYS = {"nameTable", "resources"}


@dataclass(frozen=True)
class Entry:
    """A resource as an import file describes it.

    Attributes:
        type: its type.
        name: its name in the program and in the file.
        id: its id, empty for a component.
        parent: the name of its parent in the file, empty for the stack.
        provider: the name of its provider in the file, empty for the default one.
        component: whether it is a component.
        inputs: its inputs.
        outputs: its outputs. Dynamic resources need `__provider`; native resources are read instead.
    """

    type: str
    name: str
    id: str = ""
    parent: str = ""
    provider: str = ""
    component: bool = False
    inputs: Values = field(default_factory=dict)
    outputs: Values = field(default_factory=dict)

    @property
    def package(self) -> str:
        """The package of its type."""
        return urns.package_of(self.type)

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a resource of a dynamic provider."""
        return not self.component and self.package == urns.PYTHON_PACKAGE

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Read an entry.

        Raises:
            EngineError: the entry is malformed.
            UnsupportedError: it uses a feature that only the Pulumi CLI has.
        """
        unknown = sorted(fields.keys() - cls.__dataclass_fields__.keys())
        if unknown:
            raise UnsupportedError(f'"{unknown[0]}" in an import file')
        if not fields.get("type") or not fields.get("name"):
            raise EngineError("an entry of the import file has no type or no name")
        values = {key: load_values(fields[key], _refuse_encrypted) for key in ("inputs", "outputs") if key in fields}
        entry = cls(**{**fields, **values})
        if entry.component == bool(entry.id):
            raise EngineError(f"{entry.name}: the entry of the import file must have an id or be a component")
        if entry.is_dynamic and "__provider" not in entry.outputs:
            raise EngineError(f"{entry.name}: the entry of the import file needs inputs and outputs, with __provider")
        return entry


@dataclass(eq=False, kw_only=True)
class ImportStep(Step):
    """Import one existing resource."""

    op = Op.IMPORT
    fatal = False
    new: Resource

    async def apply(self) -> None:  # noqa: D102
        if self.new.custom:
            await self._look_up()
        self.new.created = self.new.modified = now()

    async def _look_up(self) -> None:
        # The state keeps the outputs of the file: a provider may rely on a recorded resource without a call.
        bare = self.new.copy()
        bare.outputs = None
        live = await self.context.providers.handler(bare).read(bare)
        if not live.id:
            raise EngineError(f"resource '{self.new.id}' does not exist")
        if not self.new.outputs:
            self.new.id, self.new.inputs, self.new.outputs = live.id, live.inputs, live.outputs
            self.new.import_id = live.id
        mark_secret_outputs(self.new)

    def settle(self, state: State) -> bool:  # noqa: ARG002, D102
        # All enter the state together, after the recorded resources.
        return False


async def import_resources(operation: Operation, document: Mapping[str, Any]) -> None:
    """Import the resources of an import file: all of them, or none if one fails.

    Args:
        operation: the operation.
        document: the import file, as for `pulumi import --file`.

    Raises:
        EngineError: it is not an import file, or the state already has one of its resources.
        UnsupportedError: no plugin serves one of its resources.
        ShutdownError: a resource does not exist, or could not be read; it was reported.
    """
    state = operation.state
    entries = _read(document)
    table = _urns(entries, dict(document.get("nameTable") or {}), operation)
    _refuse_known(entries, table, state.resources)
    ordered = _parents_first(entries, table)
    explicit = _explicit_providers(ordered, table, state.olds)
    packages = sorted({entry.package for entry in ordered if not (entry.component or entry.provider)})
    for package in packages:
        operation.context.providers.require(package)
    deployment = operation.deployment()
    root = await _root(operation, deployment)
    defaults = {package: await _default_provider(operation, deployment, package) for package in packages}
    resources = [
        _resource(entry, table, root, explicit.get(entry.provider) or defaults.get(entry.package, ""))
        for entry in ordered
    ]
    steps = [ImportStep(context=operation.context, new=resource) for resource in resources]
    try:
        await operation.executor.run_group(steps)
        operation.executor.check_failed()
        state.rebuild([*state.olds, *resources])
    finally:
        await operation.executor.drain()
        await state.save()


def _read(document: Mapping[str, Any]) -> list[Entry]:
    unknown = sorted(document.keys() - _FILE_KEYS)
    if unknown:
        raise UnsupportedError(f'"{unknown[0]}" in an import file')
    entries = [Entry.from_json(fields) for fields in document.get("resources") or ()]
    if not entries:
        raise EngineError("the import file has no resources")
    return entries


def _urns(entries: Sequence[Entry], table: dict[str, str], operation: Operation) -> dict[str, str]:
    """Return the URNs by the names in the import file."""
    stack, project = operation.target.stack, operation.target.project.name
    waiting = list(entries)
    while waiting:
        ready = [entry for entry in waiting if not entry.parent or entry.parent in table]
        if not ready:
            raise EngineError(f"the parent '{waiting[0].parent}' of {waiting[0].name} is not in the import file")
        for entry in ready:
            if entry.name in table:
                raise EngineError(f"the import file has {entry.name} twice")
            table[entry.name] = urns.make_urn(stack, project, table.get(entry.parent, ""), entry.type, entry.name)
        waiting = [entry for entry in waiting if entry not in ready]
    return table


def _parents_first(entries: Sequence[Entry], table: Mapping[str, str]) -> list[Entry]:
    return sorted(entries, key=lambda entry: urns.qualified_type(table[entry.name]).count("$"))


def _refuse_known(entries: Sequence[Entry], table: Mapping[str, str], resources: Sequence[Resource]) -> None:
    known = {resource.urn for resource in resources}
    managed = {(known.type, known.id): known.urn for known in resources if known.id and not known.external}
    for entry in entries:
        if table[entry.name] in known:
            raise EngineError(f"resource '{table[entry.name]}' already exists in the stack; nothing was imported")
        if (entry.type, entry.id) in managed:
            owner = managed[entry.type, entry.id]
            raise EngineError(f"'{entry.id}' is already managed by {owner}; nothing was imported")
        managed[entry.type, entry.id or entry.name] = table[entry.name]


async def _root(operation: Operation, deployment: Deployment) -> str:
    known = next((known.urn for known in operation.state.olds if known.type == urns.STACK_TYPE), None)
    if known is not None:
        return known
    name = f"{operation.target.project.name}-{operation.target.stack}"
    return (await deployment.register(Goal(urns.STACK_TYPE, name, custom=False))).urn


async def _default_provider(operation: Operation, deployment: Deployment, package: str) -> str:
    for known in operation.state.olds:
        if known.is_default_provider and known.type == urns.provider_type(package):
            return urns.make_reference(known.urn, known.id)
    return await deployment.default_provider(package)


def _explicit_providers(entries: Sequence[Entry], table: Mapping[str, str], olds: Sequence[Resource]) -> dict[str, str]:
    """Return the references of the providers in the entries.

    Raises:
        EngineError: the state has no such provider.
    """
    known = {old.urn: old.id for old in olds if old.is_provider}
    names = {entry.provider for entry in entries if entry.provider}
    for name in names:
        if table.get(name) not in known:
            raise EngineError(f"the provider '{name}' of the import file is not in the stack; nothing was imported")
    return {name: urns.make_reference(table[name], known[table[name]]) for name in names}


def _resource(entry: Entry, table: Mapping[str, str], root: str, provider: str) -> Resource:
    return Resource(
        urn=table[entry.name],
        type=entry.type,
        custom=not entry.component,
        id=entry.id,
        inputs=entry.inputs,
        outputs=entry.outputs,
        parent=table.get(entry.parent, root),
        provider="" if entry.component else provider,
    )


def _refuse_encrypted(_ciphertext: str) -> str:
    raise UnsupportedError("encrypted values in an import file")
