"""The page docs/errors.md, made of the docstrings in `pulumi_assistai/errors.py`: `python -m tools.errors_page`."""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path

from pulumi_assistai import errors
from pulumi_assistai.errors import AssistAIError

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"

_GROUPS = {
    "AAI-10": "Settings and files",
    "AAI-11": "The network",
    "AAI-12": "Answers of the API",
    "AAI-14": "Listings",
    "AAI-15": "Agents",
    "AAI-16": "WhatsApp",
}
"""The first characters of the codes of a section, and its title."""

_TOP = """\
<!-- Made by `python -m tools.errors_page` from the docstrings in pulumi_assistai/errors.py. Edit those. -->

# Errors

An error ends with a code in brackets, in `pulumi` as in `assistai`:

```
error: ... answered 401: Unauthorized; check the API token (...) [AAI-122]
```

Search this page for the code: it says why the error comes up and what to do. The message itself names the agent, the
organization and the call. A message without a code says all there is to say.

Codes stay as they are from version to version, and the wording of messages does not: search logs for the code. In a
Python program each error is the class named here, with its code as the attribute `code`; `AssistAIError` is the base of
all.
"""


def kinds() -> list[type[AssistAIError]]:
    """Return every kind of error that has a code, in their order."""
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AssistAIError)]
    return sorted((kind for kind in found if kind.code), key=lambda kind: kind.code)


def page() -> str:
    """Return the page."""
    return "\n".join([_TOP, *(_section(prefix, title) for prefix, title in _GROUPS.items())])


def _section(prefix: str, title: str) -> str:
    return "\n".join([f"## {title}\n", *(_entry(kind) for kind in kinds() if kind.code.startswith(prefix))])


def _entry(kind: type[AssistAIError]) -> str:
    what, why, way_out, *_ = cleandoc(kind.__doc__ or "").split("\n\n")
    way_out = way_out.replace("Way out:", "**Way out:**")
    return f"### {kind.code}\n\n**{what}** (`{kind.__name__}`)\n\n**Why:** {why}\n\n{way_out}\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
