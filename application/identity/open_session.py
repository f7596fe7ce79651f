"""The one way in which a session of a person's begins."""

import secrets
from collections.abc import Callable

from attrs import field, frozen

from application.identity.ports import LoginSessions
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from domain.identity.persons import Person, PersonStatus
from domain.identity.sessions import (
    PREFIX,
    LoginSession,
    NewSession,
    SessionOrigin,
    ended,
    signed_in,
    to_drop,
)
from domain.shared.ids import LoginSessionId
from domain.shared.standing import person_reasons, require_standing

_TOKEN_BYTES = 32


@frozen
class OpenedSession:
    """A session at the one moment at which its token can be seen."""

    person: Person
    session: LoginSession
    token: str = field(repr=False)


@frozen
class SignInResult:
    """What signing in came to, by a code or by Google.

    Attributes:
        opened: The session, with its token.
        created: The person was registered by it.
        claimed: The person was a guest until now.
    """

    opened: OpenedSession
    created: bool
    claimed: bool


@frozen
class SessionOpener:
    """Begins sessions, and ends those that are too many."""

    sessions: LoginSessions
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self,
        person: Person,
        origin: SessionOrigin,
        begin: Callable[[NewSession], LoginSession],
    ) -> OpenedSession:
        """Begin a session of a locked person.

        Raises:
            PersonSuspendedError: The person may not act.
            PersonDeletedError: The person was erased.
        """
        active = person.status is PersonStatus.ACTIVE
        deleted = person.status is PersonStatus.DELETED
        require_standing(person_reasons(active=active, deleted=deleted))
        token = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
        new = NewSession(
            id=LoginSessionId(self.new_id()), person_id=person.id, token=token, origin=origin
        )
        session = begin(new)
        now, version = session.created_at, self.rulebook.version
        policy = self.rulebook.policies.identity.sign_in
        dropped = to_drop(await self.sessions.lock(person.id), policy, now)
        if dropped:
            events = (ended(one, version, now) for one in dropped)
            await self.sessions.remove((one.id for one in dropped), outgoing(self.new_id, events))
        await self.sessions.add(session, outgoing(self.new_id, (signed_in(session, version),)))
        return OpenedSession(person, session, token)
