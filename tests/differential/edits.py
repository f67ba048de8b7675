"""Lives of a stack in which resources come, change, move and go."""

from __future__ import annotations

from pulumi_assistai.testing import Api
from tests.differential.scenario import AGAIN, DESTROY, REFRESH, Scenario, Step

CHAIN = """
    ventas = assistai.Agent("ventas", name="Ventas", instructions="Hola.\\nVende.\\n", on_delete="archive")
    prompt = ventas.code.apply(lambda code: f"Deriva a {code}")
    soporte = assistai.Agent("soporte", name=Output.concat("De ", ventas.name), instructions=prompt)
    whatsapp = assistai.WhatsAppIntegration("whatsapp", agent_code=soporte.code)
    pulumi.export("all", Output.all(ventas.code, whatsapp.status))
    pulumi.export("nested", {"codes": [ventas.code, {"deep": soporte.code}], "none": None, "number": 1.5, "yes": True})
"""
FIELDS = """
    assistai.Agent("name", name="Nombre{0}")
    assistai.Agent("description", name="D", description="uno{0}")
    assistai.Agent("purpose", name="P", purpose="uno{0}")
    assistai.Agent("instructions", name="I", instructions="Hola.{0}\\nVende.\\n")
    assistai.Agent("tone", name="T", tone="amigable{0}")
    assistai.Agent("voice", name="V", voice="female{0}")
    assistai.Agent("on_delete", name="O", on_delete="{1}")
    assistai.Agent("duplicate", name="Q", allow_duplicate_name={2})
    assistai.Agent("removed", name="R"{3})
"""
SECRET = """
    prompt = {0}("canary-{1}")
    agent = assistai.Agent("agent", name="Uno", instructions=prompt, description="{2}",
                           opts=Options(additional_secret_outputs=["code", "nonsense"]))
    other = assistai.Agent("other", name="Dos", instructions=Output.concat("otro ", agent.instructions))
    pulumi.export("prompt", agent.instructions)
    pulumi.export("code", agent.code)
    pulumi.export("nested", {{"in": [Output.secret({{"list": [1, "x"]}})], "other": other.instructions}})
"""
REPLACED = """
    a, b, c, d, e, f = [assistai.Agent(name, name=name.upper()) for name in "abcdef"]
    one = assistai.WhatsAppIntegration("one", agent_code={0}.code)
    two = assistai.WhatsAppIntegration("two", agent_code={1}.code, opts=Options(delete_before_replace=True))
    three = assistai.WhatsAppIntegration("three", agent_code={2}.code, opts=Options(delete_before_replace=False))
    assistai.Agent("after", name=one.agent_code, allow_duplicate_name=True, opts=Options(depends_on=[two]))
"""
PLAIN = """
    a = assistai.Agent("a", name="A")
    b = assistai.Agent("b", name="B", instructions=a.code)
    team = pulumi.ComponentResource("my:index:Team", "team", {"size": 1})
    c = assistai.Agent("c", name="C", opts=Options(parent=team, depends_on=[b]))
    team.register_outputs({"code": c.code})
    pulumi.export("team", team.urn)
"""
RENAMED = """
    a = assistai.Agent("a2", name="A", opts=Options(aliases=[Alias(name="a")]))
    b = assistai.Agent("b", name="B", instructions=a.code)
    team = pulumi.ComponentResource("my:index:Team", "crew", {"size": 2}, Options(aliases=[Alias(name="team")]))
    c = assistai.Agent("c", name="C", opts=Options(parent=team, depends_on=[b]))
    team.register_outputs({"code": c.code})
"""
MOVED = """
    team = pulumi.ComponentResource("my:index:Team", "crew", {"size": 2})
    inner = pulumi.ComponentResource("my:index:Inner", "inner", None, Options(parent=team))
    a = assistai.Agent("a2", name="A", tone="serio", opts=Options(parent=inner,
                       aliases=[Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))
    b = assistai.Agent("b", name="B", instructions=a.code)
    c = assistai.Agent("c", name="C", opts=Options(
        aliases=["urn:pulumi:dev::trial::my:index:Team$pulumi-python:dynamic/assistai:Agent::c"]))
"""
DEPENDING = """
    a = assistai.Agent("a", name="A", on_delete="archive")
    team = pulumi.ComponentResource("my:index:Team", "team", None, Options(depends_on=[a]))
    b = assistai.Agent("b", name="B", on_delete="archive", opts=Options(parent=team, depends_on=[a]))
    c = assistai.Agent("c", name="C", on_delete="archive", opts=Options(depends_on=[b]))
    d = assistai.Agent("d", name="D", on_delete="archive", opts=Options(depends_on=[team, c]))
    e = assistai.Agent("e", name="E", on_delete="archive", opts=Options(depends_on=[d], parent=c))
"""


