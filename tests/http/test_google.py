"""Signing in with Google through a real server, at a provider on this machine."""

import json

import pytest

from entrypoints.settings import Settings, SettingsError, read_settings
from tests.adapters.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    go_there,
    openid_provider,
)
from tests.http.api import Api, asking, done, fresh, refused
from tests.http.running import served
from tests.http.signing_in import bearer


async def test_it_is_off_by_default(api: Api) -> None:
    refused(await api.post("/v1/auth/google", {}), 503, "google_not_set_up")
    body = {"state": "s", "code": "c", "nonce": "n"}
    refused(await api.post("/v1/auth/google/callback", body), 503, "google_not_set_up")


async def test_a_person_goes_there_and_comes_back_once() -> None:
    with openid_provider() as google:
        email = f"{fresh('ana')}@gmail.com"
        google.account = {"sub": "4711", "email": email, "email_verified": True, "name": "Ana"}
        settings = Settings(
            memory=True,
            test_clock=True,
            google_client_id=CLIENT_ID,
            google_client_secret=CLIENT_SECRET,
            google_redirect_uri=REDIRECT_URI,
            google_issuer=google.url,
        )
        with served(settings) as server:
            async with asking(server, None) as api:
                started = await api.post("/v1/auth/google", {})
                assert started.headers["cache-control"] == "no-store"
                begun = done(started)
                body = {**await go_there(begun["url"]), "nonce": begun["nonce"]}
                signed = done(await api.post("/v1/auth/google/callback", body))
                assert (signed["created"], signed["person"]["email"]) == (True, email)
                assert signed["session"]["origin"] == "google"
                me = await api.ask("GET", "/v1/me", headers=bearer(signed["token"]))
                assert done(me) == signed["person"]
                again = await api.post("/v1/auth/google/callback", body)
                refused(again, 403, "google_attempt_spent")

                begun = done(await api.post("/v1/auth/google", {}))
                body = {**await go_there(begun["url"]), "nonce": begun["nonce"]}
                google.changes = {"aud": "another"}
                problem = await api.post("/v1/auth/google/callback", body)
                refused(problem, 403, "google_refused")
                google.away = True
                refused(
                    await api.post("/v1/auth/google/callback", body), 403, "google_attempt_spent"
                )

                log = server.log.read_text()
                for secret in (CLIENT_SECRET, email, body["nonce"], body["code"], signed["token"]):
                    assert secret not in log
                assert json.loads(
                    next(line for line in log.splitlines() if "google_refused" in line)
                )


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "redirect_uri"])
def test_all_of_its_settings_are_needed(missing: str) -> None:
    given = {
        "KITHKIN_GOOGLE_CLIENT_ID": "id",
        "KITHKIN_GOOGLE_CLIENT_SECRET": "secret",
        "KITHKIN_GOOGLE_REDIRECT_URI": "https://app.example.org/back",
    }
    assert "secret" not in repr(read_settings(given)).replace("client_secret", "")
    del given[f"KITHKIN_GOOGLE_{missing.upper()}"]
    with pytest.raises(SettingsError, match=missing.upper()):
        read_settings(given)
    with pytest.raises(SettingsError, match="GOOGLE_REDIRECT_URI"):
        read_settings({**given, "KITHKIN_GOOGLE_REDIRECT_URI": "http://app.example.org"})
