"""The verbs: preview and up, refresh, destroy and import."""

from __future__ import annotations

from pulumi_assistai.engine.errors import ShutdownError
from pulumi_assistai.engine.imports import import_resources
from pulumi_assistai.engine.model.resource import stack_outputs
from pulumi_assistai.engine.operation import Operation, begin
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.refresh import refresh
from pulumi_assistai.engine.reporting.events import Severity
from pulumi_assistai.engine.reporting.recorder import Recorder, Result
from pulumi_assistai.engine.requests import Deploy, Destroy, Import, Options, Refresh, VerbRequest
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.engine.storage.target import Target


async def operate(
    request: VerbRequest,
    *,
    target: Target,
    crypter: Crypter,
    interpreters: Interpreters,
    options: Options,
    recorder: Recorder,
) -> Result:
    """Run an operation.

    Args:
        request: the operation.
        target: the stack.
        crypter: encrypts its secrets.
        interpreters: run the providers.
        options: its options.
        recorder: receives the events.

    Raises:
        EngineError: the operation could not begin. The result reports failures during the operation.
    """
    async with begin(target, crypter, interpreters, options, recorder) as operation:
        before = stack_outputs(operation.state.olds)
        try:
            await _carry_out(operation, request)
        except ShutdownError:
            recorder.failed = True
        after = stack_outputs(operation.state.resources)
    return recorder.result(before, after)


async def _carry_out(operation: Operation, request: VerbRequest) -> None:
    match request:
        case Deploy():
            await _deploy(operation, request)
        case Refresh():
            if request.clear_pending_creates:
                operation.state.operations.clear()
            await _refresh_all(operation, alone=True)
        case Destroy():
            await _destroy(operation)
        case Import():
            await import_resources(operation, request.document)


async def _deploy(operation: Operation, request: Deploy) -> None:
    if request.refresh:
        await _refresh_all(operation, alone=False)
    else:
        _warn_about_pending_operations(operation)
    deployment = operation.deployment()
    try:
        await operation.run_program(deployment, request.runner)
    finally:
        await deployment.finish()


async def _destroy(operation: Operation) -> None:
    _warn_about_pending_operations(operation)
    deployment = operation.deployment()
    try:
        await deployment.delete_rest()
    finally:
        await deployment.finish()


async def _refresh_all(operation: Operation, *, alone: bool) -> None:
    await refresh(operation.state, operation.executor, operation.context, alone=alone)


def _warn_about_pending_operations(operation: Operation) -> None:
    pending = operation.state.operations
    if not pending or operation.options.preview:
        return
    lines = "".join(f"\n  * {known.resource.urn}, interrupted while {known.type}" for known in pending)
    operation.recorder.diagnose(
        Severity.WARNING,
        f"an earlier deployment was interrupted, and the outcome of {len(pending)} operations is unknown:{lines}\n"
        "Check these resources. `refresh` clears all pending operations except creations, which it cannot read. After "
        "you have checked the creations, `refresh --clear-pending-creates` clears them as well.",
    )
