"""Referrals, to be read, and what they come to, in memory."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeGuard

from attrs import frozen

from adapters.memory.paging import paged
from adapters.memory.store import MemoryStore
from application.referrals.ports import FunnelStep, ReferralTotals, ReferrerFigures
from application.shared.pages import Page, Position
from domain.referrals.referrals import Held, Referral, Rewarded
from domain.referrals.views import ReferralState, state_of
from domain.shared.ids import PersonId
from domain.shared.money import Money

_PENDING = {ReferralState.INVITED, ReferralState.SIGNED_UP, ReferralState.HELD}


@frozen
class MemoryReferralRecords:
    """The referrals, to be read."""

    _store: MemoryStore

    async def made_by(
        self, referrer_id: PersonId, after: Position | None, limit: int
    ) -> Page[Referral]:
        """Give a person's referrals, the newest first."""
        async with self._store.access():
            rows = self._store.referrals.group("referrer", referrer_id)
        return paged(
            rows, lambda row: Position(row.invited_at, row.id), after, limit, newest_first=True
        )

    async def held(self, after: Position | None, limit: int) -> Page[Referral]:
        """Give the referrals that are held for review, the one that waits longest first."""
        async with self._store.access():
            rows = [row for row in self._store.referrals.all() if isinstance(row, Held)]
        found = paged(rows, lambda row: Position(_held_at(row), row.id), after, limit)
        return Page(tuple(found.items), found.last)

    async def totals(self, person_id: PersonId) -> ReferralTotals:
        """Give what a person's referrals add up to."""
        async with self._store.access():
            made = self._store.referrals.group("referrer", person_id)
            came = self._store.referrals.by("referee", person_id)
        states = Counter(state_of(row) for row in made)
        earned = [row.referrer_reward for row in made if _is_rewarded(row)]
        if came is not None and _is_rewarded(came):
            earned.append(came.referee_reward)
        return ReferralTotals(
            referral_count=states[ReferralState.REWARDED],
            referred_by=None if came is None else came.referrer_id,
            credits_earned=_by_currency(earned),
            pending=sum(states[state] for state in _PENDING),
            qualified=states[ReferralState.QUALIFIED],
        )


def _held_at(referral: Held) -> datetime:
    if referral.held_at is None:
        raise LookupError(f"referral {referral.id} is held and does not say since when")
    return referral.held_at


def _is_rewarded(referral: Referral) -> TypeGuard[Rewarded]:
    return state_of(referral) is ReferralState.REWARDED


def _by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    sums: Counter[str] = Counter()
    for amount in amounts:
        sums[amount.currency] += amount.amount_minor
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


@frozen
class MemoryReferralFigures:
    """What referrals come to, for the app."""

    _store: MemoryStore

    async def by_referrer(
        self, since: datetime, after: PersonId | None, limit: int
    ) -> tuple[ReferrerFigures, ...]:
        """Give the figures of referrers with invites since an instant, by their ids."""
        books: dict[PersonId, list[Referral]] = defaultdict(list)
        for row in await self._since(since):
            if after is None or row.referrer_id > after:
                books[row.referrer_id].append(row)
        return tuple(_figures(person, books[person]) for person in sorted(books)[:limit])

    async def funnel(self, since: datetime) -> tuple[FunnelStep, ...]:
        """Give the funnel of the invites since an instant."""
        steps: dict[tuple[str, str | None], list[Referral]] = defaultdict(list)
        for row in await self._since(since):
            steps[row.method.value, None if row.source is None else row.source.value].append(row)
        return tuple(
            FunnelStep(
                method=method,
                source=source,
                invited=len(rows),
                signed_up=sum(_signed_up_at(row) is not None for row in rows),
                purchased=sum(_settled_at(row) is not None for row in rows),
                rewarded=sum(_is_rewarded(row) for row in rows),
            )
            for (method, source), rows in sorted(
                steps.items(), key=lambda step: (step[0][0], step[0][1] or "")
            )
        )

    async def _since(self, since: datetime) -> list[Referral]:
        async with self._store.access():
            return self._store.referrals.where(lambda row: row.invited_at >= since)


def _figures(referrer_id: PersonId, rows: list[Referral]) -> ReferrerFigures:
    times = [
        settled - signed_up
        for row in rows
        if (settled := _settled_at(row)) is not None
        and (signed_up := _signed_up_at(row)) is not None
    ]
    return ReferrerFigures(
        referrer_id=referrer_id,
        referrals=len(rows),
        sign_ups=sum(_signed_up_at(row) is not None for row in rows),
        purchases=len(times),
        rewards=_by_currency(row.referrer_reward for row in rows if _is_rewarded(row)),
        mean_seconds_to_convert=(
            sum(times, timedelta()) // len(times) // timedelta(seconds=1) if times else None
        ),
    )


def _signed_up_at(referral: Referral) -> datetime | None:
    found: datetime | None = getattr(referral, "signed_up_at", None)
    return found


def _settled_at(referral: Referral) -> datetime | None:
    purchase = getattr(referral, "purchase", None)
    found: datetime | None = None if purchase is None else purchase.settled_at
    return found
