"""An operation in progress: everything that a verb needs, until the last process has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pulumi.runtime.proto import provider_pb2

from pulumi_assistai import urns
from pulumi_assistai.engine.deployment import Deployment
from pulumi_assistai.engine.execution.connections import Launch, Source
from pulumi_assistai.engine.execution.executor import Executor
from pulumi_assistai.engine.execution.providers import Providers
from pulumi_assistai.engine.execution.steps import StepContext
from pulumi_assistai.engine.monitor import Log, Monitor, served_log, served_monitor
from pulumi_assistai.engine.processes.children import ChildProcess
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.processes.program import REPORTED
from pulumi_assistai.engine.processes.runner import RunInfo, Runner
from pulumi_assistai.engine.processes.scripts import plugin_script, start_script
from pulumi_assistai.engine.reporting.recorder import Recorder
from pulumi_assistai.engine.requests import Options
from pulumi_assistai.engine.storage.project import Config
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.engine.storage.state import State
from pulumi_assistai.engine.storage.target import Target
from pulumi_assistai.properties import Secret, Values


@dataclass(frozen=True)
class Operation:
    """An operation in progress.

    Attributes:
        target: the stack.
        options: its options.
        config: the stack's configuration.
        state: the stack's state.
        recorder: receives the events.
        context: the context of the steps.
        executor: carries out the steps.
        engine: the address of the engine's log.
    """

    target: Target
    options: Options
    config: Config
    state: State
    recorder: Recorder
    context: StepContext
    executor: Executor
    engine: str

    def deployment(self) -> Deployment:
        """Return a deployment on the current state."""
        return Deployment(
            stack=self.target.stack,
            project=self.target.project.name,
            config=_default_provider_config(self.config),
            state=self.state,
            context=self.context,
            executor=self.executor,
            targets=self.options.targets,
            recorder=self.recorder,
        )

    async def run_program(self, deployment: Deployment, runner: Runner) -> None:
        """Run the program, and delete the resources that it does not register any more.

        Raises:
            ShutdownError: something failed; it was reported.
        """
        monitor = Monitor(deployment, self._info(), self.config, self.target.project.directory)
        async with served_monitor(monitor) as address:
            await self._run(deployment, runner, monitor, address)

    async def _run(self, deployment: Deployment, runner: Runner, monitor: Monitor, address: str) -> None:
        await runner.start(self._info(address), self.config)
        ended = asyncio.create_task(runner.wait())
        signals = [asyncio.create_task(event.wait()) for event in (monitor.program_done, self.executor.stopped)]
        try:
            await asyncio.wait([ended, *signals], return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                self._judge(ended.result())
            await deployment.delete_rest()
        except asyncio.CancelledError:
            await self._cancel()
            raise
        finally:
            for waiting in signals:
                waiting.cancel()
            monitor.released.set()
            await self.executor.drain()
            await runner.stop()
        self._judge(await ended)

    async def cancel_if_interrupted(self, kind: type[BaseException] | None, *_: object) -> None:
        """Cancel the run if it ends because of an interrupt."""
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            await self._cancel()

    async def _cancel(self) -> None:
        """Begin nothing more, and tell the providers that the run was cancelled. Calls in progress still finish."""
        self.executor.stop()
        await self.context.providers.cancel()

    def _judge(self, status: int) -> None:
        """Stop the operation if the program failed."""
        if status == REPORTED:
            self.recorder.failed = True
            self.executor.stop()
        elif status:
            self.executor.fail(f"program exited with non-zero exit code: {status}")
        self.executor.check()

    def _info(self, monitor: str = "") -> RunInfo:
        return RunInfo(
            monitor=monitor,
            engine=self.engine,
            project=self.target.project.name,
            stack=self.target.stack,
            root_directory=str(self.target.project.directory),
            parallel=self.options.parallel,
            dry_run=self.options.preview,
        )


@asynccontextmanager
async def begin(
    target: Target, crypter: Crypter, interpreters: Interpreters, options: Options, recorder: Recorder
) -> AsyncIterator[Operation]:
    """Begin an operation. When the context ends, all providers have ended.

    Args:
        target: the stack.
        crypter: encrypts its secrets.
        interpreters: run the providers.
        options: its options.
        recorder: receives the events.
    """
    config = target.config(crypter)
    recorder.hide(config.secrets)
    state = target.state(crypter, saved=not options.preview)
    executor = Executor(state, recorder, options.parallel)
    async with served_log(Log(recorder, executor.stopped)) as address:
        providers = Providers(_sources(target, config, interpreters, address, recorder), lambda: state.olds)
        context = StepContext(providers, options.preview)
        async with AsyncExitStack() as ending:
            ending.push_async_callback(providers.close)
            ending.push_async_callback(state.finish)
            ending.push_async_callback(executor.drain)
            ending.callback(executor.stop)
            operation = Operation(target, options, config, state, recorder, context, executor, address)
            ending.push_async_exit(operation.cancel_if_interrupted)
            yield operation


def _sources(
    target: Target, config: Config, interpreters: Interpreters, engine: str, recorder: Recorder
) -> Callable[[str], Source | None]:
    """Return a function that finds the source of a package: dynamic providers, or a plugin installed beside Python."""
    directory = target.project.program_directory
    environment = {
        **target.environment,
        "PULUMI_PROJECT": target.project.name,
        "PULUMI_CONFIG": json.dumps(config.values),
    }

    async def launch() -> ChildProcess:
        process = ChildProcess(interpreters.take("provider"), recorder.printed_by_provider)
        await process.run("pulumi.dynamic", engine, directory=directory, environment=environment)
        return process

    def launcher(script: Path) -> Launch:
        async def launch() -> ChildProcess:
            started = start_script(script, engine, directory=directory, environment=environment)
            return ChildProcess(started, recorder.printed_by_provider)

        return launch

    def source(package: str) -> Source | None:
        if package == urns.PYTHON_PACKAGE:
            return Source(launch)
        script = plugin_script(package)
        handshake = provider_pb2.ProviderHandshakeRequest(engine_address=engine, configure_with_urn=True)
        return None if script is None else Source(launcher(script), handshake)

    return source


def _default_provider_config(config: Config) -> Values:
    return {key: Secret(value) if key in config.secret_keys else value for key, value in config.values.items()}
