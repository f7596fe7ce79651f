"""A small OpenID provider on this machine: real HTTP, real keys, codes that work once."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from attrs import Factory, define
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.plain_http import NO_TLS

CLIENT_ID, CLIENT_SECRET = "kithkin-client", "kithkin-secret"
REDIRECT_URI = "http://127.0.0.1/signed-in"


@define
class Provider:
    """A provider, and who signs in there next.

    Attributes:
        url: Its issuer.
        account: The claims of who signs in.
        changes: What is wrong with the next tokens: claims that replace the right ones.
        signs_with: The key that tokens are signed with, where it is not the published one.
        away: It answers 503.
    """

    url: str = ""
    account: dict[str, Any] = Factory(dict)
    changes: dict[str, Any] = Factory(dict)
    signs_with: RSAKey | None = None
    away: bool = False
    key: RSAKey = Factory(lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, Any]] = Factory(dict)

    def authorized(self, query: dict[str, str]) -> str:
        """Sign the person in, and give where they are sent back to."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(query["scope"].split())
        assert (query["client_id"], query["redirect_uri"]) == (CLIENT_ID, REDIRECT_URI)
        code = secrets.token_urlsafe()
        self.codes[code] = {**query, "account": dict(self.account)}
        return f"{REDIRECT_URI}?{urlencode({'state': query['state'], 'code': code})}"

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        """Give the tokens for a code, once, to who can prove that they began."""
        known = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            known is None
            or known["code_challenge"] != challenge
            or form.get("redirect_uri") != known["redirect_uri"]
            or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET)
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": known["nonce"],
            **known["account"],
            **self.changes,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        key = self.signs_with or self.key
        return {"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, given, key)}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self._answer(302, {}, location=provider.authorized(query))
            elif parts.path == "/keys":
                self._answer(200, {"keys": [provider.key.as_dict(private=False)]})
            else:
                self._answer(
                    200,
                    {
                        "issuer": provider.url,
                        "authorization_endpoint": f"{provider.url}/authorize",
                        "token_endpoint": f"{provider.url}/token",
                        "jwks_uri": f"{provider.url}/keys",
                    },
                )

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            token = provider.token(form)
            self._answer(400 if token is None else 200, token or {"error": "invalid_grant"})

        def _answer(self, status: int, body: object, **headers: str) -> None:
            self.send_response(503 if provider.away else status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its signature
            """Say nothing."""

    return Handler


@contextmanager
def openid_provider() -> Iterator[Provider]:
    """Serve a provider on a free port."""
    provider = Provider()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider)) as server:
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()


async def go_there(url: str) -> dict[str, str]:
    """Sign in at the provider, as a browser would, and give what it sends back."""
    async with httpx.AsyncClient(verify=NO_TLS) as browser:
        answer = await browser.get(url)
    assert answer.status_code == 302, answer.text
    location = answer.headers["location"]
    assert location.startswith(REDIRECT_URI)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
