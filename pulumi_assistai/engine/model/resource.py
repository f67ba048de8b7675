"""Resources in the state, with the fields of Pulumi's deployment format, version 3."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from pulumi_assistai import urns
from pulumi_assistai.properties import (
    REFERENCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXT,
    ResourceReference,
    Secret,
    Values,
)

_ALWAYS_WRITTEN = {"urn", "custom", "type"}
_VALUES = {"inputs", "outputs", "replacement_trigger"}


class Cipher(Protocol):
    """Encrypts the secrets of a state and decrypts them."""

    def encrypt(self, plaintext: str) -> str:
        """Return the ciphertext."""

    def decrypt(self, ciphertext: str) -> str:
        """Return the plaintext."""


@dataclass(eq=False)
class Resource:
    """A resource: the declaration of the program, the answer of the provider, and the dependencies.

    Two resources are equal only if they are the same object: during a replacement, two of them share a URN. Times are
    strings in RFC 3339. `others` are fields of the state that the engine keeps but does not use.
    """

    urn: str
    custom: bool = False
    delete: bool = False
    id: str = ""
    type: str = ""
    inputs: Values | None = None
    outputs: Values | None = None
    parent: str = ""
    protect: bool = False
    external: bool = False
    dependencies: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list)
    provider: str = ""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: list[str] = field(default_factory=list)
    created: str = ""
    modified: str = ""
    source_position: str = ""
    ignore_changes: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    replacement_trigger: Any = None
    others: dict[str, Any] = field(default_factory=dict)

    def __setattr__(self, name: str, value: Any) -> None:
        # The state is written after every step. In a large one, unchanged resources keep their JSON text.
        object.__setattr__(self, name, value)
        self.__dict__.pop("_text", None)

    @property
    def is_provider(self) -> bool:
        """Whether the resource is a provider."""
        return urns.is_provider_type(self.type)

    @property
    def is_default_provider(self) -> bool:
        """Whether the resource is a default provider, which the engine created itself."""
        return self.is_provider and urns.is_default_provider_name(urns.name_of(self.urn))

    @property
    def dependency_urns(self) -> set[str]:
        """The URNs of its dependencies, without its parent and its provider."""
        named = [*self.dependencies, *self.replace_with, *([self.deleted_with] if self.deleted_with else [])]
        return {*named, *(urn for urns_ in self.property_dependencies.values() for urn in urns_)}

    @property
    def provider_urn(self) -> str:
        """The URN of its provider, empty if it has none."""
        return urns.split_reference(self.provider)[0]

    def copy(self) -> Self:
        """Return a copy of the resource."""
        return copy.copy(self)

    def to_json(self, cipher: Cipher) -> dict[str, Any]:
        """Return the resource's fields in the format of the state."""
        written = {}
        for name, key in _NAMES.items():
            value = getattr(self, name)
            if value or key in _ALWAYS_WRITTEN:
                written[key] = _saved(value, cipher.encrypt) if name in _VALUES else value
        others: dict[str, Any] = _saved(self.others, cipher.encrypt)
        return written | others

    def to_text(self, cipher: Cipher) -> str:
        """Return `to_json` as JSON text, which is cached until a field is assigned."""
        text: str | None = self.__dict__.get("_text")
        if text is None:
            text = json.dumps(self.to_json(cipher), indent=4, ensure_ascii=False)
            self.__dict__["_text"] = text
        return text

    @classmethod
    def from_json(cls, document: Mapping[str, Any], cipher: Cipher) -> Self:
        """Read a resource from the state."""
        known = {
            name: load_values(document[key], cipher.decrypt) if name in _VALUES else document[key]
            for name, key in _NAMES.items()
            if document.get(key) is not None
        }
        others = {key: load_values(document[key], cipher.decrypt) for key in document.keys() - _NAMES.values()}
        return cls(**known, others=others)


def _saved_name(name: str) -> str:
    first, *rest = name.split("_")
    return "importID" if name == "import_id" else first + "".join(map(str.capitalize, rest))


_NAMES = {item.name: _saved_name(item.name) for item in fields(Resource) if item.name != "others"}


def now() -> str:
    """Return the current time in the format of the state."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def load_values(value: Any, decrypt: Callable[[str], str]) -> Any:
    """Read property values from the state, and decrypt secrets."""
    if isinstance(value, list):
        return [load_values(element, decrypt) for element in value]
    if not isinstance(value, dict):
        return UNKNOWN if value == UNKNOWN_TEXT else value
    match value.get(SIGNATURE):
        case str(signature) if signature == SECRET_SIGNATURE:
            text = value["plaintext"] if "plaintext" in value else decrypt(value["ciphertext"])
            return Secret(load_values(json.loads(text), str))
        case str(signature) if signature == REFERENCE_SIGNATURE:
            id_ = value.get("id")
            return ResourceReference(value["urn"], UNKNOWN if id_ == "" else id_, value.get("packageVersion", ""))
        case _:
            return {key: load_values(element, decrypt) for key, element in value.items()}


def _saved(value: Any, encrypt: Callable[[str], str]) -> Any:
    match value:
        case Secret():
            # A secret within a secret is encrypted together with it, and only has its mark.
            text = json.dumps(_saved(value.value, str), separators=(",", ":"), ensure_ascii=False)
            return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": encrypt(text)}
        case ResourceReference():
            id_ = {} if value.id is None else {"id": "" if value.id is UNKNOWN else value.id}
            return {SIGNATURE: REFERENCE_SIGNATURE, "urn": value.urn, "packageVersion": value.package_version, **id_}
        case dict():
            return {key: _saved(element, encrypt) for key, element in value.items()}
        case list():
            return [_saved(element, encrypt) for element in value]
        case _ if value is UNKNOWN:
            return UNKNOWN_TEXT
        case _:
            return value


def stack_outputs(resources: list[Resource]) -> Values:
    """Return the outputs of the stack among the resources."""
    return next((resource.outputs or {} for resource in resources if resource.type == urns.STACK_TYPE), {})
