"""The servicer: Pulumi's provider protocol, translated for the lifecycle."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache, wraps
from importlib.metadata import version
from typing import Any, TypeVar, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_assistai import properties, urns
from pulumi_assistai.client import announce_retries
from pulumi_assistai.client.limiter import cancel_requests
from pulumi_assistai.errors import AssistAIError, ConfigurationError, with_code
from pulumi_assistai.lifecycle.lookup import Lookup
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.native import settings
from pulumi_assistai.native.kinds import FUNCTIONS, KINDS, Function, Kind, inputs_of
from pulumi_assistai.native.messages import (
    answer_of,
    as_struct,
    checked,
    failures,
    no_argument,
    plain,
    read_struct,
    reason_of,
    resource_diff,
    settings_diff,
)
from pulumi_assistai.native.names import in_words, unknown_names
from pulumi_assistai.native.reports import EngineReporter, about, clean
from pulumi_assistai.properties import Secret, contains_secret, revealed

Request = TypeVar("Request")
Response = TypeVar("Response")

_IN_CLEAR = (
    "assistai:apiToken is stored in clear; run `pulumi config set --secret assistai:apiToken` and renew the token in "
    "AssistAI"
)
_TIMEOUTS = (
    "the option `customTimeouts` has no effect on resources of assistai: set ASSISTAI_TIMEOUT, the seconds that a "
    "request may take, or waitForConnection of a WhatsAppIntegration"
)


def _answered(
    method: Callable[[NativeProvider, Request], Response],
) -> Callable[[NativeProvider, Request, grpc.ServicerContext], Response]:
    """Serve a method. Whatever it raises becomes one line under its resource."""

    @wraps(method)
    def answer(self: NativeProvider, request: Request, context: grpc.ServicerContext) -> Response:
        with about(getattr(request, "urn", "")):
            try:
                return method(self, request)
            except AssistAIError as error:
                problem = in_words(with_code(error))
            except Exception as error:  # noqa: BLE001 - the engine would show a traceback
                problem = f"{type(error).__name__}: {error}; this is a bug in pulumi_assistai, please report it"
        return cast("Response", context.abort(grpc.StatusCode.UNKNOWN, clean(problem)))

    return answer


class NativeProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One organization's resources and functions. The engine starts a process for each provider resource.

    Args:
        reporter: receives messages for the user.
    """

    def __init__(self, reporter: EngineReporter) -> None:
        self._reporter = reporter
        self._session: Session | None = None
        self._lookup: Lookup | None = None
        self._problem = ConfigurationError("the provider is not configured")

    @property
    def session(self) -> Session:
        """Return the session, which all resources of the organization share in this operation.

        Raises:
            ConfigurationError: settings are missing or wrong.
        """
        if self._session is None:
            raise self._problem
        return self._session

    @_answered
    def Handshake(self, request: provider_pb2.ProviderHandshakeRequest) -> provider_pb2.ProviderHandshakeResponse:  # noqa: N802
        """Take the engine's address."""
        self._reporter.attach(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    @_answered
    def Attach(self, request: plugin_pb2.PluginAttach) -> Empty:  # noqa: N802
        """Take the address of an engine that attaches to this process, as with a debugger."""
        self._reporter.attach(request.address)
        return Empty()

    @_answered
    def GetPluginInfo(self, _request: Empty) -> plugin_pb2.PluginInfo:  # noqa: N802
        """Return the version of this package."""
        return plugin_pb2.PluginInfo(version=own_version())

    @_answered
    def GetSchema(self, _request: provider_pb2.GetSchemaRequest) -> provider_pb2.GetSchemaResponse:  # noqa: N802
        """Return the schema."""
        from pulumi_assistai.native.schema import schema  # noqa: PLC0415 - most operations do not need it

        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema(own_version())))

    @_answered
    def CheckConfig(self, request: provider_pb2.CheckRequest) -> provider_pb2.CheckResponse:  # noqa: N802
        """Refuse unknown settings, and make the token a secret."""
        news = read_struct(request.news)
        wanted, installed = revealed(news.get("version", own_version())), own_version()
        if wanted != installed:
            self._reporter.warn(
                f"the program asks for version {wanted} of the provider assistai, but version {installed} is installed"
            )
        if settings.is_token_in_clear(request.urn, news):
            self._reporter.warn(_IN_CLEAR)
        return checked(settings.with_secret_token(news), settings.problems(news))

    @_answered
    def DiffConfig(self, request: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:  # noqa: N802
        """Compare settings. Their changes replace nothing."""
        olds = read_struct(request.old_inputs) or read_struct(request.olds)
        changed = settings.changed(olds, read_struct(request.news))
        return settings_diff(changed)

    @_answered
    def Configure(self, request: provider_pb2.ConfigureRequest) -> provider_pb2.ConfigureResponse:  # noqa: N802
        """Load the settings. If they are wrong, the checks of the resources report it."""
        try:
            found = settings.load(request.urn, read_struct(request.args), os.environ)
        except ConfigurationError as error:
            self._problem = ConfigurationError(in_words(str(error)))
        else:
            self._session, self._lookup = Session(found, self._reporter), Lookup(found, self._reporter.warn)
            announce_retries(self._reporter.tell)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answered
    def Check(self, request: provider_pb2.CheckRequest) -> provider_pb2.CheckResponse:  # noqa: N802
        """Return all problems of a declaration. The inputs pass unchanged, including unknown ones."""
        kind, news = _kind(request.urn), read_struct(request.news)
        if self._session is None:
            return checked(news, [with_code(self._problem)])
        unknown = unknown_names(news, kind.model.model_fields)
        if unknown:
            return checked(news, [no_argument(name, kind.model.model_fields) for name in unknown])
        found = kind.check(self.session, plain(read_struct(request.olds)), plain(news))
        return checked(news, [reason_of(problem) for problem in found])

    @_answered
    def Diff(self, request: provider_pb2.DiffRequest) -> provider_pb2.DiffResponse:  # noqa: N802
        """Compare recorded outputs with declared inputs, property by property."""
        kind, olds, news = _kind(request.urn), read_struct(request.olds), read_struct(request.news)
        difference = kind.diff(self.session, request.id, plain(olds), plain(news))
        return resource_diff(difference, olds, read_struct(request.old_inputs) or olds, news)

    @_answered
    def Create(self, request: provider_pb2.CreateRequest) -> provider_pb2.CreateResponse:  # noqa: N802
        """Create or adopt. At preview, return the known outputs."""
        kind, news = _kind(request.urn), read_struct(request.properties)
        if request.preview:
            expected = kind.expect(self.session, {}, plain(news))
            return provider_pb2.CreateResponse(properties=as_struct(expected, news))
        self._warn_about_timeout(request.timeout)
        made = kind.create(self.session, plain(news))
        return provider_pb2.CreateResponse(id=made.id, properties=as_struct(made.outputs, news))

    @_answered
    def Read(self, request: provider_pb2.ReadRequest) -> provider_pb2.ReadResponse:  # noqa: N802
        """Read a recorded resource with its declared inputs, or one that is not recorded yet."""
        kind, olds = _kind(request.urn), read_struct(request.properties)
        given = read_struct(request.inputs) if olds else {}
        declared = plain(given)
        found = kind.read(self.session, request.id, plain(olds), declared)
        if found is None:
            return provider_pb2.ReadResponse()
        # A resource that is only read must not get arguments: it would look managed.
        inputs = inputs_of(kind, found) if declared or not olds else {}
        return provider_pb2.ReadResponse(
            id=request.id, properties=as_struct(found.outputs, olds), inputs=as_struct(inputs, given)
        )

    @_answered
    def Update(self, request: provider_pb2.UpdateRequest) -> provider_pb2.UpdateResponse:  # noqa: N802
        """Send the changes. At preview, return the known outputs."""
        kind, news = _kind(request.urn), read_struct(request.news)
        recorded, inputs = plain(read_struct(request.olds)), plain(news)
        if request.preview:
            outputs = kind.expect(self.session, recorded, inputs)
        else:
            self._warn_about_timeout(request.timeout)
            outputs = kind.update(self.session, request.id, recorded, inputs)
        return provider_pb2.UpdateResponse(properties=as_struct(outputs, news))

    @_answered
    def Delete(self, request: provider_pb2.DeleteRequest) -> Empty:  # noqa: N802
        """Leave or archive an agent, or disconnect WhatsApp."""
        self._warn_about_timeout(request.timeout)
        _kind(request.urn).delete(self.session, request.id, plain(read_struct(request.properties)))
        return Empty()

    @_answered
    def Invoke(self, request: provider_pb2.InvokeRequest) -> provider_pb2.InvokeResponse:  # noqa: N802
        """Answer a function."""
        function = _function(request.tok)
        given = read_struct(request.args)
        wrong = unknown_names(given, function.arguments)
        missing = [name for name in function.required if name not in given]
        if wrong or missing:
            reasons = [
                *(no_argument(name, function.arguments) for name in wrong),
                *(f"{name}: missing" for name in missing),
            ]
            return provider_pb2.InvokeResponse(failures=failures(reasons))
        self.session  # noqa: B018 - it raises if settings are missing
        assert self._lookup is not None
        answer = answer_of(function.answer(self._lookup, plain(given)))
        if contains_secret(given):
            answer = {name: Secret(value) for name, value in answer.items()}
        # The name of the field is a keyword of Python.
        response: Any = {"return": properties.to_struct(answer, secrets=True)}
        return provider_pb2.InvokeResponse(**response)

    def _warn_about_timeout(self, seconds: float) -> None:
        if seconds:
            self.session.warn_once(_TIMEOUTS)

    @_answered
    def Cancel(self, _request: Empty) -> Empty:  # noqa: N802
        """End all waiting requests."""
        cancel_requests()
        return Empty()


@cache
def own_version() -> str:
    """Return the version of this package."""
    return version("pulumi-assistai")


def _kind(urn: str) -> Kind:
    type_ = urns.type_of(urn)
    if type_ not in KINDS:
        raise AssistAIError(f"assistai has no resource {type_}; it has {', '.join(KINDS)}")
    return KINDS[type_]


def _function(token: str) -> Function:
    if token not in FUNCTIONS:
        raise AssistAIError(f"assistai has no function {token}; it has {', '.join(FUNCTIONS)}")
    return FUNCTIONS[token]
