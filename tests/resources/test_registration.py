"""A program's first resource is registered while the program goes on. On both engines."""

from __future__ import annotations

import pytest

from tests.conftest import Api, Project

WAIT_FOR_THE_LISTING = """
import os, time
from pulumi_assistai.testing import Api

api, deadline = Api(os.environ["ASSISTAI_BASE_URL"]), time.monotonic() + 60
while not api.requests("GET"):
    assert time.monotonic() < deadline, "the provider was not asked while the program went on"
    time.sleep(0.01)
"""


@pytest.mark.parametrize(
    "first",
    [
        'assistai.Agent("ventas", name="Ventas")',
        'assistai.Agent("a", name="A", opts=pulumi.ResourceOptions(parent=pulumi.ComponentResource("x:y:Z", "z")))',
        'assistai.AgentFleet("fleet", source="agents")',
    ],
    ids=["agent", "child", "fleet"],
)
def test_the_provider_is_asked_before_the_program_ends(project: Project, first: str) -> None:
    (project.directory / "agents").mkdir()
    (project.directory / "agents" / "soporte.md").write_text("---\nname: Soporte\n---\nEres amable.\n")
    project.up(first + WAIT_FOR_THE_LISTING)


@pytest.mark.parametrize(
    "program",
    [
        """
        def declare(name):
            return assistai.Agent("ventas", name=name).code
        pulumi.export("code", pulumi.Output.from_input("Ventas").apply(declare))
        """,
        """
        async def main():
            return {"code": assistai.Agent("ventas", name="Ventas").code}
        pulumi.run(main)
        """,
    ],
    ids=["apply", "async"],
)
def test_the_first_resource_may_be_declared_anywhere(project: Project, api: Api, program: str) -> None:
    project.up(program)
    assert api.requests("POST") == ["POST /api/v1/agents"]


def test_a_parent_that_waits_for_the_program_does_not_stop_it(project: Project, api: Api) -> None:
    project.up(
        """
        import asyncio
        later = asyncio.get_running_loop().create_future()
        group = pulumi.ComponentResource(
            "x:y:Group", "group", opts=pulumi.ResourceOptions(depends_on=pulumi.Output.from_input(later))
        )
        assistai.Agent("ventas", name="Ventas", opts=pulumi.ResourceOptions(parent=group))
        later.set_result([])
        """
    )
    assert api.requests("POST") == ["POST /api/v1/agents"]
