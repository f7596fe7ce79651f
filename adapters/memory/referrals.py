"""Referrals and codes, in memory."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import reduce
from typing import cast

import attrs
from attrs import frozen

from adapters.memory.referral_tables import is_counted, referee_of
from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError
from adapters.person_views import party_of
from application.referrals.ports import Party
from application.shared.outbox import OutboxEvent
from application.shared.pages import Position
from application.shared.transaction import ConcurrentUpdateError
from domain.referrals.ancestry import root_of
from domain.referrals.codes import ReferralCode
from domain.referrals.commands import due_at
from domain.referrals.events import ReferralChange
from domain.referrals.kinds import Counted
from domain.referrals.referrals import Invited, Qualified, Referral, Rewarded, evolve
from domain.shared.ids import PersonId, ReferralId


@frozen
class MemoryParties:
    """The persons who refer and are referred."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> Party | None:
        """Give a person, if there is one of this id."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
        return None if person is None else party_of(person)

    async def lock(self, person_ids: Collection[PersonId]) -> Mapping[PersonId, Party]:
        """Give those of these persons that exist; whoever touches the store has it to themself."""
        async with self._store.access():
            found = [self._store.persons.get(person_id) for person_id in person_ids]
        return {person.id: party_of(person) for person in found if person is not None}


@frozen
class MemoryReferralCodes:
    """The codes."""

    _store: MemoryStore

    async def get(self, code: str) -> ReferralCode | None:
        """Give a code, whether or not it is active."""
        async with self._store.access():
            return self._store.referral_codes.get(code)

    async def active(self, person_id: PersonId) -> ReferralCode | None:
        """Give the one code of a person's that was not deactivated."""
        async with self._store.access():
            return self._store.referral_codes.by("active", person_id)

    async def add(self, code: ReferralCode, events: Iterable[OutboxEvent]) -> bool:
        """Add a code; give False, and write nothing, where the code exists already."""
        async with self._store.access():
            codes = self._store.referral_codes
            if code.code in codes or codes.by("active", code.person_id) is not None:
                return False
            codes.insert(code)
            self._store.publish(events)
            return True

    async def end(self, code: ReferralCode, events: Iterable[OutboxEvent]) -> None:
        """Keep that a code was deactivated."""
        async with self._store.access():
            known = self._store.referral_codes.get(code.code)
            if known is None or known.deactivated_at is not None:
                raise ConcurrentUpdateError
            self._store.referral_codes.put(code)
            self._store.publish(events)


@frozen
class MemoryReferrals:
    """The referrals, each by itself."""

    _store: MemoryStore

    async def get(self, referral_id: ReferralId) -> Referral | None:
        """Give a referral, if there is one of this id."""
        async with self._store.access():
            return self._store.referrals.get(referral_id)

    async def by_token(self, token: str) -> Referral | None:
        """Give the referral that an invite with this token began."""
        async with self._store.access():
            return self._store.referrals.by("token", token)

    async def of_referee(self, referee_id: PersonId) -> Referral | None:
        """Give the one referral by which a person came."""
        async with self._store.access():
            return self._store.referrals.by("referee", referee_id)

    async def record(
        self, before: Referral, events: Iterable[OutboxEvent], *, new: bool = False
    ) -> Referral:
        """Write what events make of a referral, and give it."""
        events = tuple(events)
        changes = [cast("ReferralChange", outgoing.event) for outgoing in events]
        after = reduce(evolve, changes, before)
        async with self._store.access():
            stored = self._store.referrals.get(before.id)
            if (None if stored is None else stored.version) != (None if new else before.version):
                raise ConcurrentUpdateError
            if not new:
                after = attrs.evolve(after, version=before.version + 1)
            self._put(after)
            self._store.publish(events)
        return after

    def _put(self, after: Referral) -> None:
        try:
            self._store.referrals.put(after)
        except ConstraintError as error:
            if error.constraint not in {"token", "referee"}:
                raise
            raise ConcurrentUpdateError from error


@frozen
class MemoryReferralBook:
    """The referrals of a referrer together."""

    _store: MemoryStore

    async def counted(self, referrer_id: PersonId, at: datetime) -> tuple[Counted, ...]:
        """Give the purchases that were not rejected or reversed by an instant."""
        async with self._store.access():
            rows = self._store.referrals.group("referrer", referrer_id)
        return tuple(
            Counted(
                place=cast("Qualified", row).purchase.place,
                rewarded=isinstance(row, Rewarded),
            )
            for row in rows
            if is_counted(row, at)
        )

    async def open_invites(self, referrer_id: PersonId) -> int:
        """Give how many invites nobody took up yet."""
        async with self._store.access():
            rows = self._store.referrals.group("referrer", referrer_id)
        return sum(isinstance(row, Invited) for row in rows)

    async def sign_ups_since(self, referrer_id: PersonId, since: datetime) -> int:
        """Give how many persons entered a code or token of the referrer's after an instant."""
        async with self._store.access():
            rows = self._store.referrals.group("referrer", referrer_id)
        times = (getattr(row, "redeemed_at", None) for row in rows)
        return sum(at is not None and at > since for at in times)

    async def root(self, person_id: PersonId) -> PersonId:
        """Give the first one of the chain that a person came by."""
        async with self._store.access():
            return root_of(person_id, _Referrers(self._store))


@frozen
class _Referrers(Mapping[PersonId, PersonId]):
    """By whom each person came, looked up as it is asked for."""

    _store: MemoryStore

    def __getitem__(self, person_id: PersonId) -> PersonId:
        referral = self._store.referrals.by("referee", person_id)
        if referral is None:
            raise KeyError(person_id)
        return referral.referrer_id

    def __iter__(self) -> Iterator[PersonId]:
        found = (referee_of(row) for row in self._store.referrals.all())
        return (person_id for person_id in found if person_id is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@frozen
class MemoryDueReferrals:
    """The referrals that time has something to do with."""

    _store: MemoryStore

    async def due(
        self, now: datetime, after: Position | None, limit: int
    ) -> tuple[tuple[datetime, ReferralId], ...]:
        """Give referrals that are due, the first one first, and when each was."""
        start = None if after is None else (after.at, after.id)
        found = sorted(
            place
            for place in await self._places()
            if place[0] <= now and (start is None or place > start)
        )
        return tuple(found[:limit])

    async def first_after(self, now: datetime) -> datetime | None:
        """Give when there is next something to do after an instant, if there is."""
        return min((at for at, _ in await self._places() if at > now), default=None)

    async def _places(self) -> list[tuple[datetime, ReferralId]]:
        async with self._store.access():
            rows = self._store.referrals.where(lambda row: due_at(row) is not None)
        return [(at, row.id) for row in rows if (at := due_at(row)) is not None]
