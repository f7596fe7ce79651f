"""What signing in needs of PostgreSQL: tallies, codes, persons by address, sessions."""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen
from sqlalchemy import Uuid, any_, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import page, paged, window
from adapters.postgres.puts import put_statement
from adapters.postgres.tables import (
    Instant,
    code_tallies,
    login_sessions,
    persons,
    sign_in_codes,
)
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.identity.code_limits import Tally
from domain.identity.persons import Person, PersonStatus
from domain.identity.profile import email_key
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from domain.shared.ids import LoginSessionId, PersonId

_tally = upsert(code_tallies).values(subject=bindparam("subject"), times=bindparam("times"))
# Updates nothing, but holds the row, whether it was there or not.
_HOLD_TALLY = Statement(
    _tally.on_conflict_do_update(
        index_elements=[code_tallies.c.subject], set_={"subject": _tally.excluded.subject}
    ).returning(*columns_for(code_tallies, Tally))
)
_SAVE_TALLY = Statement(
    update(code_tallies)
    .where(code_tallies.c.subject == bindparam("subject"))
    .values(times=bindparam("times"))
)
_REMOVE_TALLY = Statement(
    delete(code_tallies).where(code_tallies.c.subject == bindparam("subject"))
)


@frozen
class PostgresCodeTallies:
    """When addresses and clients were sent codes."""

    executor: Executor

    async def lock(self, *subjects: bytes) -> dict[bytes, Tally]:
        """Give the tally of each subject, and hold it until the transaction ends."""
        held = {}
        for subject in sorted(subjects):
            row = await self.executor.row(_HOLD_TALLY, subject=subject, times=[])
            assert row is not None  # noqa: S101 - an upsert that always updates gives its row
            held[subject] = from_row(Tally, row)
        return held

    async def save(self, *tallies: Tally) -> None:
        """Replace locked tallies."""
        for tally in tallies:
            await self.executor.rows(_SAVE_TALLY, **to_row(tally))

    async def remove(self, subject: bytes) -> None:
        """Keep no tally of a subject any longer."""
        await self.executor.rows(_REMOVE_TALLY, subject=subject)


_PUT_CODE = put_statement(sign_in_codes, field_names(SignInCode), "address")
_of_nonce = sign_in_codes.c.nonce_digest == bindparam("nonce_digest")
_LOCK_CODE = Statement(
    select(*columns_for(sign_in_codes, SignInCode)).where(_of_nonce).with_for_update()
)
_REMOVE_CODE = Statement(delete(sign_in_codes).where(_of_nonce).returning(sign_in_codes.c.address))
_REMOVE_CODE_OF = Statement(
    delete(sign_in_codes).where(sign_in_codes.c.address == bindparam("address"))
)


@frozen
class PostgresSignInCodes:
    """The code of each address, if it has one."""

    executor: Executor

    async def put(self, code: SignInCode) -> None:
        """Keep a code in the place of the one that its address had before."""
        await self.executor.rows(_PUT_CODE, **to_row(code))

    async def lock(self, nonce_digest: bytes) -> SignInCode | None:
        """Give the code of a login attempt, and hold it until the transaction ends."""
        row = await self.executor.row(_LOCK_CODE, nonce_digest=nonce_digest)
        return None if row is None else from_row(SignInCode, row)

    async def remove(self, nonce_digest: bytes) -> bool:
        """Make the code of a login attempt void; tell whether it was still there."""
        return await self.executor.row(_REMOVE_CODE, nonce_digest=nonce_digest) is not None

    async def remove_of(self, address: bytes) -> None:
        """Make the code of an address void, if it has one."""
        await self.executor.rows(_REMOVE_CODE_OF, address=address)


_LOCK_BY_EMAIL = Statement(
    select(*columns_for(persons, Person))
    .where(persons.c.email_key == bindparam("email_key"))
    .with_for_update(key_share=True)
)


@frozen
class PostgresPersonsByEmail:
    """Finds persons by what they proved to be theirs."""

    executor: Executor

    async def lock_by_email(self, email: str) -> Person | None:
        """Give the person of an address, and hold them until the transaction ends."""
        row = await self.executor.row(_LOCK_BY_EMAIL, email_key=email_key(email))
        return None if row is None else from_row(Person, row)


_session = select(*columns_for(login_sessions, LoginSession))
_LOCK_SESSIONS = Statement(
    _session.where(login_sessions.c.person_id == bindparam("person_id"))
    .order_by(login_sessions.c.id)
    .with_for_update()
)
_ADD_SESSION = Statement(
    insert(login_sessions).values({name: bindparam(name) for name in field_names(LoginSession)})
)
_REMOVE_SESSIONS = Statement(
    delete(login_sessions).where(login_sessions.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
)
_BY_DIGEST = Statement(
    _session.join(persons, persons.c.id == login_sessions.c.person_id).where(
        login_sessions.c.digest == bindparam("digest"),
        persons.c.status == PersonStatus.ACTIVE.value,
    )
)
_TOUCH = Statement(
    update(login_sessions)
    .where(login_sessions.c.id == bindparam("id"))
    .values(last_used_at=bindparam("last_used_at"), idle_ends_at=bindparam("idle_ends_at"))
)
_now = bindparam("now", type_=Instant)
_LIST_SESSIONS = Statement(
    paged(
        _session.where(
            login_sessions.c.person_id == bindparam("person_id"),
            login_sessions.c.idle_ends_at > _now,
            login_sessions.c.ends_at > _now,
        ),
        login_sessions.c.created_at,
        login_sessions.c.id,
        descending=True,
    )
)


@frozen
class PostgresLoginSessions:
    """The login sessions of persons."""

    executor: Executor

    async def lock(self, person_id: PersonId) -> tuple[LoginSession, ...]:
        """Give all sessions of a person, and hold them until the transaction ends."""
        rows = await self.executor.rows(_LOCK_SESSIONS, person_id=person_id)
        return tuple(from_row(LoginSession, row) for row in rows)

    async def add(self, session: LoginSession, events: Iterable[OutboxEvent]) -> None:
        """Add a session."""
        await self.executor.rows(_ADD_SESSION, **to_row(session))
        await write_events(self.executor, events)

    async def remove(
        self, session_ids: Iterable[LoginSessionId], events: Iterable[OutboxEvent]
    ) -> None:
        """End sessions."""
        await self.executor.rows(_REMOVE_SESSIONS, ids=list(session_ids))
        await write_events(self.executor, events)

    async def by_digest(self, digest: bytes) -> LoginSession | None:
        """Give the session of a token, unless its person may not act."""
        row = await self.executor.row(_BY_DIGEST, digest=digest)
        return None if row is None else from_row(LoginSession, row)

    async def touch(self, session: LoginSession) -> None:
        """Note when a session was used, unless it has ended meanwhile."""
        await self.executor.rows(
            _TOUCH,
            id=session.id,
            last_used_at=session.last_used_at,
            idle_ends_at=session.idle_ends_at,
        )

    async def page(
        self, person_id: PersonId, now: datetime, after: Position | None, limit: int
    ) -> Page[LoginSession]:
        """Give the sessions that live, the newest first."""
        rows = await self.executor.rows(
            _LIST_SESSIONS, **window(after, limit), person_id=person_id, now=now
        )
        items = [from_row(LoginSession, row) for row in rows]
        return page(items, [Position(item.created_at, item.id) for item in items], limit)
