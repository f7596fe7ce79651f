"""Codes by a real mail server: they arrive, and where they cannot, nothing counts."""

import re

from entrypoints.settings import Settings
from tests.adapters.smtp import HOST, smtp_server
from tests.http import given
from tests.http.api import asking, done, refused
from tests.http.running import served
from tests.http.signing_in import ask_for_code, bearer, try_code


async def test_a_code_arrives_by_mail_and_signs_in() -> None:
    async with smtp_server() as inbox:
        settings = Settings(
            memory=True,
            test_clock=True,
            smtp_url=f"smtp://{HOST}:{inbox.port}",
            smtp_starttls=False,
            mail_from="hello@example.org",
        )
        with served(settings) as server:
            async with asking(server) as api:
                email = given.an_email()
                inbox.answer = "451 not now"
                for _ in range(5):
                    problem = refused(await ask_for_code(api, email), 503, "mail_unavailable")
                    assert "nothing was counted" in problem["detail"]
                inbox.answer = "250 OK"
                nonces = [done(await ask_for_code(api, email))["nonce"] for _ in range(3)]
                refused(await ask_for_code(api, email), 429, "too_many_codes")

                assert [mail["To"] for mail in inbox.mails] == [email] * 3
                found = re.search(r"\b[0-9]{8}\b", inbox.mails[-1].get_content())
                assert found
                body = {"email": email, "nonce": nonces[-1], "code": found[0]}
                signed = done(await try_code(api, body))
                me = await api.ask("GET", "/v1/me", headers=bearer(signed["token"]))
                assert done(me)["email"] == email

                log = server.log.read_text()
                assert log.count('"mail_not_sent"') == 5
                for secret in (email, found[0], nonces[-1], signed["token"]):
                    assert secret not in log
