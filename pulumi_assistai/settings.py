"""Settings of a connection, from an explicit provider, then the environment, then the stack configuration."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pulumi_assistai.errors import ConfigurationError
from pulumi_assistai.keys import stack_key, variable
from pulumi_assistai.text import problem_found

DEFAULT_BASE_URL = "https://public.assistai.lat"

_WITH_SCHEME = re.compile(r"""[\s"'`]*(authorization["']?\s*[:=]\s*)?["']?bearer([\s:"'`]|$)""", re.IGNORECASE)
_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_LONGEST_LABEL = 63


def _header_value(value: str) -> str:
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("must be printable ASCII characters without spaces, because it is sent in a header")
    return value


def _api_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if problem := _pasted_along(token):
        raise ValueError(f"{problem}; set only the token")
    _header_value(token)
    return value


def _pasted_along(token: str) -> str:
    """Return what is wrong with a pasted token, "" if nothing is."""
    if not token.strip():
        return "is blank"
    if _WITH_SCHEME.match(token):
        return 'begins with "Bearer"'
    if token != token.strip():
        return "has a space or a line break before or after it"
    return "is in quotes" if token[0] in _QUOTES or token[-1] in _QUOTES else ""


def organization_in_words(place: Mapping[str, Any]) -> str:
    """Return an organization, as settings and recorded resources name it, for people."""
    return f"organization {place.get('organization_code')} of tenant {place.get('tenant_domain')}"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_on_loopback(base_url: str) -> bool:
    """Return whether a base URL, which may be unusable, leads to this machine."""
    try:
        return is_loopback(urlsplit(base_url).hostname or "")
    except ValueError:
        return False


def _split(value: str) -> tuple[SplitResult, int | None]:
    """Return the parts of an address, and its port. Python's own errors show parts of it, such as a password."""
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError:
        raise ValueError(f"must be like {DEFAULT_BASE_URL}") from None
    return url, port


def _safe_base_url(value: str) -> str:
    url, port = _split(value)
    host = url.hostname or ""
    if not value.isprintable() or " " in value or port == 0:
        raise ValueError(f"must be like {DEFAULT_BASE_URL}")
    if not host or url.query or url.fragment or url.username or url.password:
        raise ValueError(f"must be like {DEFAULT_BASE_URL}, with no user, query or fragment")
    if not all(0 < len(label) <= _LONGEST_LABEL for label in host.removesuffix(".").split(".")):
        raise ValueError(f"must be like {DEFAULT_BASE_URL}, with the name of a host")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(host)):
        raise ValueError("must begin with https:// (http:// would expose the token; only loopback hosts may use it)")
    return url.geturl().rstrip("/").removesuffix("/api/v1")


HeaderValue = Annotated[str, AfterValidator(_header_value)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(BaseModel):
    """The settings of one organization's connection.

    Attributes:
        api_token: the API token, sent as `Authorization: Bearer`.
        tenant_domain: sent as `x-tenant-domain`.
        organization_code: sent as `x-organization-code`.
        base_url: scheme and host of the API; https, or http on a loopback host.
        timeout: seconds one HTTP request may take; default 30.
        grace_period: seconds a new agent may be missing from the listing before it counts as gone; default 60.
        settle_time: seconds to look for an agent whose creation has an unknown outcome; default: the grace period.
        rate_limit_wait: seconds that a request may wait for the API's rate limit; default 900.
        requests_per_second: maximum number of requests per second; default None, as many as the API allows.
        on_conflict: "overwrite" (default) or "fail" if a dashboard edit and the program disagree.
        reapply: send every declared field of every agent again; default false.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    api_token: Annotated[SecretStr, AfterValidator(_api_token)]
    tenant_domain: HeaderValue
    organization_code: HeaderValue
    base_url: Annotated[str, AfterValidator(_safe_base_url)] = DEFAULT_BASE_URL
    timeout: Positive = 30.0
    grace_period: Seconds = 60.0
    settle_time: Seconds = 60.0
    rate_limit_wait: Seconds = 900.0
    requests_per_second: Positive | None = None
    on_conflict: Literal["overwrite", "fail"] = "overwrite"
    reapply: bool = False

    @property
    def place(self) -> dict[str, str]:
        """The tenant and organization that outputs of this connection's resources record."""
        return {"tenant_domain": self.tenant_domain, "organization_code": self.organization_code}

    @property
    def key(self) -> tuple[str, str, str]:
        """The identity of this organization: base URL, tenant and organization."""
        return self.base_url, self.tenant_domain, self.organization_code

    @property
    def place_in_words(self) -> str:
        """The organization for people."""
        return organization_in_words(self.place)

    @classmethod
    def load(cls, explicit: Mapping[str, Any], environment: Mapping[str, str], stack: Mapping[str, Any]) -> Settings:
        """Return the settings, each from the first source that has it.

        Args:
            explicit: arguments of an explicit provider, by field name.
            environment: environment variables, such as ASSISTAI_API_TOKEN.
            stack: stack configuration by full key, such as `assistai:apiToken`.

        Raises:
            ConfigurationError: settings are missing or unusable. The message names all of them.
        """
        places = {
            field: (explicit.get(field), environment.get(variable(field)), stack.get(stack_key(field)))
            for field in cls.model_fields
        }
        found = {field: _first(values) for field, values in places.items() if _first(values) is not None}
        try:
            settings = cls.model_validate(found)
        except ValidationError as error:
            raise ConfigurationError(_explain(error)) from None
        if "settle_time" in found:
            return settings
        return settings.model_copy(update={"settle_time": settings.grace_period})


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value not in (None, "")), None)


def _explain(error: ValidationError) -> str:
    # A default derived from another setting fails whenever a setting fails: that is not a separate problem.
    details = [detail for detail in error.errors() if detail["type"] != "default_factory_not_called"]
    problems = [(str(detail["loc"][0]), detail["type"], problem_found(detail["msg"])) for detail in details]
    missing = [_how_to_set(field) for field, kind, _ in problems if kind == "missing"]
    wrong = [f"{variable(field)} ({stack_key(field)}): {text}" for field, kind, text in problems if kind != "missing"]
    parts = [f"missing {', '.join(missing)}"] if missing else []
    return "AssistAI is not configured: " + "; ".join(parts + wrong)


def _how_to_set(field: str) -> str:
    secret = "--secret " if field == "api_token" else ""
    return f"{field.replace('_', ' ')} (set {variable(field)} or run `pulumi config set {secret}{stack_key(field)}`)"
