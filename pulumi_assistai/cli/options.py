"""Options that several subcommands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[Path, typer.Option("-C", "--cwd", metavar="DIR", help="Folder of the program's Pulumi.yaml.")]
SandboxStack = Annotated[str, typer.Option("--stack", "-s", help="Name of the stack.")]
StackName = Annotated[
    str | None,
    typer.Option("--stack", "-s", help="Name of the stack. Default: the selected stack; in a sandbox, dev."),
]
ProviderName = Annotated[
    str | None,
    typer.Option("--provider", metavar="NAME", help="Use only the organization of this explicit provider."),
]
OrganizationCode = Annotated[
    str | None,
    typer.Option("--organization", metavar="CODE", help="Use only this organization of the stack."),
]
InSandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Use the sandbox of the folder, even if there are Pulumi stacks and credentials."),
]
AsJson = Annotated[bool, typer.Option("--json", "-j", help="Write one JSON document.")]
