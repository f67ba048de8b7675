"""The rules: each yields what is wrong with a resource, without repeating the text that must not be there."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phonenumbers import PhoneNumberMatcher

TEXTS = ("name", "description", "purpose", "instructions")
"""What customers may get to hear."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DOCUMENT = re.compile(
    r"\b(?:c[eé]dula|c\.?c\.?|dni|nie|rut|nit|curp|rfc|pasaporte)\b[^\d\n]{0,12}\d[\d.\- ]{5,}\d", re.IGNORECASE
)
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")


@dataclass(frozen=True)
class Resource:
    """A declared resource.

    Attributes:
        urn: its URN, which names the stack.
        inputs: its inputs, named as the dynamic or as the native provider names them.
        protect: whether Pulumi refuses to delete it.
    """

    urn: str
    inputs: Mapping[str, Any]
    protect: bool = False

    @property
    def stack(self) -> str:
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    def get(self, field: str) -> Any:
        """Return an input: `on_delete` of the dynamic provider is `onDelete` of the native one."""
        first, *others = field.split("_")
        camel = first + "".join(map(str.capitalize, others))
        return self.inputs.get(field) or self.inputs.get(camel)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each line of the texts with its place in words."""
        for field in TEXTS:
            for number, line in enumerate((self.get(field) or "").splitlines(), 1):
                yield f"line {number} of {field}", line


def unprotected(agent: Resource, config: Mapping[str, Any]) -> Iterator[str]:
    if agent.stack in config["stacks"] and not agent.protect and agent.get("on_delete") != "archive":
        yield (
            f"This agent of {agent.stack} would go on answering after its resource was removed: "
            'declare on_delete="archive", or protect it with ResourceOptions(protect=True).'
        )


def personal_data(agent: Resource, config: Mapping[str, Any]) -> Iterator[str]:
    for place, line in agent.lines():
        for allowed in config["allowed"]:
            line = line.replace(allowed, "")  # noqa: PLW2901 - one allowed text after the other is taken out
        yield from (
            f"There is {kind} in {place}: take it out, or allow it in the configuration of this policy."
            for kind in _kinds(line, config["region"])
        )


def forbidden_words(agent: Resource, config: Mapping[str, Any]) -> Iterator[str]:
    for place, line in agent.lines():
        for word in config["words"]:
            if re.search(rf"(?<!\w){re.escape(_plain(word))}(?!\w)", _plain(line)):
                yield f'"{word}" stands in {place}: write it differently.'


def too_long(agent: Resource, config: Mapping[str, Any]) -> Iterator[str]:
    length = len(agent.get("instructions") or "")
    if length > config["characters"]:
        yield f"The instructions have {length} characters, and {config['characters']} were agreed on: shorten them."


def missing_number(integration: Resource, _: Mapping[str, Any]) -> Iterator[str]:
    if not integration.get("expected_phone_number"):
        yield "Any phone could be linked here: declare the expected phone number."


def _kinds(line: str, region: str) -> Iterator[str]:
    if _EMAIL.search(line):
        yield "an e-mail address"
    if any(_is_luhn(found[0]) for found in _CARD.finditer(line)):
        yield "a card number"
    elif _DOCUMENT.search(line):
        yield "an identity document"
    elif PhoneNumberMatcher(line, region).has_next():
        yield "a phone number"


def _is_luhn(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()][::-1]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def _plain(text: str) -> str:
    """Return a text without its case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
