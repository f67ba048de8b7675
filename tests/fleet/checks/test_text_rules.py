"""Texts: what an agent should not be told is found in its line, and what only looks like it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet.checks.trees import agent, found, write

RENEW = "an agent may tell it to anybody: remove it and renew it [secret]"
ONE_PLACE = "use a variable, so that it is in one place [phone-number]"


@pytest.mark.parametrize(
    "text",
    [
        "TODO: los precios",
        "FIXME",
        "TBD",
        "- TODO",
        "XXX",
        "Lorem ipsum dolor",
        "Eres de [TU EMPRESA].",
        "Firma: <INSERTAR nombre>",
    ],
)
def test_what_is_still_to_be_written_is_found(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a.md": agent(f"Hola.\n{text}")})
    [finding] = found(tmp_path)
    assert finding.startswith("a.md:6: placeholder for a text that is not written yet: ")
    assert finding.endswith("[placeholder]")


@pytest.mark.parametrize(
    "text",
    [
        "Responde a TODO cliente con amabilidad.",
        "Saluda: Hola, [NOMBRE].",
        "{# TODO: los precios #}Hola.",
        "Pide la contraseña nueva por correo, nunca por aquí.",
        "La clave: escuchar antes de hablar.",
        "El código secreto es rojo.",
        "Contraseña: {{range(12)}}",
        "Llama al 911 o al 0212 555 1234.",
        "Pedido 584121234567.",
        "Suma 1 + 1, de 2020 a 2026, y 123 45 67.",
        "https://ejemplo.com:8080/ruta",
    ],
)
def test_ordinary_texts_are_left_alone(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a.md": agent(text)})
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "a JSON Web Token"),
        ("sk-" + "a1B2" * 8, "an API key of OpenAI or Anthropic"),
        ("sk_live_" + "a1" * 12, "an API key of Stripe"),
        ("ghp_" + "a1" * 18, "a token of GitHub"),
        ("glpat-" + "a1" * 10, "a token of GitLab"),
        ("xoxb-" + "1" * 12, "a token of Slack"),
        ("EAA" + "a1" * 40, "a token of Meta"),
        ("pul-" + "a1" * 20, "a token of Pulumi"),
        ("AKIA" + "A1" * 8, "an access key of AWS"),
        ("AIza" + "a" * 35, "an API key of Google"),
        ("Bearer " + "a1" * 10, "an authorization"),
        ("postgres://ana:canary-1@db/ventas", "a password in a URL"),
        ("contraseña: Canary2026", "a password"),
        ("La contraseña es Canary2026.", "a password"),
    ],
)
def test_secrets_are_found_and_not_repeated(tmp_path: Path, secret: str, kind: str) -> None:
    write(tmp_path, {"a.md": agent(f"Hola.\n\nUsa {secret} siempre")})
    assert found(tmp_path) == [f"a.md:7: this looks like {kind}; {RENEW}"]


def test_secrets_in_comments_and_front_matter_are_found(tmp_path: Path) -> None:
    more = "description: contraseña=Canary2026\n"
    write(tmp_path, {"a.md": agent("{# token: Canary2026 #}Hola.", more=more)})
    assert [line.partition(" ")[0] for line in found(tmp_path)] == ["a.md:3:", "a.md:6:"]


@pytest.mark.parametrize("text", ["+58 412-123.45.67", "https://wa.me/584121234567"])
def test_phone_numbers_are_found_and_not_repeated(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a.md": agent(f"Escribe a {text}.")})
    assert found(tmp_path) == [f"a.md:5: a phone number (ends in 567); {ONE_PLACE}"]


def test_the_number_that_must_be_linked_is_no_text_of_the_agent(tmp_path: Path) -> None:
    more = "whatsapp:\n  expected_phone_number: +58 412 1234567\n"
    write(tmp_path, {"a.md": agent(more=more)})
    assert found(tmp_path) == []


def test_lines_that_end_with_blanks_are_found(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": agent("Hola.  \nAdiós.\n\t\nYa.")})
    what = "the line ends with spaces, which the API may drop [trailing-blanks]"
    assert found(tmp_path) == [f"a.md:5: {what}", f"a.md:7: {what}"]


def test_a_fragment_is_looked_at_once_for_all_its_agents(tmp_path: Path) -> None:
    include = '{% include "_pie.md" %}'
    write(tmp_path, {"a.md": agent(include), "b.md": agent(include, name="B"), "_pie.md": "Gracias.\nFIXME\n"})
    assert found(tmp_path) == ["_pie.md:2: placeholder for a text that is not written yet: FIXME [placeholder]"]
