"""Features that the embedded engine refuses by name: it is not the Pulumi CLI. `test_stack` has more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_assistai.engine import EngineError, Stack
from tests.engine.conftest import Things

HOOK = """
hook = pulumi.ResourceHook("hook", lambda args: None)
Thing("a", Options(hooks=pulumi.ResourceHookBinding(before_create=[hook])))
"""
ERROR_HOOK = """
hook = pulumi.ErrorHook("hook", lambda args: False)
Thing("a", Options(hooks=pulumi.ResourceHookBinding(on_error=[hook])))
"""
CALL = """
box = Box("box")
pulumi.runtime.call("things:index:Box/open", {}, box)
"""
PACKAGE = """
from pulumi.runtime import proto
from pulumi.runtime.settings import get_monitor
get_monitor().RegisterPackage(proto.resource_pb2.RegisterPackageRequest(name="things", version="1.0.0"))
"""


@pytest.mark.parametrize(
    ("program", "feature"),
    [
        (HOOK, "resource hooks"),
        (ERROR_HOOK, "resource hooks"),
        ("pulumi.runtime.register_resource_transform(lambda args: None)", "transforms"),
        ("pulumi.runtime.register_invoke_transform(lambda args: None)", "transforms of invokes"),
        (CALL, "calls of resource methods"),
        (PACKAGE, "parameterized packages"),
        (
            'Thing("a", Options(state_migrations=[lambda args: None]))',
            "state migrations (resource a)",
        ),
        (
            'Painter("p", Options(env_var_mappings={"HERE": "THERE"}))',
            "environment variable mappings of providers (resource p)",
        ),
        ('pulumi.ProviderResource("aws", "p", {})', "the provider aws"),
        ('pulumi.CustomResource("aws:s3:Bucket", "b", {}, Options(id="theirs"))', "the provider aws"),
    ],
)
@pytest.mark.parametrize("verb", ["preview", "up"])
def test_what_only_the_cli_does_is_refused_before_anything_is_done(
    things: Things, verb: str, program: str, feature: str
) -> None:
    errors = things.errors(verb, program)
    assert errors == [f"the embedded engine does not support {feature}; the Pulumi CLI does"]
    assert things.calls() == []
    assert "a" not in things.resources()


def test_another_secrets_provider_is_refused(things: Things) -> None:
    things.write("Pulumi.dev.yaml", "secretsprovider: awskms://alias/example\n")
    with pytest.raises(EngineError, match="does not support the secrets provider awskms://alias/example"):
        things.run("preview", "")


def test_an_environment_of_the_stack_is_refused(things: Things) -> None:
    things.write("Pulumi.dev.yaml", "environment:\n  - production\n")
    refused = r"does not support ESC environments .`environment` in .*Pulumi\.dev\.yaml.; the Pulumi CLI"
    with pytest.raises(EngineError, match=refused):
        things.run("preview", "")
    things.write("Pulumi.dev.yaml", "environment: []\n")
    assert things.run("preview", "").succeeded


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"version": 2}, "the state has version 2; this engine reads versions 3 and 4"),
        ({"features": ["views"]}, "does not support a state with views"),
        ({"deployment": {"secrets_providers": {"type": "cloud"}}}, "does not support states with the secrets provider"),
        ({"deployment": None}, "the state has no deployment"),
    ],
)
def test_a_state_that_is_not_understood_is_not_imported(
    things: Things, changed: dict[str, object], message: str
) -> None:
    things.up('Thing("a")')
    before = things.document()
    with pytest.raises(EngineError, match=message):
        things.stack.import_state({**before, **changed})
    assert things.document() == before


def test_another_runtime_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime:\n  name: go\n", encoding="utf-8")
    with pytest.raises(EngineError, match="does not support the runtime go; the Pulumi CLI does"):
        Stack(tmp_path)
