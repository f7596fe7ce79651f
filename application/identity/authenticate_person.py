"""Find out which person a request comes from."""

from attrs import frozen

from application.identity.ports import SessionTokens
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from domain.identity.digests import secret_digest
from domain.identity.sessions import PREFIX, LoginSession, used

_LONGEST_TOKEN_CHARACTERS = 200


@frozen
class AuthenticatePerson:
    """Takes the token of a session that lives, of a person who may act."""

    tokens: SessionTokens
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, token: str) -> LoginSession | None:
        """Give the session of a token, or None where it is not to be taken.

        The token is looked up by its digest, so how long that takes tells nothing of how
        much of a guess was right.
        """
        if not token.startswith(PREFIX) or len(token) > _LONGEST_TOKEN_CHARACTERS:
            return None
        session = await self.tokens.by_digest(secret_digest(token))
        if session is None:
            return None
        now = await self.clock.now()
        if not session.lives(now):
            return None
        noted = used(session, self.rulebook.policies.identity.sign_in, now)
        if noted is not session:
            await self.tokens.touch(noted)
        return noted
