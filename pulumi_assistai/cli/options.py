"""The options that several subcommands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[Path, typer.Option("-C", "--cwd", metavar="DIR", help="Folder of the program's Pulumi.yaml.")]
SandboxStack = Annotated[str, typer.Option("--stack", "-s", help="Name of the stack.")]
StackName = Annotated[
    str | None,
    typer.Option("--stack", "-s", help="Name of the stack; left out, the selected one, and dev in a sandbox."),
]
ProviderName = Annotated[
    str | None,
    typer.Option("--provider", metavar="NAME", help="Name of an explicit provider, to look at its organization alone."),
]
OrganizationCode = Annotated[
    str | None,
    typer.Option("--organization", metavar="CODE", help="Code of an organization of the stack, to look at it alone."),
]
InSandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Look at the sandbox of the folder, whatever stacks and credentials there are."),
]
AsJson = Annotated[bool, typer.Option("--json", "-j", help="Write one JSON document.")]
