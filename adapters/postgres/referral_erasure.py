"""What is erased of referrals, on PostgreSQL."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    literal_column,
    null,
    or_,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres import tables
from adapters.postgres.executor import Executor, Statement
from domain.shared.ids import PersonId

_codes, _referrals = tables.referral_codes, tables.referrals
_traces, _outbox = tables.referral_traces, tables.outbox
_person = bindparam("person_id", type_=Uuid)
_NO_TEXT: ColumnElement[str] = literal_column("''")
_NOTHING: ColumnElement[str] = literal_column("'{}'::jsonb")
_NO_CODE: ColumnElement[str] = literal_column("""'{"code": ""}'::jsonb""")
_NO_REASON: ColumnElement[str] = literal_column("""'{"why": ""}'::jsonb""")

# The version rises, so that nobody writes back what was read before.
_BLANK_MADE = Statement(
    update(_referrals)
    .where(_referrals.c.referrer_id == _person)
    .values(token=null(), metadata=_NOTHING, version=_referrals.c.version + 1)
)
_BLANK_REVIEWS = Statement(
    update(_referrals)
    .where(
        or_(_referrals.c.referrer_id == _person, _referrals.c.referee_id == _person),
        _referrals.c.review_why.is_not(None),
    )
    .values(review_why=_NO_TEXT, version=_referrals.c.version + 1)
    .returning(_referrals.c.id, _referrals.c.referrer_id)
)
_BLANK_TOLD_REVIEWS = Statement(
    update(_outbox)
    .where(
        _outbox.c.person_id == any_(bindparam("referrers", type_=ARRAY(Uuid))),
        _outbox.c.type == "referral_reviewed",
        as_type(_outbox.c.data.op("->>")("referral_id"), Text)
        == any_(bindparam("referrals", type_=ARRAY(Text))),
    )
    .values(data=_outbox.c.data.op("||")(_NO_REASON))
)
_BLANK_TOLD_CODES = Statement(
    update(_outbox)
    .where(
        _outbox.c.person_id == _person,
        or_(_outbox.c.type == "referral_code_made", _outbox.c.type == "referral_code_deactivated"),
    )
    .values(data=_outbox.c.data.op("||")(_NO_CODE))
)
_ERASE = (
    _BLANK_MADE,
    _BLANK_TOLD_CODES,
    Statement(delete(_codes).where(_codes.c.person_id == _person)),
    Statement(delete(_traces).where(_traces.c.person_id == _person)),
)


@frozen
class PostgresReferralData:
    """What referrals hold of persons; the ledger of what was paid stays, with their ids."""

    executor: Executor

    async def erase(self, person_id: PersonId, at: datetime) -> None:  # noqa: ARG002 - as the port
        """Erase it for a locked person."""
        for statement in _ERASE:
            await self.executor.rows(statement, person_id=person_id)
        reviewed = await self.executor.rows(_BLANK_REVIEWS, person_id=person_id)
        await self.executor.rows(
            _BLANK_TOLD_REVIEWS,
            referrers=[row["referrer_id"] for row in reviewed],
            referrals=[str(row["id"]) for row in reviewed],
        )
