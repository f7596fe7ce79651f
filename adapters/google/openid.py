"""OpenID Connect by Authlib: the authorization code flow with PKCE and a nonce."""

from typing import Any

import httpx
import structlog
from attrs import define, field
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from adapters.tls import trusted
from domain.identity.google import (
    GoogleAccount,
    GoogleRefusedError,
    GoogleUnavailableError,
)
from domain.identity.profile import MAX_EMAIL_CHARACTERS

_SECONDS = 10.0
_LEEWAY_SECONDS = 60
_ALGORITHMS = ["RS256", "ES256"]
_MOST_NAME_CHARACTERS = 200
_log = structlog.get_logger("kithkin.google")


@define
class OpenIdProvider:
    """A provider, found by its issuer.

    Attributes:
        issuer: Its name, and where it describes itself.
        client_id: Who we are there.
        client_secret: Proves it.
        redirect_uri: Where it sends persons back to.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    _described: dict[str, Any] | None = field(default=None, init=False, repr=False)

    async def url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Give where to send a person to sign in."""
        async with _client() as client:
            description = await self._description(client)
        oauth = OAuth2Client(
            session=None,
            client_id=self.client_id,
            redirect_uri=self.redirect_uri,
            scope="openid email profile",
            code_challenge_method="S256",
        )
        url, _ = oauth.create_authorization_url(
            description["authorization_endpoint"],
            state=state,
            code_verifier=verifier,
            nonce=nonce,
        )
        return str(url)

    async def account(self, *, code: str, nonce: str, verifier: str) -> GoogleAccount:
        """Give the account that a code which came back stands for."""
        async with _client() as client:
            description = await self._description(client)
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.redirect_uri,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "code_verifier": verifier,
            }
            answer = await _asked(client, "POST", description["token_endpoint"], data=form)
            token = answer.get("id_token")
            keys = await _asked(client, "GET", description["jwks_uri"])
        return self._proven(token, keys, nonce)

    def _proven(self, token: object, keys: Any, nonce: str) -> GoogleAccount:  # noqa: ANN401 - JSON
        try:
            decoded = jwt.decode(str(token), KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                },
                params={"nonce": nonce, "client_id": self.client_id},
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused(type(error).__name__) from error
        return GoogleAccount(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=_text(claims.get("email"), MAX_EMAIL_CHARACTERS),
            email_verified=claims.get("email_verified") is True,
            hosted_domain=_text(claims.get("hd"), MAX_EMAIL_CHARACTERS),
            name=_name(claims.get("name")),
        )

    async def _description(self, client: httpx.AsyncClient) -> dict[str, Any]:
        if self._described is None:
            url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            described = await _asked(client, "GET", url)
            needed = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}
            if not needed <= described.keys() or described["issuer"] != self.issuer:
                raise _away("its description is not its own, or incomplete")
            self._described = described
        return self._described


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_SECONDS, verify=trusted())


async def _asked(client: httpx.AsyncClient, method: str, url: str, **form: Any) -> dict[str, Any]:
    try:
        answer = await client.request(method, url, **form)
        body = answer.json() if answer.content else {}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _away(type(error).__name__) from error
    if answer.is_client_error and method == "POST":
        raise _refused(f"status {answer.status_code}")
    if not answer.is_success or not isinstance(body, dict):
        raise _away(f"status {answer.status_code}")
    return body


def _text(claim: object, longest: int) -> str | None:
    return claim if isinstance(claim, str) and 0 < len(claim) <= longest else None


def _name(claim: object) -> str | None:
    """Give a name that can be shown, or none: a person can change it, but not fail by it."""
    if not isinstance(claim, str):
        return None
    shown = "".join(character for character in claim if character.isprintable())
    return shown.strip()[:_MOST_NAME_CHARACTERS].strip() or None


def _away(reason: str) -> GoogleUnavailableError:
    _log.warning("google_unavailable", reason=reason)
    return GoogleUnavailableError("Google does not answer. Try again in a moment.")


def _refused(reason: str) -> GoogleRefusedError:
    _log.warning("google_refused", reason=reason)
    return GoogleRefusedError("Google does not vouch for what came back. Begin a new attempt.")
