"""Signing in over HTTP, with the codes that a server shows on its standard error."""

import asyncio
import re
from typing import Any

import httpx

from tests.http import given
from tests.http.api import Api, Json, a_client, done

_SECONDS_TO_BE_SHOWN = 10


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def a_token(api: Api, person: str, seconds: int = 86_400) -> str:
    """A token that the app's backend mints."""
    made = await api.made(f"/v1/persons/{person}/tokens", lifetime_seconds=seconds)
    token: str = made["token"]
    return token


async def ask_for_code(api: Api, email: str, client: str | None = None) -> httpx.Response:
    """Ask as a client of its own, without a credential."""
    headers = {"X-Forwarded-For": client or a_client(), "Authorization": ""}
    request = api.client.build_request(
        "POST", "/v1/auth/codes", json={"email": email}, headers=headers
    )
    del request.headers["authorization"]
    answer = await api.client.send(request)
    api.description.check(answer)
    return answer


async def shown_code(api: Api, email: str, number: int = 1) -> str:
    """The code in the mail of this number to an address."""
    pattern = rf"Mail to {re.escape(email)}:.*\n\| Your sign-in code is ([0-9]{{8}})\."
    async with asyncio.timeout(_SECONDS_TO_BE_SHOWN):
        while True:
            found = re.findall(pattern, api.served.log.read_text())
            if len(found) >= number:
                code: str = found[number - 1]
                return code
            await asyncio.sleep(0)


async def a_code(api: Api, email: str, number: int = 1) -> Json:
    """The body that signs in by a fresh code."""
    nonce = done(await ask_for_code(api, email))["nonce"]
    return {"email": email, "nonce": nonce, "code": await shown_code(api, email, number)}


async def try_code(api: Api, body: Json, token: str | None = None) -> httpx.Response:
    """Send a code without a service key."""
    request = api.client.build_request("POST", "/v1/auth/sign-in", json=body)
    del request.headers["authorization"]
    if token is not None:
        request.headers.update(bearer(token))
    answer = await api.client.send(request)
    api.description.check(answer)
    return answer


async def signed_in(api: Api, email: str | None = None) -> Json:
    return done(await try_code(api, await a_code(api, email or given.an_email())))


def wrong(body: Json) -> dict[str, Any]:
    return {**body, "code": f"{(int(body['code']) + 1) % 10**8:08}"}
