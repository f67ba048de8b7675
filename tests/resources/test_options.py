"""Options of Pulumi on agents: those that have no effect, and transforms."""

from __future__ import annotations

import pytest

from tests.conftest import Api, Project, needs_pulumi

AGENT = 'agent = assistai.Agent("ventas", name="Ventas")'
only_pulumi = pytest.mark.parametrize("engine", [pytest.param("pulumi", marks=needs_pulumi)])


def test_options_without_effect_are_warned_about_once(project: Project, api: Api) -> None:
    options = 'pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="3s"), replace_on_changes=["tone"])'
    program = "".join(
        f'assistai.Agent("{name}", name="{name}", tone="serio", opts={options})\n' for name in ("uno", "dos")
    )
    project.write(program)
    text = project.run("preview").text.partition("Diagnostics:")[2]
    for option, instead in (("custom_timeouts", "ASSISTAI_TIMEOUT"), ("replace_on_changes", "with another name")):
        assert text.count(f"the option {option} has no effect on resources of pulumi_assistai") == 1
        assert instead in text
    # And they have none: a change is an update.
    project.up()
    project.up(program.replace("serio", "amigable"))
    assert [body["tone"] for body in api.bodies("PATCH")] == ["amigable", "amigable"]


EXPORT = '\npulumi.export("tone", agent.tone)'


def test_what_a_transformation_adds_is_an_output(project: Project, api: Api) -> None:
    register = """
def add_tone(args):
    agents = args.type_.endswith(":Agent")
    return pulumi.ResourceTransformationResult({**args.props, "tone": "serio"}, args.opts) if agents else None

pulumi.runtime.register_stack_transformation(add_tone)
"""
    project.up(register + AGENT + EXPORT)
    assert api.agent("Ventas")["tone"] == "serio"
    assert project.outputs("trial-dev") == {"tone": "serio"}


@only_pulumi
def test_what_a_stack_transform_adds_is_an_output(project: Project, api: Api) -> None:
    register = """
def add_tone(args):
    return pulumi.ResourceTransformResult({**args.props, "tone": "serio"}, args.opts)

pulumi.runtime.register_resource_transform(add_tone)
"""
    project.up(register + AGENT + EXPORT)
    assert api.agent("Ventas")["tone"] == "serio"
    assert project.outputs("trial-dev") == {"tone": "serio"}


def test_the_difference_of_a_hidden_prompt_is_not_shown(project: Project) -> None:
    program = """
        opts = pulumi.ResourceOptions(hide_diffs=["instructions"])
        assistai.Agent("ventas", name="Ventas", tone="{0}", instructions="{0} prompt", opts=opts)
    """
    project.up(program.format("old"))
    project.write(program.format("new"))
    for verb in ("preview", "up"):
        text = project.run(verb, "--diff").text
        assert "      ~ instructions (hidden)\n" in text
        assert "~ tone" in text
        assert "prompt" not in text
