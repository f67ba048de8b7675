"""The stack of a Pulumi project: the engine's interface for callers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulumi_assistai.engine.errors import EngineError, UnsupportedError
from pulumi_assistai.engine.model.resource import stack_outputs
from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.processes.proxies import with_direct_loopback
from pulumi_assistai.engine.processes.runner import FunctionRunner, ProcessRunner, Program, Runner
from pulumi_assistai.engine.reporting.events import Display
from pulumi_assistai.engine.reporting.recorder import Recorder, Result
from pulumi_assistai.engine.requests import Deploy, Destroy, Import, Options, Refresh, VerbRequest
from pulumi_assistai.engine.storage.lock import locked
from pulumi_assistai.engine.storage.moves import move
from pulumi_assistai.engine.storage.project import Config, Project
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.engine.storage.state import empty_document
from pulumi_assistai.engine.storage.target import Target
from pulumi_assistai.properties import SECRET_SIGNATURE, SIGNATURE, Secret, revealed
from pulumi_assistai.urns import STACK_TYPE, make_urn

_FUNCTION_PROJECT = "test"


class Stack:
    """A stack of a Pulumi project in Python, deployed by the embedded engine.

    The engine is for trials and tests. The state is in PROJECT_DIR/.sandbox/STACK.json, in the format that the Pulumi
    CLI exports and imports.

    Args:
        project_dir: the folder of Pulumi.yaml.
        name: the stack's name.
        environment: replaces this process's environment for the program, its providers and the passphrase. The
            passphrase is in PULUMI_CONFIG_PASSPHRASE or the file PULUMI_CONFIG_PASSPHRASE_FILE, and empty if neither is
            set.
        program: a function that runs in this process instead of the project's program. The folder then needs no
            Pulumi.yaml, and may be empty.
        config: configuration that overrides the files, secrets as `properties.Secret`. A key without a namespace
            belongs to the project.
        state_dir: another folder for the state.
        interpreters: run programs and providers; default: processes that start when needed.

    Raises:
        EngineError: the folder has no Python project.
    """

    def __init__(
        self,
        project_dir: Path,
        name: str = "dev",
        *,
        environment: Mapping[str, str] | None = None,
        program: Program | None = None,
        config: Mapping[str, Any] | None = None,
        state_dir: Path | None = None,
        interpreters: Interpreters | None = None,
    ) -> None:
        values = with_direct_loopback(os.environ if environment is None else environment)
        directory = Path(project_dir)
        project = Project.load(directory) if program is None else Project(_FUNCTION_PROJECT, directory, directory)
        self._program = program
        self._interpreters = interpreters or Interpreters(values)
        self._target = Target(project, name, values, Config.given(project, config or {}), state_dir)

    @property
    def name(self) -> str:
        """The stack's name."""
        return self._target.stack

    @property
    def project(self) -> str:
        """The project's name."""
        return self._target.project.name

    @property
    def config(self) -> Mapping[str, str]:
        """The stack's configuration, from full keys such as `project:key` to strings, secrets in clear."""
        return self._target.config().values

    def preview(
        self, display: Display, *, parallel: int = 16, refresh: bool = False, targets: Sequence[str] = ()
    ) -> Result:
        """Show what `up` would do.

        Args:
            display: receives the events.
            parallel: the number of resources in progress at a time.
            refresh: refresh all resources first.
            targets: the URNs of the resources that may change, with the wildcards `*` and `**`; default: all.

        Raises:
            EngineError: the operation could not begin. The result reports failures during the operation.
        """
        options = Options(preview=True, parallel=parallel, targets=Targets(tuple(targets)))
        return self._deploy("preview", display, options, refresh=refresh)

    def up(self, display: Display, *, parallel: int = 16, refresh: bool = False, targets: Sequence[str] = ()) -> Result:
        """Run the program and deploy its resources. See `preview` for the arguments."""
        options = Options(preview=False, parallel=parallel, targets=Targets(tuple(targets)))
        return self._deploy("up", display, options, refresh=refresh)

    def refresh(
        self, display: Display, *, parallel: int = 16, preview: bool = False, clear_pending_creates: bool = False
    ) -> Result:
        """Update the state to what the providers report. The program does not run.

        Args:
            display: receives the events.
            parallel: the number of resources in progress at a time.
            preview: only show what would change.
            clear_pending_creates: remove the pending creations of a killed run from the state.
        """
        return self._do(Recorder(display, "refresh"), Options(preview, parallel), Refresh(clear_pending_creates))

    def destroy(self, display: Display, *, parallel: int = 16, preview: bool = False) -> Result:
        """Delete all resources. The program does not run. See `refresh` for the arguments."""
        return self._do(Recorder(display, "destroy"), Options(preview, parallel), Destroy())

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Return the stack's outputs as plain values. A secret is "[secret]" unless `show_secrets`."""
        state = self._target.state(self._target.crypter(), saved=False)
        outputs = stack_outputs(state.resources)
        return {key: revealed(value) if show_secrets else _hidden(value) for key, value in outputs.items()}

    def export_state(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Return the state for `pulumi stack import`. Its secrets are encrypted unless `show_secrets`."""
        document = self._target.document() or empty_document(self._target.crypter())
        if not show_secrets:
            return document
        crypter = self._target.crypter()
        return {key: _in_clear(value, crypter) for key, value in document.items()}

    def import_state(self, deployment: dict[str, Any]) -> None:
        """Replace the state by one that this engine or `pulumi stack export` exported.

        Raises:
            EngineError: it is not a state of this stack, or this engine cannot use it.
        """
        with self._locked():
            self._target.replace_state(deployment)

    def move_resources(self, names: Sequence[str], dest: str) -> list[str]:
        """Move resources with their children to another stack of the project, as `pulumi state move` does.

        Args:
            names: their URNs, with the wildcards `*` and `**`.
            dest: the name of the other stack, whose state is created if there is none.

        Returns:
            The former URNs of the moved resources.

        Raises:
            EngineError: no resource matches, or moved and remaining resources depend on each other.
        """
        other = replace(self._target, stack=dest)
        if other.stack == self.name:
            raise EngineError(f"{dest} is this stack: choose another one")
        with self._locked(), locked(other.lock_file, dest):
            source, getting = (target.state(target.crypter(), saved=True) for target in (self._target, other))
            root = make_urn(dest, self.project, "", STACK_TYPE, f"{self.project}-{dest}")
            moved = move(source.resources, getting.resources, Targets(tuple(names)), root)
            # The other stack comes first: a run killed in between leaves the resources in both stacks, and loses none.
            for target, state, resources in ((other, getting, moved.dest), (self._target, source, moved.source)):
                state.rebuild(resources)
                target.write(state)
        return moved.moved

    def import_resources(self, document: Mapping[str, Any], display: Display, *, parallel: int = 16) -> Result:
        """Import existing resources into the state, as `pulumi import` does. The program does not run.

        Args:
            document: an import file for `pulumi import --file`, with inputs and outputs of each resource.
            display: receives the events.
            parallel: the number of resources that are read at a time.

        Raises:
            EngineError: this engine cannot use the import file, or the state already has one of its resources.
                The result reports resources that do not exist.
        """
        return self._do(Recorder(display, "import"), Options(preview=False, parallel=parallel), Import(document))

    def _deploy(self, verb: str, display: Display, options: Options, *, refresh: bool) -> Result:
        if refresh and options.targets.patterns:
            raise UnsupportedError("--refresh together with --target")
        recorder = Recorder(display, verb)
        return self._do(recorder, options, Deploy(self._runner(recorder), refresh))

    def _runner(self, recorder: Recorder) -> Runner:
        environment = self._target.environment
        if self._program is not None:
            return FunctionRunner(self._program, environment)
        return ProcessRunner(self._target.project, environment, self._interpreters, recorder.printed)

    def _do(self, recorder: Recorder, options: Options, request: VerbRequest) -> Result:
        if options.preview:
            self._target.tighten_directory()
            return asyncio.run(self._operate(options, recorder, request))
        with self._locked():
            return asyncio.run(self._operate(options, recorder, request))

    def _locked(self) -> AbstractContextManager[None]:
        self._target.make_directory()
        return locked(self._target.lock_file, self.name)

    async def _operate(self, options: Options, recorder: Recorder, request: VerbRequest) -> Result:
        if self._target.may_have_dynamic_providers:
            self._interpreters.start_ahead("provider")
        if isinstance(request, Deploy):
            request.runner.prepare()
        try:
            # The new processes import the SDK meanwhile. This one does as well, while a thread derives the key.
            crypter = asyncio.get_running_loop().run_in_executor(None, self._target.crypter)
            from pulumi_assistai.engine.verbs import operate  # noqa: PLC0415

            return await operate(
                request,
                target=self._target,
                crypter=await crypter,
                interpreters=self._interpreters,
                options=options,
                recorder=recorder,
            )
        finally:
            self._interpreters.close()


def _in_clear(value: Any, crypter: Crypter) -> Any:
    """Return a part of a state, with secrets in the form of `pulumi stack export --show-secrets`."""
    if isinstance(value, list):
        return [_in_clear(item, crypter) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == SECRET_SIGNATURE and "ciphertext" in value:
        return {SIGNATURE: SECRET_SIGNATURE, "plaintext": crypter.decrypt(value["ciphertext"])}
    return {key: _in_clear(item, crypter) for key, item in value.items()}


def _hidden(value: Any) -> Any:
    match value:
        case Secret():
            return repr(value)
        case dict():
            return {key: _hidden(element) for key, element in value.items()}
        case list():
            return [_hidden(element) for element in value]
        case _:
            return revealed(value)
