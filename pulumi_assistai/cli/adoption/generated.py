"""The programs that declare adopted agents, as text: Python, or Markdown files for an `AgentFleet`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from pulumi_assistai.cli.adoption.import_file import Adoption

_UNSEEN = (
    "AssistAI does not show purpose, instructions, tone and voice, so they are not declared, and stay as they are.",
    "To manage them, add them here: the next `pulumi up` overwrites what is live with them, unseen.",
)
# What a template would understand or, of line ends, change.
_SPECIAL = re.compile(r"\{(?=[{%#])|\r|\n\Z")


def python_program(adoptions: Sequence[Adoption]) -> str:
    """Return a program that declares one `Agent` after the other."""
    comments = "".join(f"# {line}\n" for line in _UNSEEN)
    return f"import pulumi_assistai as assistai\n\n{comments}\n" + "\n".join(map(_declaration, adoptions))


def fleet_program(fleet: str) -> str:
    """Return a program that declares an `AgentFleet` of the folder `agents`."""
    return f'import pulumi_assistai as assistai\n\nassistai.AgentFleet({_literal(fleet)}, source="agents")\n'


def agent_file(adoption: Adoption) -> str:
    """Return the Markdown file of one agent."""
    comments = "".join(f"# {line}\n" for line in _UNSEEN)
    fields = {"key": adoption.key, **adoption.fields}
    lines = "".join(f"{name}: {_scalar(text)}\n" for name, text in fields.items())
    return f"---\n{comments}# Instructions are what stands below the second line of hyphens.\n{lines}---\n"


def _declaration(adoption: Adoption) -> str:
    arguments = "".join(f"    {name}={_literal(text)},\n" for name, text in adoption.fields.items())
    return f"assistai.Agent(\n    {_literal(adoption.key)},\n{arguments})\n"


def _literal(text: str) -> str:
    """Return a Python string in the quotes that formatters prefer: double, unless single ones need less escapes."""
    # A text with a double quote in it is always written in single ones, with these escaped.
    body = repr('"' + text)[2:-1]
    if text.count('"') > text.count("'"):
        return f"'{body}'"
    return '"' + body.replace("\\'", "'").replace('"', '\\"') + '"'


def _scalar(text: str) -> str:
    """Return a YAML string on one line that means `text` as a template."""
    template = _SPECIAL.sub(lambda found: f"{{{{ {found[0]!r} }}}}", text)
    written: str = yaml.safe_dump(template, default_style='"', allow_unicode=True, width=float("inf"))
    return written.strip()
