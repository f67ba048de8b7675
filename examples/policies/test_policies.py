"""The rules, without a Pulumi CLI: `pytest` in this folder, with pulumi-policy and phonenumbers installed."""

from typing import Any

import pytest
from policies import POLICIES
from pulumi_policy import PolicyCustomTimeouts, PolicyResourceOptions, ResourceValidationArgs

DYNAMIC, NATIVE = "pulumi-python:dynamic/assistai:", "assistai:index:"


def violations(
    policy: str,
    kind: str,
    stack: str = "prod",
    *,
    protect: bool = False,
    config: dict[str, Any] | None = None,
    **inputs: Any,
) -> list[str]:
    """Return what a policy says of a resource, with the policy's own configuration where none is given."""
    [chosen] = [known for known in POLICIES if known.name == policy]
    settings = chosen.config_schema.properties if chosen.config_schema else {}
    options = PolicyResourceOptions(protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
    arguments = ResourceValidationArgs(
        kind,
        inputs,
        f"urn:pulumi:{stack}::shop::{kind}::ventas",
        "ventas",
        options,
        None,
        {name: schema["default"] for name, schema in settings.items()} | (config or {}),
    )
    said: list[str] = []
    chosen.validate(arguments, lambda message, _: said.append(message))
    return said


def personal_data(line: str, **config: Any) -> list[str]:
    return violations("personal-data", f"{DYNAMIC}Agent", name="Ventas", instructions=f"Hola.\n{line}", config=config)


@pytest.mark.parametrize(("kind", "field"), [(DYNAMIC, "on_delete"), (NATIVE, "onDelete")])
def test_agents_of_production_are_archived_or_protected(kind: str, field: str) -> None:
    agent = f"{kind}Agent"
    assert violations("unprotected", agent) == [
        (
            "This agent of prod would go on answering after its resource was removed: "
            'declare on_delete="archive", or protect it with ResourceOptions(protect=True).'
        )
    ]
    assert violations("unprotected", agent, **{field: "retain"})
    assert not violations("unprotected", agent, **{field: "archive"})
    assert not violations("unprotected", agent, protect=True)
    assert not violations("unprotected", agent, "dev")
    assert violations("unprotected", agent, "dev", config={"stacks": ["dev"]})


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Escribe a ana.perez+x@muebles.com.co.", "an e-mail address"),
        ("Llama al +57 601 234 5678.", "a phone number"),
        ("Llama al 300 123 45 67.", "a phone number"),
        ("Su cédula es 1.032.456.789.", "an identity document"),
        ("NIT: 900.123.456-7", "an identity document"),
        ("Paga con 4111 1111 1111 1111.", "a card number"),
    ],
)
def test_personal_data_is_named_by_kind_and_place_and_not_repeated(line: str, kind: str) -> None:
    assert personal_data(line) == [
        f"There is {kind} in line 2 of instructions: take it out, or allow it in the configuration of this policy."
    ]


@pytest.mark.parametrize(
    "line",
    [
        "El sofá cuesta $1.250.000 y llega en 15 a 20 días.",
        "Pide el número de cédula y el teléfono.",
        "Pedido 4111 1111 1111 1112 de 2026-11-26.",
        "Atiende de 8:00 a 17:30.",
    ],
)
def test_prices_dates_and_questions_are_no_personal_data(line: str) -> None:
    assert personal_data(line) == []


def test_what_is_allowed_may_stand_there() -> None:
    line = "Escribe a ventas@muebles.example o llama al +57 601 234 5678."
    assert personal_data(line, allowed=["ventas@muebles.example", "+57 601 234 5678"]) == []
    assert len(personal_data(line, allowed=["ventas@muebles.example"])) == 1
    assert personal_data("Llama al 55 1234 5678.", region="MX")
    assert not personal_data("Llama al 55 1234 5678.", region="CO")


@pytest.mark.parametrize("kind", [DYNAMIC, NATIVE])
def test_words_are_found_whole_in_any_case_with_or_without_accents(kind: str) -> None:
    def said(text: str) -> list[str]:
        return violations("forbidden-words", f"{kind}Agent", purpose=text, config={"words": ["garantía total"]})

    assert said("Ofrece GARANTIA TOTAL.") == ['"garantía total" stands in line 1 of purpose: write it differently.']
    assert not said("Ofrece garantía totalmente gratis.")


def test_the_length_of_a_prompt() -> None:
    def said(characters: int) -> list[str]:
        return violations("too-long", f"{NATIVE}Agent", instructions="a" * characters, config={"characters": 100})

    assert said(100) == []
    assert said(101) == ["The instructions have 101 characters, and 100 were agreed on: shorten them."]


@pytest.mark.parametrize(("kind", "field"), [(DYNAMIC, "expected_phone_number"), (NATIVE, "expectedPhoneNumber")])
def test_an_integration_names_its_number(kind: str, field: str) -> None:
    assert violations("missing-number", f"{kind}WhatsAppIntegration") == [
        "Any phone could be linked here: declare the expected phone number."
    ]
    assert not violations("missing-number", f"{kind}WhatsAppIntegration", **{field: "+57 601 234 5678"})


@pytest.mark.parametrize("policy", [known.name for known in POLICIES])
def test_other_resources_are_left_alone(policy: str) -> None:
    assert violations(policy, "aws:s3/bucket:Bucket", name="FIXME ana@example.com", instructions="a" * 9000) == []
