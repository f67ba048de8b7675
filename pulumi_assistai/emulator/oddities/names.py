"""Rules for agents' names that a service may have."""

from __future__ import annotations

from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.oddities.options import Oddities
from pulumi_assistai.emulator.records import Agent


def check_name(odd: Oddities, name: str | None, others: list[Agent]) -> None:
    """Accept or refuse a name.

    Args:
        odd: the rules.
        name: the name in its stored form.
        others: the other agents of the organization.

    Raises:
        ApiProblem: 400, or another status if the name is taken.
    """
    if not name:
        raise ApiProblem(400, ["name should not be empty"])
    if odd.name_length and len(name) > odd.name_length:
        raise ApiProblem(400, [f"name must be shorter than or equal to {odd.name_length} characters"])
    if any(character in name for character in odd.name_without or ""):
        raise ApiProblem(400, [f"name must not contain any of the following characters: {odd.name_without}"])
    if odd.unique_names and any(agent.name == name for agent in others):
        raise ApiProblem(int(odd.unique_names), f"Ya existe un agente con el nombre {name}")
