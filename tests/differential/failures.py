"""Lives of a stack in which something goes wrong."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_assistai.testing import Api
from tests.differential.scenario import AGAIN, DESTROY, Scenario, Step

REFUSED = '{"message": "not today"}'
MIDDLE = """
    a = assistai.Agent("a", name="A")
    b = assistai.WhatsAppIntegration("b", agent_code=a.code)
    c = assistai.Agent("c", name="C", instructions=b.status)
    slow = assistai.Agent("slow", name="Lento", description=a.code)
    e = assistai.Agent("e", name="E", instructions=slow.code)
    pulumi.export("a", a.code)
    pulumi.export("e", e.code)
"""
CHAIN = """
    a = assistai.Agent("a", name="A", tone="{0}")
    b = assistai.Agent("b", name="B", tone="{0}", instructions=a.code, opts=Options(depends_on=[a]))
    c = assistai.Agent("c", name="C", tone="{0}", instructions=b.code)
    pulumi.export("c", c.code)
    pulumi.export("tone", c.tone)
"""
ARCHIVED = """
    a = assistai.Agent("a", name="A", on_delete="archive")
    b = assistai.WhatsAppIntegration("b", agent_code=a.code)
    c = assistai.Agent("c", name="C", on_delete="archive", opts=Options(depends_on=[b]))
"""
REPLACED = """
    a = assistai.Agent("a", name="A")
    b = assistai.Agent("b", name="B")
    w = assistai.WhatsAppIntegration("w", agent_code={0}.code, opts=Options({1}))
"""
TWICE = """
    a = assistai.Agent("a", name="A")
    assistai.Agent("a", name="B", opts=Options(depends_on=[a]))
"""


def fail(method: str, path: str = "/api/.*", skip: int = 0) -> Callable[[Api], None]:
    """Return what makes requests fail for good, with the API's own words."""
    # An API may answer 400 to a deletion where no phone is linked.
    status = 403 if method == "DELETE" else 400

    def failing(api: Api) -> None:
        api.faults.add("status-before", method=method, path=path, status=status, body=REFUSED, count=0, skip=skip)

    return failing


def fail_in_the_middle(api: Api) -> None:
    """Refuse the QR, and answer the second creation so slowly that it is under way meanwhile."""
    api.faults.add("status-before", path=".*/qr", status=400, body=REFUSED, count=0)
    api.faults.add("drip", method="POST", skip=1, count=1, seconds=0.02)


SCENARIOS = (
    Scenario(
        "failing-check",
        (
            Step(
                'a = assistai.Agent("a", name="A")\nassistai.Agent("b", name="", opts=Options(depends_on=[a]))',
                ok=False,
                says="name",
            ),
            Step('assistai.Agent("a", name="A", tone=7, voice=["x"])', ok=False, says="tone"),
            Step('assistai.Agent("a", name="A")'),
        ),
    ),
    Scenario("failing-middle", (Step(MIDDLE, before=fail_in_the_middle, ok=False, says="not today"), Step(), AGAIN)),
    Scenario(
        "failing-create",
        (
            Step(CHAIN.format("uno"), before=fail("POST", skip=1), ok=False, says="not today", chain=True),
            Step(chain=True),
        ),
    ),
    Scenario(
        "failing-update",
        (
            Step(CHAIN.format("uno"), chain=True),
            Step(CHAIN.format("dos"), before=fail("PATCH", skip=1), ok=False, says="not today", chain=True),
            Step(chain=True),
        ),
    ),
    Scenario(
        "failing-delete",
        (
            Step(ARCHIVED, chain=True),
            Step(verb="destroy", before=fail("DELETE", skip=1), ok=False, says="not today", chain=True),
            Step("", before=fail("DELETE"), ok=False, says="not today", chain=True),
            DESTROY,
        ),
    ),
    Scenario(
        "failing-replace",
        (
            Step(REPLACED.format("a", "")),
            Step(REPLACED.format("b", ""), before=fail("GET", ".*/qr"), ok=False, says="not today"),
            Step(),
            Step(
                REPLACED.format("a", "delete_before_replace=False"), before=fail("DELETE"), ok=False, says="not today"
            ),
            Step(),
        ),
    ),
    Scenario(
        "failing-refresh",
        (
            Step(CHAIN.format("uno")),
            Step(verb="refresh", before=fail("GET"), ok=False, says="not today"),
            Step(flags=("--refresh",), before=fail("GET"), ok=False, says="not today"),
        ),
    ),
    Scenario(
        "failing-program",
        (
            Step('a = assistai.Agent("a", name="A")\npulumi.export("a", a.code)'),
            Step('assistai.Agent("a", name="A", tone="x")\nraise ValueError("oh no")', ok=False, says="oh no"),
            Step('assistai.Agent("b", name="B")\nraise pulumi.RunError("not so")', ok=False, says="not so"),
            Step('assistai.Agent("a", name="A", tone="y")\nraise SystemExit(3)', ok=False, says="exit code: 3"),
            Step(TWICE, ok=False, says="uplicate resource URN"),
            Step('pulumi.export("nothing", None)'),
        ),
    ),
)
