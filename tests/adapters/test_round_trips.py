"""What goes into PostgreSQL comes out of it again, for any value of any aggregate."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, get_args, get_type_hints
from uuid import UUID

import attrs
import pytest
import pytest_asyncio
from cattrs.errors import ForbiddenExtraKeysError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, MetaData, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from adapters.memory.rows import TotalsRow
from adapters.postgres import tables
from adapters.postgres.achievements import (
    AchievementRow,
    AwardRow,
    achievement_from_row,
    achievement_to_row,
    award_from_row,
    award_to_row,
)
from adapters.postgres.codec import RowMismatchError, columns_for, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.kept_grants import KeptGrantsRow, grants_from_row, grants_to_row
from adapters.postgres.payment_rows import (
    PaymentRow,
    payment_from_row,
    payment_to_row,
    subscription_from_row,
    subscription_to_row,
)
from adapters.postgres.persona_rows import (
    CompanionSessionRow,
    LatestSummaryRow,
    OwnPersonaRow,
    latest_from_row,
    latest_to_row,
    own_from_row,
    own_to_row,
    version_from_row,
    version_to_row,
)
from adapters.postgres.persona_rows import session_from_row as companion_session_from_row
from adapters.postgres.persona_rows import session_to_row as companion_session_to_row
from adapters.postgres.quotes import QuoteRow, quote_from_row, quote_to_row
from adapters.postgres.referral_rows import (
    REFERRAL_STATES,
    claim_from_row,
    claim_to_row,
    referral_from_row,
    referral_to_row,
    reward_from_row,
    reward_to_row,
)
from adapters.postgres.streaks import streak_from_row, streak_to_row
from adapters.postgres.usage import (
    SESSION_STATES,
    period_from_row,
    period_to_row,
    session_from_row,
    session_to_row,
)
from adapters.postgres.video import STATES, call_from_row, call_to_row
from adapters.postgres.video_messages import STATES as VIDEO_MESSAGE_STATES
from adapters.postgres.video_messages import video_message_from_row, video_message_to_row
from domain.achievements.awards import Award
from domain.achievements.definitions import Achievement
from domain.achievements.metrics import METRICS
from domain.achievements.requirements import AllOf, AtLeast, Condition
from domain.billing.catalogue import (
    BillingCycle,
    Item,
    PassItem,
    SecondsItem,
    SubscriptionItem,
    VideoCreditsItem,
)
from domain.billing.entitlements import PersonGrants
from domain.billing.payments import Payment
from domain.billing.quotes import LineKind, Quote, QuoteLine
from domain.billing.subscriptions import ProviderRefs, Subscription, TierGrant
from domain.identity.blocks import Block
from domain.personas.confidence import MOST_CONFIDENCE
from domain.personas.growth import LatestSummary
from domain.personas.merge import Summary
from domain.personas.personas import (
    HIGHEST_PLACE,
    LEAST_PLACE,
    Baseline,
    OwnPersona,
    Persona,
    PersonaVersion,
    Slider,
    Sliders,
)
from domain.personas.sessions import (
    CompanionSession,
    EndedCompanionSession,
    OpenCompanionSession,
)
from domain.referrals.kinds import Purchase, Review
from domain.referrals.milestones import Claim, MilestoneReward, RewardType
from domain.referrals.referrals import Referral
from domain.shared.money import Money
from domain.shared.tiers import Tier
from domain.streaks.streaks import Break, Credit, Streak
from domain.usage.periods import ClosedPeriod, OpenPeriod, Period
from domain.usage.sessions import Session
from domain.video.calls import Call
from domain.video.video_messages import VideoMessage
from tests.adapters.test_tables import STORED
from tests.domain import strategies
from tests.postgres import empty_database

_DDL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

SOME = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])

_PLAIN: dict[type[Any], st.SearchStrategy[Any]] = {
    str: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
    int: st.integers(0, 2**15 - 1),
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    UUID: st.uuids(),
    date: strategies.dates,
    datetime: strategies.instants,
    timedelta: st.timedeltas(timedelta(0), timedelta(days=9)),
}


def of_type(kind: object) -> st.SearchStrategy[Any]:
    if isinstance(kind, type) and kind in _PLAIN:
        return _PLAIN[kind]
    if supertype := getattr(kind, "__supertype__", None):
        return of_type(supertype)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    first, *rest = get_args(kind)
    if rest == [...]:
        return st.lists(of_type(first), max_size=3).map(tuple)
    return st.none() | of_type(first)


def values_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{field.name: of_type(hints[field.name]) for field in attrs.fields(cls)})


def plain_fields(cls: type[Any], *others: str) -> dict[str, st.SearchStrategy[Any]]:
    hints = get_type_hints(cls)
    return {name: of_type(kind) for name, kind in hints.items() if name not in others}


def without_constraints(table: Table) -> Table:
    columns = [Column(column.name, column.type, nullable=column.nullable) for column in table.c]
    return Table(f"copy_of_{table.name}", MetaData(), *columns)


COPIES = {table: without_constraints(table) for table, _, _ in STORED}
for of_states in (
    tables.video_calls,
    tables.video_messages,
    tables.usage_sessions,
    tables.usage_periods,
    tables.referrals,
):
    COPIES[of_states] = without_constraints(of_states)


@pytest_asyncio.fixture(scope="session")
async def copies(database: str) -> AsyncIterator[Executor]:
    executor = Executor(await empty_database(database))
    await executor.open()
    async with executor.connections.lent() as connection:
        for copy in COPIES.values():
            await connection.execute(str(CreateTable(copy).compile(dialect=_DDL)))
    yield executor
    await executor.close()


async def through(executor: Executor, table: Table, row: dict[str, Any]) -> Row:
    copy = COPIES[table]
    await executor.rows(Statement(delete(copy)))
    write = insert(copy).values({name: bindparam(name) for name in row})
    await executor.rows(Statement(write), **row)
    read = await executor.row(Statement(select(*(copy.c[name] for name in row))))
    assert read is not None
    return read


WITH_JSON = {
    AchievementRow,
    AwardRow,
    KeptGrantsRow,
    PaymentRow,
    QuoteRow,
    TotalsRow,
    MilestoneReward,
    Claim,
    OwnPersonaRow,
    CompanionSessionRow,
}
OF_PARTS = {PersonaVersion, LatestSummaryRow}
PLAIN = [one for one in STORED if one[1] not in WITH_JSON | OF_PARTS]
"""All but those that hold JSON, whose text the database writes in its own way."""


@pytest.mark.parametrize(
    ("table", "cls", "extra"), PLAIN, ids=[str(table) for table, _, _ in PLAIN]
)
@given(data=st.data())
@SOME
async def test_a_value_comes_back(
    copies: Executor, table: Table, cls: type[Any], extra: set[str], data: st.DataObject
) -> None:
    value = data.draw(values_of(cls))
    others = [column for column in COPIES[table].c if column.name in extra]
    needed = {one.name: one.type.python_type("1") for one in others if not one.nullable}
    row = await through(copies, table, {**to_row(value), **needed})
    columns = [column.name for column in columns_for(table, cls)]
    assert from_row(cls, {name: row[name] for name in columns}) == value


@given(call=st.one_of(*map(values_of, STATES.values())))
@SOME
async def test_a_call_comes_back_in_its_state(copies: Executor, call: Call) -> None:
    row = await through(copies, tables.video_calls, call_to_row(call))
    assert call_from_row(row) == call


@given(message=st.one_of(*map(values_of, VIDEO_MESSAGE_STATES.values())))
@SOME
async def test_a_video_message_comes_back_in_its_state(
    copies: Executor, message: VideoMessage
) -> None:
    row = await through(copies, tables.video_messages, video_message_to_row(message))
    assert video_message_from_row(row) == message


metrics = st.sampled_from(sorted(METRICS))
leaves = st.builds(AtLeast, metrics, st.integers(0, 10**9))
texts = of_type(str)


@given(
    achievement=st.builds(
        Achievement,
        key=texts,
        name=texts,
        description=texts,
        icon_url=st.none() | texts,
        achievement_type=st.none() | texts,
        badge=st.none() | texts,
        points=st.integers(0, 10**6),
        requirements=leaves | st.builds(AllOf, st.tuples(leaves, leaves)),
        special_reward=st.none() | st.dictionaries(texts, texts | st.integers() | st.booleans()),
        published_at=strategies.instants,
        withdrawn_at=st.none() | strategies.instants,
    )
)
@SOME
async def test_an_achievement_comes_back(copies: Executor, achievement: Achievement) -> None:
    row = await through(copies, tables.achievements, achievement_to_row(achievement))
    assert achievement_from_row(row) == achievement


@given(
    award=st.builds(
        Award,
        key=texts,
        policy_version=texts,
        related_entity_type=st.none() | texts,
        points=st.integers(0, 10**6),
        earned_at=strategies.instants,
        inputs=st.lists(
            st.builds(
                Condition, metric=metrics, current=st.integers(0, 99), needed=st.integers(0, 99)
            ),
            max_size=3,
        ).map(tuple),
        displayed_at=st.none() | strategies.instants,
        celebrated_at=st.none() | strategies.instants,
        social_context=st.none() | st.dictionaries(texts, texts),
    )
)
@SOME
async def test_an_award_comes_back(copies: Executor, award: Award) -> None:
    row = await through(copies, tables.achievement_awards, award_to_row(award))
    assert award_from_row(row) == award


def streaks() -> st.SearchStrategy[Streak]:
    parts = {"last": Credit, "broken": Break}
    hints = get_type_hints(Streak)
    plain = {name: of_type(kind) for name, kind in hints.items() if name not in parts}
    whole = {name: st.none() | values_of(cls) for name, cls in parts.items()}
    return st.builds(Streak, **plain, **whole)


@given(streak=streaks())
@SOME
async def test_a_streak_comes_back_with_its_parts(copies: Executor, streak: Streak) -> None:
    row = await through(copies, tables.streaks, streak_to_row(streak))
    assert streak_from_row(row) == streak


@given(session=st.one_of(*map(values_of, SESSION_STATES.values())))
@SOME
async def test_a_usage_session_comes_back_in_its_state(copies: Executor, session: Session) -> None:
    row = await through(copies, tables.usage_sessions, session_to_row(session))
    assert session_from_row(row) == session


@given(period=st.one_of(values_of(OpenPeriod), values_of(ClosedPeriod)))
@SOME
async def test_a_usage_period_comes_back_in_its_state(copies: Executor, period: Period) -> None:
    row = await through(copies, tables.usage_periods, period_to_row(period))
    assert period_from_row(row) == period


def referrals() -> st.SearchStrategy[Referral]:
    """Referrals in every state; a reward is in the currency of the purchase, as a row has one."""
    amounts = st.builds(Money, st.integers(0, 2**40), st.just("INR"))
    purchases = st.builds(
        Purchase,
        payment_id=st.uuids(),
        settled_at=strategies.instants,
        paid=amounts,
        plan_seconds=st.integers(0, 2**40),
    )
    special: dict[str, st.SearchStrategy[Any]] = {
        "metadata": st.dictionaries(texts, texts, max_size=3),
        "review": st.none() | values_of(Review),
        "referrer_reward": amounts,
        "referee_reward": amounts,
        "version": st.integers(1, 99),
    }

    def of_state(cls: type[Any]) -> st.SearchStrategy[Any]:
        hints = get_type_hints(cls)
        bought = purchases if hints.get("purchase") is Purchase else st.none() | purchases
        made = special | {"purchase": bought}
        return st.builds(
            cls,
            **{
                field.name: made[field.name] if field.name in made else of_type(hints[field.name])
                for field in attrs.fields(cls)
            },
        )

    return st.one_of(*map(of_state, REFERRAL_STATES.values()))


@given(referral=referrals())
@SOME
async def test_a_referral_comes_back_in_its_state(copies: Executor, referral: Referral) -> None:
    row = await through(copies, tables.referrals, referral_to_row(referral))
    assert referral_from_row(row) == referral


rewards = {
    "type": st.sampled_from(RewardType),
    "value": st.dictionaries(texts, texts | st.integers(0, 2**40), max_size=2),
}


@given(
    reward=st.builds(
        MilestoneReward,
        **rewards,
        name=texts,
        description=texts,
        required_referrals=st.integers(1, 99),
        valid_days=st.none() | st.integers(1, 99),
        created_at=strategies.instants,
    )
)
@SOME
async def test_a_milestone_comes_back(copies: Executor, reward: MilestoneReward) -> None:
    row = await through(copies, tables.referral_rewards, reward_to_row(reward))
    assert reward_from_row(row) == reward


@given(
    claim=st.builds(
        Claim,
        **rewards,
        policy_version=texts,
        claimed_at=strategies.instants,
        applied_at=st.none() | strategies.instants,
        expires_at=st.none() | strategies.instants,
    )
)
@SOME
async def test_a_claim_comes_back(copies: Executor, claim: Claim) -> None:
    row = await through(copies, tables.referral_reward_claims, claim_to_row(claim))
    assert claim_from_row(row) == claim


numbers = st.integers(1, 10**6)
paid_tiers = st.sampled_from([Tier.PLUS, Tier.PREMIUM])
items: st.SearchStrategy[Item] = st.one_of(
    st.builds(SubscriptionItem, paid_tiers, st.sampled_from(BillingCycle)),
    st.builds(PassItem, paid_tiers, st.integers(1, 366)),
    st.builds(VideoCreditsItem, numbers),
    st.builds(SecondsItem, numbers),
)
quote_lines = st.lists(
    st.builds(QuoteLine, st.sampled_from(LineKind), texts, st.integers(-(10**9), 10**9)), max_size=4
).map(tuple)


@given(
    quote=st.builds(Quote, item=items, lines=quote_lines, **plain_fields(Quote, "item", "lines"))
)
@SOME
async def test_a_quote_comes_back(copies: Executor, quote: Quote) -> None:
    row = await through(copies, tables.quotes, to_row(quote_to_row(quote)))
    assert quote_from_row(row) == quote


subscribed = st.builds(SubscriptionItem, paid_tiers, st.sampled_from(BillingCycle))


@given(
    payment=st.builds(
        Payment, item=items, lines=quote_lines, **plain_fields(Payment, "item", "lines", "reports")
    )
)
@SOME
async def test_a_payment_comes_back(copies: Executor, payment: Payment) -> None:
    row = await through(copies, tables.payments, payment_to_row(payment))
    assert payment_from_row(row, ()) == payment


@given(
    subscription=st.builds(
        Subscription,
        item=subscribed,
        next_item=st.none() | subscribed,
        refs=values_of(ProviderRefs),
        snapshot=st.none(),
        **plain_fields(Subscription, "item", "next_item", "refs", "snapshot"),
    )
)
@SOME
async def test_a_subscription_comes_back(copies: Executor, subscription: Subscription) -> None:
    row = await through(copies, tables.subscriptions, subscription_to_row(subscription))
    assert subscription_from_row(row) == subscription


@given(
    grants=st.builds(
        PersonGrants,
        grants=st.lists(values_of(TierGrant), max_size=3).map(tuple),
        **plain_fields(PersonGrants, "grants"),
    )
)
@SOME
async def test_kept_grants_come_back(copies: Executor, grants: PersonGrants) -> None:
    row = await through(copies, tables.kept_grants, to_row(grants_to_row(grants)))
    assert grants_from_row(row) == grants


places = st.integers(LEAST_PLACE, HIGHEST_PLACE)
sliders = st.builds(Sliders, **{slider.value: places for slider in Slider})
personas = st.builds(
    Persona, baseline=st.sampled_from(list(Baseline)), sliders=sliders, version=_PLAIN[int]
)
_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "persona": personas,
    "persona_snapshot": personas,
    "chosen": sliders,
    "sliders": sliders,
    "summary": values_of(Summary),
    "confidence": st.integers(0, MOST_CONFIDENCE),
}


def with_parts(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(
        cls, **{name: _PARTS[name] if name in _PARTS else of_type(hints[name]) for name in hints}
    )


@given(own=with_parts(OwnPersona))
@SOME
async def test_a_persona_comes_back(copies: Executor, own: OwnPersona) -> None:
    assert own_from_row(await through(copies, tables.personas, own_to_row(own))) == own


@given(version=with_parts(PersonaVersion))
@SOME
async def test_a_persona_version_comes_back(copies: Executor, version: PersonaVersion) -> None:
    row = await through(copies, tables.persona_versions, version_to_row(version))
    assert version_from_row(row) == version


@given(session=st.one_of(with_parts(OpenCompanionSession), with_parts(EndedCompanionSession)))
@SOME
async def test_a_session_with_a_companion_comes_back_in_its_state(
    copies: Executor, session: CompanionSession
) -> None:
    row = await through(copies, tables.companion_sessions, companion_session_to_row(session))
    assert companion_session_from_row(row) == session


@given(latest=with_parts(LatestSummary))
@SOME
async def test_what_is_known_comes_back(copies: Executor, latest: LatestSummary) -> None:
    row = await through(copies, tables.user_summary_latest, latest_to_row(latest))
    assert latest_from_row(row) == latest


@given(block=values_of(Block))
def test_a_row_that_lacks_a_field_is_refused(block: Block) -> None:
    row = to_row(block)
    del row["created_at"]
    with pytest.raises(RowMismatchError, match="created_at"):
        from_row(Block, row)


@given(block=values_of(Block))
def test_a_row_with_another_column_is_refused(block: Block) -> None:
    with pytest.raises(ForbiddenExtraKeysError):
        from_row(Block, {**to_row(block), "note": "hello"})
