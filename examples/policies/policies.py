"""The policies: each joins a rule to a kind of resource and to the configuration that it has where none is given."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from rules import (
    Resource,
    forbidden_words,
    missing_number,
    personal_data,
    too_long,
    unprotected,
)

Rule = Callable[[Resource, Mapping[str, Any]], Iterator[str]]

AGENTS = frozenset({"pulumi-python:dynamic/assistai:Agent", "assistai:index:Agent"})
INTEGRATIONS = frozenset(
    {
        "pulumi-python:dynamic/assistai:WhatsAppIntegration",
        "assistai:index:WhatsAppIntegration",
    }
)


def policy(
    rule: Rule,
    types: frozenset[str],
    description: str,
    config: Mapping[str, dict[str, Any]],
    level: EnforcementLevel | None = None,
) -> ResourceValidationPolicy:
    """Return a policy that is named after its rule; `config` has the JSON schema of each setting, with its default."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in types:
            for message in rule(Resource(args.urn, args.props, protect=args.opts.protect), args.get_config()):
                report(message, None)

    name = rule.__name__.replace("_", "-")
    schema = PolicyConfigSchema(dict(config)) if config else None
    return ResourceValidationPolicy(name, description, validate, level, schema)


def texts(*default: str) -> dict[str, Any]:
    """Return the schema of a list of texts."""
    return {"type": "array", "items": {"type": "string"}, "default": list(default)}


POLICIES = [
    policy(
        unprotected,
        AGENTS,
        "Agents of production are protected, or archived when they are removed.",
        {"stacks": texts("prod", "production", "produccion")},
    ),
    policy(
        personal_data,
        AGENTS,
        "Prompts hold no e-mail addresses, phone numbers, card numbers or identity documents.",
        {"allowed": texts(), "region": {"type": "string", "default": "CO"}},
    ),
    policy(
        forbidden_words,
        AGENTS,
        "Prompts hold none of the words that were agreed on.",
        {"words": texts("lorem ipsum", "FIXME", "por definir")},
    ),
    policy(
        too_long,
        AGENTS,
        "Prompts are no longer than agreed on.",
        {"characters": {"type": "integer", "minimum": 1, "default": 8000}},
        EnforcementLevel.ADVISORY,
    ),
    policy(missing_number, INTEGRATIONS, "Every WhatsApp integration names the number that must be linked.", {}),
]
