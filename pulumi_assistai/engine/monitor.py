"""The engine's servers: the resource monitor, with which a program registers its resources, and the engine's log."""
# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from pulumi_assistai import urns
from pulumi_assistai.engine.deployment import Deployment
from pulumi_assistai.engine.errors import EngineError, ProviderError, ShutdownError, UnsupportedError
from pulumi_assistai.engine.execution.connections import CHANNEL_OPTIONS
from pulumi_assistai.engine.execution.handlers import CheckFailure
from pulumi_assistai.engine.execution.plugins import Plugin
from pulumi_assistai.engine.model.goals import goal, read_goal
from pulumi_assistai.engine.processes.runner import RunInfo
from pulumi_assistai.engine.reporting.events import Severity
from pulumi_assistai.engine.reporting.recorder import Recorder
from pulumi_assistai.engine.storage.project import Config
from pulumi_assistai.properties import UNKNOWN, Values, from_struct, to_struct

# Refused features are announced as well. Otherwise the SDK refuses them itself, with advice that does not help.
_FEATURES = (
    "secrets",
    "resourceReferences",
    "outputValues",
    "aliasSpecs",
    "replacementTrigger",
    "deletedWith",
    "replaceWith",
    "transforms",
    "invokeTransforms",
    "parameterization",
    "resourceHooks",
    "errorHooks",
    "stateMigrations",
)
_IGNORED = {"version": "version", "pluginDownloadURL": "plugin_download_url"}
_STOP_GRACE_SECONDS = 1.0
_GET_RESOURCE = "pulumi:pulumi:getResource"
_STACK_REFERENCE = "pulumi:pulumi:StackReference"
_SEVERITIES = {
    engine_pb2.INFO: Severity.INFO,
    engine_pb2.WARNING: Severity.WARNING,
    engine_pb2.ERROR: Severity.ERROR,
}

Request: TypeAlias = Any
Call: TypeAlias = grpc.aio.ServicerContext
Method: TypeAlias = "Callable[[Monitor, Request], Awaitable[Any]]"


def _answered(method: Method) -> Any:
    """Serve a method of the monitor. It answers the program even if the deployment fails meanwhile."""

    async def answer(self: Monitor, request: Request, call: Call) -> Any:
        executor = self.deployment.executor
        work = asyncio.ensure_future(method(self, request))
        stopped = asyncio.create_task(executor.stopped.wait())
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        try:
            if work.done():
                return work.result()
        except ShutdownError:
            pass
        except ProviderError as error:
            # A function failed: the program decides what to do.
            return await call.abort(grpc.StatusCode.UNKNOWN, str(error))
        except EngineError as error:
            executor.fail(str(error))
        except Exception as error:  # noqa: BLE001 - a bug of the engine must not look like one of the program
            executor.crash(error)
        work.cancel()
        # The SDK takes this for the end of the deployment, and ends the program.
        return await call.abort(grpc.StatusCode.UNAVAILABLE, "the deployment has failed")

    return answer


def _feature_numbers() -> list[Any]:
    """Return the protocol's numbers of the features. An older SDK has no number for newer features."""
    names = ["RESOURCE_MONITOR_FEATURE" + re.sub("(^|[A-Z])", r"_\1", feature).upper() for feature in _FEATURES]
    return [getattr(resource_pb2, name) for name in names if hasattr(resource_pb2, name)]