def theirs(api: Api) -> None:
    api.create("Otro", description="ajeno")
    api.create("Mas", description="ajeno")


def drift(api: Api) -> None:
    ventas, soporte = api.agents()[:2]
    api.edit(ventas["code"], name="Cambiado", instructions="no se ve")
    api.edit(soporte["code"], description="tocado")


def drift_and_link(api: Api) -> None:
    drift(api)
    api.link(api.agents()[1]["code"])


def remove_the_first(api: Api) -> None:
    api.remove(api.agents()[0]["code"])


SCENARIOS = (
    Scenario(
        "life",
        (
            Step(CHAIN, chain=True),
            AGAIN,
            Step(CHAIN.replace("Hola.", "Buenas.").replace('"yes"', '"no"'), chain=True),
            Step('pulumi.export("only", 1)', chain=True),
            Step(CHAIN.replace('"Ventas"', '"Otra"'), chain=True),
            Step(verb="destroy", chain=True),
        ),
    ),
    Scenario(
        "fields",
        (
            Step(FIELDS.format("", "retain", "False", ', tone="x"')),
            Step(FIELDS.format("2", "archive", "True", "")),
        ),
    ),
    Scenario(
        "secrets",
        (
            Step(SECRET.format("", "one", "")),
            Step(SECRET.format("Output.secret", "one", "")),
            Step(SECRET.format("Output.secret", "two", "editada")),
            REFRESH,
            Step(SECRET.format("", "two", "editada")),
        ),
    ),
    Scenario("replace", (Step(REPLACED.format("a", "b", "c")), Step(REPLACED.format("d", "e", "f")))),
    Scenario("aliases", (Step(PLAIN), Step(RENAMED), Step(MOVED), AGAIN)),
    Scenario(
        "depends-on",
        (Step(DEPENDING, chain=True), Step(DEPENDING.partition("    d =")[0], chain=True), Step("", chain=True)),
    ),
    Scenario(
        "get",
        (
            Step(
                """
                otro = assistai.Agent.get("otro", "A-001")
                assistai.Agent("a", name=Output.concat("De ", otro.name), instructions=otro.description)
                pulumi.export("seen", Output.all(otro.name, otro.description, otro.code))
                """,
                before=theirs,
                chain=True,
            ),
            Step(before=lambda api: api.edit("A-001", description="editado")),
            Step(verb="refresh", before=lambda api: api.edit("A-001", name="Otro nombre")),
            Step('assistai.Agent.get("otro", "A-002")'),
            DESTROY,
        ),
    ),
    Scenario(
        "adopt",
        (
            Step('assistai.Agent("a", name="Otro", adopt="A-001", tone="serio")', before=theirs),
            Step('assistai.Agent("a", name="Otro", tone="serio")'),
            Step('assistai.Agent("b", name="Otro", tone="serio", adopt="A-001", on_delete="archive")'),
        ),
    ),
    Scenario(
        "refresh",
        (
            Step(CHAIN, chain=True),
            Step(verb="refresh", before=drift_and_link),
            Step(),
            Step(verb="refresh", before=remove_the_first),
            Step(chain=True),
            Step(flags=("--refresh",), before=drift),
            Step(flags=("--refresh",), before=remove_the_first),
        ),
    ),
)
