"""Names of resources: URNs, like `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`, and provider references."""

from __future__ import annotations

import re

STACK_TYPE = "pulumi:pulumi:Stack"
UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PYTHON_PACKAGE = "pulumi-python"
PROVIDER_PREFIX = "pulumi:providers:"
PYTHON_PROVIDER_TYPE = PROVIDER_PREFIX + PYTHON_PACKAGE
_DEFAULT = "default"
_DEFAULT_NAME = re.compile(rf"{_DEFAULT}(_v?\d.*|_.*/.*)?")
_NO_NAME = re.compile(r"[^\w]")


def make_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Return the URN of a resource.

    Args:
        stack: the stack's name.
        project: the project's name.
        parent: the parent's URN, empty if there is none.
        type_: the resource's type.
        name: the resource's name.
    """
    inherited = qualified_type(parent) if parent else STACK_TYPE
    types = type_ if inherited == STACK_TYPE else f"{inherited}${type_}"
    return f"urn:pulumi:{stack}::{project}::{types}::{name}"


def qualified_type(urn: str) -> str:
    """Return the types of the parents and of the resource, joined by `$`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """Return the resource's own type."""
    return qualified_type(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """Return the resource's name."""
    return urn.split("::", 3)[3]


def package_of(type_: str) -> str:
    """Return the package of a type, which is the part before its first colon."""
    return type_.partition(":")[0]


def is_provider_type(type_: str) -> bool:
    """Return whether resources of the type are providers."""
    return type_.startswith(PROVIDER_PREFIX)


def provided_package(type_: str) -> str:
    """Return the package that providers of the type serve."""
    return type_.removeprefix(PROVIDER_PREFIX)


def served_package(type_: str) -> str:
    """Return the package of a type; for the type of a provider, the package that it serves."""
    return provided_package(type_) if is_provider_type(type_) else package_of(type_)


def provider_type(package: str) -> str:
    """Return the type of the providers of a package."""
    return PROVIDER_PREFIX + package


def default_provider_name(version: str) -> str:
    """Return the name of a default provider. Each version that a program asks for has one."""
    return f"{_DEFAULT}_{_NO_NAME.sub('_', version)}" if version else _DEFAULT


def is_default_provider_name(name: str) -> bool:
    """Return whether the engine gave a provider its name, which may end with a version or an address of plugins."""
    return _DEFAULT_NAME.fullmatch(name) is not None


def make_reference(urn: str, id_: str) -> str:
    """Return the reference to a provider, as resources have it."""
    return f"{urn}::{id_ or UNKNOWN_ID}"


def split_reference(reference: str) -> tuple[str, str]:
    """Return the URN and the id of a provider reference."""
    urn, _, id_ = reference.rpartition("::")
    return urn, id_