def _refused(feature: str) -> Any:
    async def refuse(_self: Monitor, _request: Request) -> NoReturn:
        raise UnsupportedError(feature)

    return _answered(refuse)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The server with which a program registers its resources.

    Args:
        deployment: deploys them.
        info: information for the program about the deployment.
        config: the stack's configuration.
        root: the folder of Pulumi.yaml.
    """

    def __init__(self, deployment: Deployment, info: RunInfo, config: Config, root: Path) -> None:
        self.deployment = deployment
        self.program_done = asyncio.Event()
        self.released = asyncio.Event()
        self._info = info
        self._config = config
        self._root = root

    async def GetDeploymentInfo(self, _request: empty_pb2.Empty, _call: Call) -> resource_pb2.DeploymentInfo:
        """Return the deployment's data and the engine's features."""
        return resource_pb2.DeploymentInfo(
            project=self._info.project,
            stack=self._info.stack,
            organization=self._info.organization,
            config=dict(self._config.values),
            configSecretKeys=sorted(self._config.secret_keys),
            dryRun=self._info.dry_run,
            parallel=self._info.parallel,
            supportedFeatures=_feature_numbers(),
        )

    async def SupportsFeature(
        self, request: resource_pb2.SupportsFeatureRequest, _call: Call
    ) -> resource_pb2.SupportsFeatureResponse:
        """Return whether the engine has a feature."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _FEATURES)

    @_answered
    async def RegisterResource(self, request: Request) -> resource_pb2.RegisterResourceResponse:
        """Deploy a resource."""
        if request.type == _STACK_REFERENCE:
            raise UnsupportedError("stack references")
        self._warn_about_ignored(request)
        resource = await self.deployment.register(goal(request, self._root))
        # A component does not need its earlier outputs, which may refer to resources that do not exist yet.
        outputs = resource.outputs or {} if resource.custom else {}
        kept = to_struct(outputs, secrets=request.acceptSecrets, references=request.acceptResources)
        # After a FAIL the SDK treats the outputs as unknown, and continues.
        result = resource_pb2.FAIL if resource.urn in self.deployment.skipped else resource_pb2.SUCCESS
        return resource_pb2.RegisterResourceResponse(urn=resource.urn, id=resource.id, object=kept, result=result)

    @_answered
    async def ReadResource(self, request: Request) -> resource_pb2.ReadResourceResponse:
        """Read a resource."""
        if request.type == _STACK_REFERENCE:
            raise UnsupportedError("stack references")
        self._warn_about_ignored(request)
        resource = await self.deployment.read(read_goal(request, self._root))
        kept = to_struct(resource.outputs or {}, secrets=request.acceptSecrets, references=request.acceptResources)
        response = resource_pb2.ReadResourceResponse(urn=resource.urn, properties=kept)
        if hasattr(response, "id"):
            response.id = resource.id
        return response

    @_answered
    async def RegisterResourceOutputs(self, request: Request) -> empty_pb2.Empty:
        """Set the outputs of a component."""
        await self.deployment.register_outputs(request.urn, from_struct(request.outputs))
        return empty_pb2.Empty()

    @_answered
    async def Invoke(self, request: Request) -> resource_pb2.ResourceInvokeResponse:
        """Look up a resource of this deployment, or call a function of a native provider."""
        if request.tok == _GET_RESOURCE:
            found = self._registered(str(from_struct(request.args).get("urn")))
            return _invoked(found, request)
        package = urns.package_of(request.tok)
        if not self.deployment.has_functions(package):
            raise UnsupportedError(f"the function {request.tok}")
        provider = await self.deployment.function_provider(package, request.version, request.provider)
        result, failures = await _called(provider, request)
        return _invoked(result, request, failures)

    def _registered(self, urn: str) -> Values:
        resource = self.deployment.registered.get(urn)
        if resource is None:
            raise EngineError(f"unknown resource {urn}")
        return {"urn": resource.urn, "id": resource.id, "state": resource.outputs or {}}

    @_answered
    async def SignalAndWaitForShutdown(self, _request: Request) -> empty_pb2.Empty:
        """Note that the program registers nothing more. Answer after the deployment has ended."""
        self.program_done.set()
        await self.released.wait()
        return empty_pb2.Empty()

    def _warn_about_ignored(self, request: Request) -> None:
        if urns.served_package(request.type) != urns.PYTHON_PACKAGE:
            # A native provider gets the version, and warns itself if it has another one.
            return
        for name, option in _IGNORED.items():
            if getattr(request, name, ""):
                self.deployment.warn_about_ignored(option, request.name)

    Call = _refused("calls of resource methods")
    RegisterStackTransform = _refused("transforms")
    RegisterStackInvokeTransform = _refused("transforms of invokes")
    RegisterResourceHook = _refused("resource hooks")
    RegisterErrorHook = _refused("resource hooks")
    RegisterPackage = _refused("parameterized packages")


async def _called(provider: Plugin, request: Request) -> tuple[Any, list[CheckFailure]]:
    try:
        return await provider.invoke(request.tok, from_struct(request.args))
    except ProviderError as error:
        raise ProviderError(f"invocation of {request.tok} returned an error: {error}") from None


def _invoked(
    result: Any, request: Request, failures: Sequence[CheckFailure] = ()
) -> resource_pb2.ResourceInvokeResponse:
    """Return the answer to the call of a function. Older SDKs get an unknown result as one without properties."""
    response = resource_pb2.ResourceInvokeResponse()
    if result is UNKNOWN:
        if hasattr(response, "unknown"):
            response.unknown = True
        return response
    # The field's name is a keyword of Python.
    getattr(response, "return").CopyFrom(to_struct(result, secrets=True, references=request.acceptResources))
    for failure in failures:
        response.failures.add(property=failure.property, reason=failure.reason)
    return response


class Log(engine_pb2_grpc.EngineServicer):
    """The server for messages of the program and the providers.

    Args:
        recorder: receives the messages.
        stopped: set when the deployment has failed. Errors of the program after that are not shown.
    """

    def __init__(self, recorder: Recorder, stopped: asyncio.Event) -> None:
        self._recorder = recorder
        self._stopped = stopped
        self._root = ""

    async def Log(self, request: engine_pb2.LogRequest, _call: Call) -> empty_pb2.Empty:
        """Show a message."""
        severity = _SEVERITIES.get(request.severity)
        if severity is not None and not (severity is Severity.ERROR and self._stopped.is_set()):
            self._recorder.diagnose(severity, request.message, request.urn)
        return empty_pb2.Empty()

    async def GetRootResource(
        self, _request: engine_pb2.GetRootResourceRequest, _call: Call
    ) -> engine_pb2.GetRootResourceResponse:
        """Return the URN of the stack."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    async def SetRootResource(
        self, request: engine_pb2.SetRootResourceRequest, _call: Call
    ) -> engine_pb2.SetRootResourceResponse:
        """Note the URN of the stack."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    async def RequirePulumiVersion(
        self, _request: engine_pb2.RequirePulumiVersionRequest, _call: Call
    ) -> engine_pb2.RequirePulumiVersionResponse:
        """Accept any required version of the Pulumi CLI, because this is another engine."""
        return engine_pb2.RequirePulumiVersionResponse()


@asynccontextmanager
async def _served(add: Callable[[grpc.aio.Server], None]) -> AsyncIterator[str]:
    """Serve on a loopback port and yield its address.

    Args:
        add: adds a service to the server.
    """
    made = grpc.aio.server(options=CHANNEL_OPTIONS)
    port = made.add_insecure_port("127.0.0.1:0")
    add(made)
    await made.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        # Clients log errors if the server ends without a grace period.
        await made.stop(_STOP_GRACE_SECONDS)


def served_log(log: Log) -> AbstractAsyncContextManager[str]:
    """Serve the engine's log."""
    return _served(lambda made: engine_pb2_grpc.add_EngineServicer_to_server(log, made))


def served_monitor(monitor: Monitor) -> AbstractAsyncContextManager[str]:
    """Serve the resource monitor."""
    return _served(lambda made: resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, made))
