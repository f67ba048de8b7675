"""The oddities of an emulator, parsed from a text such as "trim,description:cut=100,no-meta"."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pulumi_assistai.emulator.errors import EmulatorError
from pulumi_assistai.emulator.oddities.texts import FIELDS, FORMS, FORMS_OF, Form, Rewriting
from pulumi_assistai.text import problem_found


class Lag(NamedTuple):
    """The delay of a listing: a number of seconds, and a number of listings that do not show a change."""

    seconds: float = 0.0
    listings: int = 0


def _lag(value: Any) -> Any:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)s|(\d+)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be seconds, such as 15s, or a number of listings, such as 3")
    return Lag(float(found[1] or 0), int(found[2] or 0))


def _flag(value: Any) -> Any:
    if value != "":
        raise ValueError("takes no value")
    return True


Flag = Annotated[bool, BeforeValidator(_flag)]
Delay = Annotated[Lag, BeforeValidator(_lag)]
Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(min_length=1)]


class Oddities(BaseModel):
    """Oddities, all off by default. In a text, names have hyphens.

    Attributes:
        texts: the forms in which texts are stored.
        late_agents: the delay of new agents in listings.
        late_changes: the delay of changes and removals in listings.
        page_ignored: every page is the first one.
        no_meta: listings have no metadata.
        after_last: the answer to the page after the last one; None means an empty page.
        endless: there is always a next page, with invented agents.
        cap: maximum items per page, whatever `take` is.
        largest_take: a larger `take` is refused with 400.
        count: the error in the number of items.
        item: the problem of the oldest agent in the listing.
        no_descriptions: every listed description is null.
        order_ignored: listings begin with the newest.
        unique_names: the status that refuses another agent's name.
        name_length: maximum length of a name; longer ones are refused with 400.
        name_without: characters that are refused in names with 400.
        starting: the answer to the first QR request while the session starts.
        connected: the status of a linked phone.
        connected_html: the JSON of a linked phone is sent as text/html.
        phone: the form of a linked phone's number.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=False,
    )

    texts: tuple[Rewriting, ...] = ()
    late_agents: Delay = Lag()
    late_changes: Delay = Lag()
    page_ignored: Flag = False
    no_meta: Flag = False
    after_last: Literal["400", "404", "null", "empty", "data-null"] | None = None
    endless: Flag = False
    cap: Count | None = None
    largest_take: Count | None = None
    count: int = 0
    item: Literal["null-name", "no-code", "number-code"] | None = None
    no_descriptions: Flag = False
    order_ignored: Flag = False
    unique_names: Literal["400", "409"] | None = None
    name_length: Count | None = None
    name_without: Text | None = None
    starting: Literal["connecting", "409", "503", "503-retry-after"] | None = None
    connected: Text = "connected"
    connected_html: Flag = False
    phone: Literal["jid", "jid-device", "plus", "null"] | None = None


NAMES = (
    *FORMS,
    *FORMS_OF,
    *(field.alias for name, field in Oddities.model_fields.items() if field.alias and name != "texts"),
)
"""The names of all oddities."""


def parse(text: str) -> Oddities:
    """Parse oddities: names separated by commas, some with "=VALUE", forms of texts also with a "FIELD:" prefix.

    Raises:
        EmulatorError: an oddity does not exist, or its value is invalid.
    """
    texts: list[Rewriting] = []
    values: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        label, _, value = part.partition("=")
        field, _, name = label.rpartition(":")
        if name in (*FORMS, *FORMS_OF) and field in ("", *FIELDS):
            texts.append(Rewriting(_form(name, value), field))
        elif label in NAMES:
            values[label] = value
        else:
            raise EmulatorError(f'unknown oddity "{label}"; the oddities are: {", ".join(NAMES)}')
    try:
        return Oddities.model_validate({"texts": tuple(texts), **values})
    except ValidationError as error:
        first = error.errors()[0]
        raise EmulatorError(f'the oddity "{first["loc"][0]}": {problem_found(first["msg"])}') from None


def _form(name: str, value: str) -> Form:
    try:
        form = FORMS_OF[name](value) if name in FORMS_OF else FORMS[name]
    except ValueError as error:
        raise EmulatorError(f'the oddity "{name}" needs a value: {error}') from None
    if name in FORMS and value:
        raise EmulatorError(f'the oddity "{name}" takes no value')
    return form
