"""The component `AgentFleet`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_assistai.errors import FleetError, with_code
from pulumi_assistai.resources.agents import Agent
from pulumi_assistai.resources.moves import former_names, tell
from pulumi_assistai.resources.whatsapp import WhatsAppIntegration

if TYPE_CHECKING:
    from pulumi_assistai.fleet import AgentFile, Templates, Text


class AgentFleet(pulumi.ComponentResource):
    """Agents from a directory of Markdown files: front matter has an agent's fields, the body its instructions.

    Each file declares an `Agent` named FLEET-KEY and, if it has `whatsapp`, a `WhatsAppIntegration` named
    FLEET-KEY-whatsapp. The key is the file's stem, unless its front matter has a `key`.

    Attributes:
        agents: the agents by key.
        whatsapp: the WhatsApp integrations by key.
    """

    agents: dict[str, Agent]
    whatsapp: dict[str, WhatsAppIntegration]

    def __init__(
        self,
        resource_name: str,
        *,
        source: str | Path,
        variables: Mapping[str, Any] | None = None,
        fragments: str | Path | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare every agent of a directory.

        Args:
            resource_name: the name of the fleet in the program.
            source: the directory, relative to the program's working directory. Its files *.md are agents, except those
                that begin with an underscore or a dot. A directory without agents needs a file .gitkeep.
            variables: variables for templates in the files. Values may be outputs. A text that uses a secret is secret.
            fragments: another directory that `{% include "FILE" %}` searches, after `source`.
            opts: options of the component. A provider given here applies to all its agents.

        Raises:
            pulumi.RunError: files have problems. The message lists all of them, with file and line.
        """
        super().__init__("assistai:index:AgentFleet", resource_name, {}, opts)
        if find_spec("jinja2") is None or find_spec("frontmatter") is None:
            raise pulumi.RunError("AgentFleet needs an extra: pip install 'pulumi-assistai[fleet]'")
        try:
            declared = _declarations(Path(source), variables or {}, fragments)
        except FleetError as error:
            raise _as_run_error(error) from None
        if not declared:
            pulumi.log.warn(f"{source} has no agent's file, so the fleet {resource_name} declares no agents", self)
        self.agents = {}
        self.whatsapp = {}
        for file, texts in declared:
            self._declare(resource_name, file, texts)
        self.register_outputs({"codes": {key: agent.code for key, agent in self.agents.items()}})

    def _declare(self, fleet: str, file: AgentFile, texts: dict[str, pulumi.Input[str]]) -> None:
        front_matter = file.front_matter
        former = front_matter.moved_from
        phone = texts.pop("expected_phone_number", None)
        agent = Agent(
            f"{fleet}-{file.key}",
            **texts,
            on_delete=front_matter.on_delete or "retain",
            allow_duplicate_name=front_matter.allow_duplicate_name,
            opts=pulumi.ResourceOptions(parent=self, aliases=former_names(former, file.key)),
        )
        tell(fleet, file, agent)
        self.agents[file.key] = agent
        if front_matter.whatsapp is not None:
            self.whatsapp[file.key] = WhatsAppIntegration(
                f"{fleet}-{file.key}-whatsapp",
                agent_code=agent.code,
                expected_phone_number=phone,
                wait_for_connection=front_matter.whatsapp.wait_for_connection,
                opts=pulumi.ResourceOptions(parent=self, aliases=former_names(former, f"{file.key}-whatsapp")),
            )


def _declarations(
    source: Path, variables: Mapping[str, Any], fragments: str | Path | None
) -> list[tuple[AgentFile, dict[str, pulumi.Input[str]]]]:
    """Return the files of a fleet with their texts filled in.

    Raises:
        FleetError: all problems of all files.
    """
    # Programs without a fleet do not need its packages.
    from pulumi_assistai.fleet import Templates, scan_fleet  # noqa: PLC0415

    folders = [source, *([Path(fragments)] if fragments else [])]
    filler = _Filler(Templates(folders), variables)
    files, problems = scan_fleet(source)
    declared = [(file, filler.texts(file)) for file in files]
    if problems or filler.problems:
        raise FleetError([*problems, *filler.problems])
    return declared


class _Filler:
    """A filler of variables: at once, or as soon as the variables of a text are known.

    Attributes:
        problems: the problems so far.
    """

    def __init__(self, templates: Templates, variables: Mapping[str, Any]) -> None:
        self.problems: list[str] = []
        self._templates = templates
        self._variables = variables
        self._outputs = {name: value for name, value in variables.items() if _has_output(value)}
        self._plain = {name: value for name, value in variables.items() if name not in self._outputs}

    def texts(self, file: AgentFile) -> dict[str, pulumi.Input[str]]:
        return {name: self._fill_in(text) for name, text in file.texts.items()}

    def _fill_in(self, text: Text) -> pulumi.Input[str]:
        needed = self._templates.names(text, self._variables) & self._outputs.keys()
        if needed:
            return pulumi.Output.all(**{name: self._outputs[name] for name in needed}).apply(
                lambda known: self._fill_in_later(text, known)
            )
        try:
            return self._templates.render(text, self._plain)
        except FleetError as error:
            self.problems += error.problems
            return ""

    def _fill_in_later(self, text: Text, known: Mapping[str, Any]) -> str:
        try:
            return self._templates.render(text, {**self._plain, **known})
        except FleetError as error:
            raise _as_run_error(error) from None


def _has_output(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_output, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_output, value))
    return isinstance(value, pulumi.Output)


def _as_run_error(error: FleetError) -> pulumi.RunError:
    if len(error.problems) == 1:
        return pulumi.RunError(with_code(error))
    lines = "".join(f"\n  {problem}" for problem in error.problems)
    return pulumi.RunError(f"the fleet's files have {len(error.problems)} problems [{error.code}]:{lines}")
