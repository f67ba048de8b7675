"""Types of the public functions, as a type checker of a program sees them."""

from __future__ import annotations

from pathlib import Path

from mypy import api

SNIPPET = """
import pulumi
import pulumi_assistai as assistai

assistai.get_agent(code="A-001")
assistai.get_agent(name="Ventas")
assistai.get_agent_output(code=pulumi.Output.from_input("A-001"))
assistai.get_agent()
assistai.get_agent(code="A-001", name="Ventas")
assistai.get_agent_output()
"""


def test_get_agent_takes_a_code_or_a_name(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SNIPPET, encoding="utf-8")
    said, _, _ = api.run(["--strict", str(tmp_path / "program.py")])
    wrong = [line for line in said.splitlines() if "error:" in line]
    assert [line.partition("program.py:")[2].partition(":")[0] for line in wrong] == ["8", "9", "10"]
    assert all("overload variant" in line for line in wrong)
