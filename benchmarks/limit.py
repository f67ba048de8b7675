"""The limit: the API's own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.api import BusyApi
from benchmarks.contest import ACCOUNT, Case, Work


class Limit:
    """The API's own pace: an asynchronous client that sends only the necessary requests, several at a time."""

    name = "the limit (httpx, asyncio)"

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Note what to send."""
        yield LimitWork(case, api.url)


class LimitWork:
    """The necessary requests."""

    def __init__(self, case: Case, url: str) -> None:
        self._case = case
        self._url = f"{url}/api/v1/agents"

    def do(self, operation: str) -> None:
        """Send the requests of an operation."""
        asyncio.run(self._send(operation))

    async def _send(self, operation: str) -> None:
        headers = {
            "authorization": f"Bearer {ACCOUNT['ASSISTAI_API_TOKEN']}",
            "x-tenant-domain": ACCOUNT["ASSISTAI_TENANT_DOMAIN"],
            "x-organization-code": ACCOUNT["ASSISTAI_ORGANIZATION_CODE"],
        }
        async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client:
            if operation == "up":
                answers = await self._create(client)
            elif operation == "refresh":
                pages = range(1, -(-self._case.agents // 50) + 1)
                queries = [{"page": page, "take": 50} for page in pages]
                answers = await asyncio.gather(*(client.get(self._url, params=query) for query in queries))
            elif operation == "edit":
                code = (await client.get(self._url)).json()["data"][0]["code"]
                answers = [await client.patch(f"{self._url}/{code}", json={"tone": "amigable"})]
            else:
                answers = []
        for answer in answers:
            answer.raise_for_status()

    async def _create(self, client: httpx.AsyncClient) -> list[httpx.Response]:
        # httpx goes through the requests waiting in its pool at each answer. This delay is not a limit of the API.
        free = asyncio.Semaphore(self._case.parallel)

        async def create(number: int) -> httpx.Response:
            async with free:
                return await client.post(self._url, json={"name": f"Agente {number}"})

        return await asyncio.gather(*map(create, range(self._case.agents)))
