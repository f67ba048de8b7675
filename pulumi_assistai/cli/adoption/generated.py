"""Generated programs that declare adopted agents: Python, or Markdown files for an `AgentFleet`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

import yaml

from pulumi_assistai.cli.adoption.import_file import Adoption

_UNSEEN = (
    "AssistAI does not show purpose, instructions, tone and voice. They are not declared and stay as they are.",
    "To manage them, add them here: the next `pulumi up` overwrites the live values without showing them.",
)
# Template syntax, and line ends that a template would change.
_SPECIAL = re.compile(r"\{(?=[{%#])|\r|\n\Z")


def python_program(adoptions: Sequence[Adoption], provider: str = "") -> str:
    """Return a program that declares each agent as an `Agent`. `provider` names an explicit provider."""
    comments = "".join(f"# {line}\n" for line in _UNSEEN)
    declarations = (_declaration(adoption, provider) for adoption in adoptions)
    return f"{_head(provider)}{comments}\n" + "\n".join(declarations)


def fleet_program(fleet: str, provider: str = "") -> str:
    """Return a program that declares an `AgentFleet` of the folder `agents`."""
    if provider:
        arguments = f'    {_literal(fleet)},\n    source="agents",\n{_options(provider)}'
        return f"{_head(provider)}assistai.AgentFleet(\n{arguments})\n"
    return f'{_head(provider)}assistai.AgentFleet({_literal(fleet)}, source="agents")\n'


def agent_file(adoption: Adoption) -> str:
    """Return the Markdown file of one agent."""
    comments = "".join(f"# {line}\n" for line in _UNSEEN)
    fields = {"key": adoption.key, **adoption.fields}
    lines = "".join(f"{name}: {_scalar(text)}\n" for name, text in fields.items())
    return f"---\n{comments}# The text below the second --- is the instructions.\n{lines}---\n"


def _head(provider: str) -> str:
    if not provider:
        return "import pulumi_assistai as assistai\n\n"
    comment = f"# {_variable(provider)} is the Provider that your program calls {_literal(provider)}.\n"
    return f"import pulumi\n\nimport pulumi_assistai as assistai\n\n{comment}"


def _options(provider: str) -> str:
    return f"    opts=pulumi.ResourceOptions(provider={_variable(provider)}),\n" if provider else ""


def _variable(provider: str) -> str:
    name = re.sub(r"\W", "_", provider)
    return f"_{name}" if not name.isidentifier() or keyword.iskeyword(name) else name


def _declaration(adoption: Adoption, provider: str) -> str:
    arguments = "".join(f"    {name}={_literal(text)},\n" for name, text in adoption.fields.items())
    return f"assistai.Agent(\n    {_literal(adoption.key)},\n{arguments}{_options(provider)})\n"


def _literal(text: str) -> str:
    """Return a Python string in the quotes that formatters prefer: double, unless single ones need fewer escapes."""
    # `repr` puts a text with a double quote into single quotes, and escapes single quotes in it.
    body = repr('"' + text)[2:-1]
    if text.count('"') > text.count("'"):
        return f"'{body}'"
    return '"' + body.replace("\\'", "'").replace('"', '\\"') + '"'


def _scalar(text: str) -> str:
    """Return a YAML string on one line that means `text` as a template."""
    template = _SPECIAL.sub(lambda found: f"{{{{ {found[0]!r} }}}}", text)
    written: str = yaml.safe_dump(template, default_style='"', allow_unicode=True, width=float("inf"))
    return written.strip()
