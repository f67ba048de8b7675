"""The state of a stack: its file, and its changes during a deployment."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError, MalformedStateError, UnsupportedError
from pulumi_assistai.engine.model.resource import Resource, now
from pulumi_assistai.engine.storage.files import not_a_folder, write_atomically
from pulumi_assistai.engine.storage.secrets import Crypter

_VERSION = 3
_VERSION_WITH_FEATURES = 4
_ENGINE_VERSION = "v3.260.0"
_REPLACE_WITH = "replaceWith"
_CREATING = "creating"
_MALFORMED = "its resources are not in Pulumi's format"


@dataclass(frozen=True, eq=False)
class PendingOperation:
    """A step that began and whose outcome is unknown.

    Attributes:
        type: "creating", "updating", "deleting" or "reading".
        resource: the resource of the step.
    """

    type: str
    resource: Resource

    def to_json(self, crypter: Crypter) -> dict[str, Any]:
        """Return the operation in the format of the state."""
        return {"resource": self.resource.to_json(crypter), "type": self.type}


class State:
    """A stack's state during an operation.

    A resource keeps its position until its step has ended. Then the new resource takes the next position, so that the
    dependencies of a resource come before it.

    Args:
        file: where the state is saved; None keeps it in memory, as a preview does.
        crypter: encrypts the secrets.
        resources: the resources before.
        operations: the pending operations of an earlier, interrupted deployment.
        checkpoints: whether each `save` writes the state, or only the end of the operation.
    """

    def __init__(
        self,
        file: Path | None,
        crypter: Crypter,
        resources: Sequence[Resource] = (),
        operations: Sequence[PendingOperation] = (),
        *,
        checkpoints: bool = True,
    ) -> None:
        self.olds = list(resources)
        self.operations = list(operations)
        self._file = file
        self._crypter = crypter
        self._news: list[Resource] = []
        self._done: set[Resource] = set()
        self._running: list[PendingOperation] = []
        self._lock = asyncio.Lock()
        self._asked = 0
        self._saved = 0
        self._checkpoints = checkpoints
        self._preparing: asyncio.Task[None] | None = None

    @property
    def resources(self) -> list[Resource]:
        """All current resources."""
        return [resource for resource in (*self._news, *self.olds) if resource not in self._done]

    def begin(self, type_: str, resource: Resource) -> PendingOperation:
        """Note that an operation on a resource begins."""
        operation = PendingOperation(type_, resource)
        self._running.append(operation)
        return operation

    def end(self, operation: PendingOperation) -> None:
        """Note that an operation has ended."""
        self._running.remove(operation)

    def add(self, resource: Resource) -> None:
        """Add the new version of a resource."""
        self._news.append(resource)

    def remove(self, resource: Resource) -> None:
        """Remove a resource, or the old version of one."""
        self._done.add(resource)

    def rebuild(self, resources: Sequence[Resource]) -> None:
        """Replace the resources by those that a refresh found."""
        self.olds = list(resources)

    async def save(self) -> None:
        """Write the state, or mark it as changed. Calls during a write share the next write."""
        self._asked += 1
        if self._checkpoints:
            await self._write(self._asked)
        elif self._file is not None:
            self._prepare()

    async def finish(self) -> None:
        """Write the state if it has unsaved changes."""
        await self._write(self._asked)

    async def _write(self, asked: int) -> None:
        # A write always runs to its end. If it were abandoned, it could overtake the next one.
        await asyncio.shield(self._replace_file(asked))

    async def _replace_file(self, asked: int) -> None:
        if self._file is None:
            return
        async with self._lock:
            if self._saved >= asked:
                return
            await self._prepare()
            covered = self._asked
            await asyncio.to_thread(write_atomically, self._file, self.to_text())
            self._saved = covered

    def _prepare(self) -> asyncio.Task[None]:
        if self._preparing is None:
            self._preparing = asyncio.create_task(asyncio.to_thread(self._crypter.prepare))
        return self._preparing

    def to_text(self) -> str:
        """Return the text of the state's file."""
        resources = normalized(self.resources)
        parts = {key: [_text(value)] for key, value in _deployment_head(self._crypter).items()}
        if resources:
            # The JSON texts of the resources are cached; only the rest is created again.
            texts = ",\n".join([resource.to_text(self._crypter) for resource in resources])
            parts["resources"] = ["[\n", texts, "\n]"]
        operations = [*self._running, *(operation for operation in self.operations if operation.type == _CREATING)]
        if operations:
            parts["pending_operations"] = [_text([operation.to_json(self._crypter) for operation in operations])]
        parts["metadata"] = ["{}"]
        features = [_REPLACE_WITH] if any(resource.replace_with for resource in resources) else []
        version = {"version": [_text(_VERSION_WITH_FEATURES if features else _VERSION)]}
        declared = {"features": [_text(features)]} if features else {}
        return "".join(_object({**version, **declared, "deployment": _object(parts)}))


