"""The calls under /agents."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from pulumi_assistai.emulator.accounts import Account, authenticate
from pulumi_assistai.emulator.bodies import AgentPatch, AgentQuery, NewAgent
from pulumi_assistai.emulator.errors import ApiProblem

router = APIRouter(prefix="/agents", tags=["Agents"])

Own = Annotated[Account, Depends(authenticate)]


@router.post("", status_code=201)
def create(request: Request, account: Own, body: NewAgent) -> dict[str, str]:
    """Create an agent."""
    state = request.app.state
    return {"code": state.store.create_agent(account, body.given(), state.dialect, whatsapp=state.whatsapp)}


@router.patch("/{code}", status_code=204)
def update(request: Request, account: Own, code: str, body: AgentPatch) -> Response:
    """Change the given fields of an agent; an empty body changes nothing."""
    own_agent(request, account, code)
    request.app.state.store.change_agent(code, body.given())
    return Response(status_code=204)


@router.get("")
def listing(request: Request, account: Own, query: Annotated[AgentQuery, Query()]) -> dict[str, Any]:
    """List the agents of the organization."""
    state = request.app.state
    where = {"tenant": account.tenant, "organization": account.organization}
    rows, total = state.store.page("agents", where, ("name", "description", "code"), query)
    return {
        "data": [state.dialect.agent(row) for row in rows],
        "meta": state.dialect.meta(query.page, query.take, total),
    }


def own_agent(request: Request, account: Account, code: str) -> dict[str, Any]:
    """Return an agent of the account's organization.

    Raises:
        ApiProblem: 404 where there is none.
    """
    agent: dict[str, Any] | None = request.app.state.store.agent(code, account)
    if agent is None:
        raise ApiProblem(404, f"Agent {code} not found")
    return agent