def load_state(
    document: Mapping[str, Any], reader: Crypter, writer: Crypter, file: Path | None, *, checkpoints: bool = True
) -> State:
    """Read an exported state.

    Args:
        document: the state, `{"version": 3, "deployment": ...}`, or empty for a stack without a state.
        reader: decrypts the secrets.
        writer: encrypts the secrets when the state is saved.
        file: where to save the state; None keeps it in memory.
        checkpoints: whether each `save` writes the state, or only the end of the operation.

    Raises:
        EngineError: this engine cannot use the state.
        MalformedStateError: the state is damaged.
    """
    deployment = check_document(document)
    try:
        resources = [Resource.from_json(resource, reader) for resource in deployment.get("resources") or ()]
        operations = [
            PendingOperation(operation["type"], Resource.from_json(operation["resource"], reader))
            for operation in deployment.get("pending_operations") or ()
        ]
    except (AttributeError, LookupError, TypeError, ValueError):
        raise MalformedStateError(_MALFORMED) from None
    except RecursionError:
        raise MalformedStateError("it is nested too deeply") from None
    return State(file, writer, resources, operations, checkpoints=checkpoints)


def check_document(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the deployment in an exported state, an empty one if the document is empty.

    Raises:
        EngineError: this engine cannot use the state.
    """
    if not document:
        return {}
    if document.get("version") not in (_VERSION, _VERSION_WITH_FEATURES):
        raise EngineError(f"the state has version {document.get('version')}; this engine reads versions 3 and 4")
    unknown = {str(feature) for feature in _listed(document, "features")} - {_REPLACE_WITH}
    if unknown:
        raise UnsupportedError(f"a state with {', '.join(sorted(unknown))}")
    deployment = document.get("deployment")
    if not isinstance(deployment, dict):
        raise EngineError("the state has no deployment")
    provider = deployment.get("secrets_providers") or {}
    entries = [*_listed(deployment, "resources"), *_listed(deployment, "pending_operations"), provider]
    if not all(isinstance(entry, dict) for entry in entries) or not isinstance(provider.get("state") or {}, dict):
        raise MalformedStateError(_MALFORMED)
    return deployment


def _listed(document: Mapping[str, Any], key: str) -> list[Any]:
    entries = document.get(key) or []
    if not isinstance(entries, list):
        raise MalformedStateError(_MALFORMED)
    return entries


def empty_document(crypter: Crypter) -> dict[str, Any]:
    """Return the state of a stack without deployments."""
    return {"version": _VERSION, "deployment": {**_deployment_head(crypter), "metadata": {}}}


def read_document(file: Path) -> dict[str, Any]:
    """Return the content of a state's file, an empty dict if there is no file.

    Raises:
        EngineError: the file cannot be read, or has no state that this engine can use.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise not_a_folder(file.parent) from None
    except OSError as error:
        raise EngineError(f"cannot read the state {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise unusable(file, "is damaged: it is not UTF-8") from None
    try:
        document = json.loads(text)
    except ValueError:
        raise unusable(file, "is damaged: it is not JSON") from None
    except RecursionError:
        raise unusable(file, "is damaged: it is nested too deeply") from None
    if not isinstance(document, dict) or not document:
        raise unusable(file, "is damaged: it has no deployment")
    try:
        check_document(document)
    except EngineError as error:
        raise unusable(file, f"cannot be used: {error}") from None
    return document


def unusable(file: Path, reason: str) -> EngineError:
    """Return the error for a state's file that cannot be used.

    Args:
        file: the file.
        reason: the reason, as in "is damaged: it is not JSON".
    """
    return EngineError(
        f"the state {file} {reason}; the file was not changed. Replace it by a good copy, or move it away to start "
        "without a state"
    )


def normalized(resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources, with present URNs instead of references to former URNs."""
    names: dict[str, str] = {}
    for resource in resources:
        names.update(dict.fromkeys(resource.aliases, resource.urn))
        parent = names.get(resource.parent)
        if parent and urns.qualified_type(parent) != urns.STACK_TYPE:
            stack, project, _, name = resource.urn.removeprefix("urn:pulumi:").split("::", 3)
            moved = urns.make_urn(stack, project, parent, resource.type, name)
            names.setdefault(resource.urn, moved)
    names = {old: new for old, new in names.items() if old != new}
    return [renamed(resource, names) for resource in resources] if names else list(resources)


def renamed(resource: Resource, names: Mapping[str, str]) -> Resource:
    """Return a resource with its own URN and its references replaced."""

    def new(urn: str) -> str:
        return names.get(urn, urn)

    def all_new(old: Sequence[str]) -> list[str]:
        return [new(urn) for urn in old]

    result = resource.copy()
    result.urn, result.parent = new(resource.urn), new(resource.parent)
    result.deleted_with, result.replace_with = new(resource.deleted_with), all_new(resource.replace_with)
    result.dependencies = all_new(resource.dependencies)
    result.property_dependencies = {key: all_new(old) for key, old in resource.property_dependencies.items()}
    if resource.provider:
        urn, id_ = urns.split_reference(resource.provider)
        result.provider = urns.make_reference(new(urn), id_)
    result.aliases = []
    return result


def _deployment_head(crypter: Crypter) -> dict[str, Any]:
    magic = hashlib.sha256(_ENGINE_VERSION.encode()).hexdigest()
    return {
        "manifest": {"time": now(), "magic": magic, "version": _ENGINE_VERSION},
        "secrets_providers": {"type": "passphrase", "state": {"salt": crypter.salt}},
    }


def _text(value: Any) -> str:
    return json.dumps(value, indent=4, ensure_ascii=False)


def _object(parts: Mapping[str, list[str]]) -> list[str]:
    """Return the pieces of an object's text. They are joined once: each further join would copy all resources."""
    pieces = ["{"]
    for key, value in parts.items():
        pieces += ["," if len(pieces) > 1 else "", f"\n{_text(key)}: ", *value]
    return [*pieces, "\n}"]
