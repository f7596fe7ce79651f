"""The use cases of referrals on the stores under test, and payments as billing tells of them."""

import secrets
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import attrs
from attrs import define, field
from uuid_utils.compat import uuid7

from application.referrals.change_referral import ReferralChanger
from application.referrals.claim_reward import (
    ApplyClaim,
    ApplyWaitingClaims,
    ChangeReward,
    ClaimReward,
    PublishReward,
)
from application.referrals.end_hold import HoldEnder
from application.referrals.invite_person import InvitePerson
from application.referrals.judge_redemption import (
    JudgeRedemption,
    RedeemRequest,
    RedemptionJudge,
)
from application.referrals.make_code import DeactivateReferralCode, MakeReferralCode
from application.referrals.ports import ReferralTotals
from application.referrals.queries import ReferralQueries
from application.referrals.reactions import ApplyClaims, FollowPayments
from application.referrals.redeem_referral import Redeemed, RedeemReferral
from application.referrals.review_referral import ReviewReferral
from application.referrals.settle_referrals import SettleDueReferrals, SettleReferral
from application.referrals.weigh_signals import SignalWeigher
from application.shared.jobs import Job, StoredJob, first_state
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from domain.billing.events import PaymentChargedBack, PaymentRefunded, PaymentSettled
from domain.identity.persons import Person
from domain.referrals.codes import ALPHABET, CODE_CHARACTERS, ReferralCode
from domain.referrals.milestones import Claim
from domain.shared.errors import UnavailableError
from domain.shared.events import Event
from domain.shared.ids import PaymentId, PersonId
from domain.shared.money import Money
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.values import PEPPER, RULEBOOK, START

_SECOND = timedelta(seconds=1)
_job = first_state(Job(kind="settle_referrals", key="test", at=START), uuid7())
_place = count()


def a_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))


@define
class Credits:
    """Account credit as billing keeps it: a line for each key, and what was used of it."""

    granted: dict[str, tuple[PersonId, Money]] = field(factory=dict)
    taken: dict[str, int] = field(factory=dict)
    used: dict[PersonId, int] = field(factory=dict)

    async def grant(self, person_id: PersonId, amount: Money, key: str, reason: str) -> None:
        assert reason == "referral_reward"
        assert self.granted.setdefault(key, (person_id, amount)) == (person_id, amount)

    async def take_back(self, person_id: PersonId, amount: Money, key: str, reason: str) -> int:
        assert reason == "referral_reward_reversed"
        assert self.granted[key] == (person_id, amount)
        used = min(self.used.get(person_id, 0), amount.amount_minor)
        return self.taken.setdefault(key, used)

    def of(self, person_id: PersonId) -> list[int]:
        return [money.amount_minor for who, money in self.granted.values() if who == person_id]


@define
class Giver:
    """A context that milestone rewards belong to."""

    away: bool = False
    given: list[Claim] = field(factory=list)

    async def give(self, claim: Claim) -> None:
        if self.away:
            raise UnavailableError("There is nobody to give it.")
        self.given.append(claim)


class NoFamilies:
    async def between(self, one: PersonId, other: PersonId) -> bool:
        return False


@define
class Family:
    """Everyone is of one."""

    async def between(self, one: PersonId, other: PersonId) -> bool:
        return True


@define
class Programme:
    """All use cases of referrals, with what they pay to."""

    stores: Stores
    credits: Any = field(factory=Credits)
    giver: Giver = field(factory=Giver)
    families: NoFamilies | Family = field(factory=NoFamilies)
    rulebook: Rulebook = RULEBOOK

    @property
    def change(self) -> ReferralChanger:
        return ReferralChanger(
            self.stores.referrals.referrals, self.credits, self.stores.clock, uuid7, self.rulebook
        )

    @property
    def weigh(self) -> SignalWeigher:
        ports = self.stores.referrals
        return SignalWeigher(ports.traces, self.families, ports.book, PEPPER, self.rulebook)

    @property
    def end_hold(self) -> HoldEnder:
        ports = self.stores.referrals
        return HoldEnder(ports.parties, ports.book, ports.traces, self.change)

    @property
    def drain(self) -> Drain:
        ports = self.stores.referrals
        reaction = FollowPayments(
            ports.parties,
            ports.referrals,
            ports.payers,
            ports.traces,
            self.weigh,
            self.change,
            self.end_hold,
        )
        return Drain(self.stores.transactions, self.stores.pending, reaction)

    @property
    def drain_claims(self) -> Drain:
        return Drain(self.stores.transactions, self.stores.pending, ApplyClaims(self.apply_claim))

    @property
    def apply_claim(self) -> ApplyClaim:
        ports = self.stores.referrals
        return ApplyClaim(
            ports.parties, ports.claims, self.giver, self.stores.clock, uuid7, self.rulebook
        )

    async def apply_waiting(self) -> None:
        ports = self.stores.referrals
        await ApplyWaitingClaims(
            self.stores.transactions, ports.parties, ports.claims, self.apply_claim
        )(_job)

    @property
    def make_code(self) -> MakeReferralCode:
        ports = self.stores.referrals
        return MakeReferralCode(
            self.stores.transactions,
            ports.parties,
            ports.codes,
            self.stores.clock,
            uuid7,
            a_code,
            self.rulebook,
        )

    @property
    def deactivate_code(self) -> DeactivateReferralCode:
        ports = self.stores.referrals
        return DeactivateReferralCode(
            self.stores.transactions,
            ports.parties,
            ports.codes,
            self.stores.clock,
            uuid7,
            self.rulebook,
        )

    @property
    def invite(self) -> InvitePerson:
        ports = self.stores.referrals
        return InvitePerson(
            self.stores.transactions,
            ports.parties,
            ports.referrals,
            ports.book,
            self.stores.clock,
            uuid7,
            lambda: secrets.token_urlsafe(16),
            self.rulebook,
        )

    @property
    def judge(self) -> RedemptionJudge:
        ports = self.stores.referrals
        return RedemptionJudge(
            ports.codes,
            ports.referrals,
            ports.payers,
            self.stores.erasures,
            self.weigh,
            self.rulebook,
        )

    @property
    def would(self) -> JudgeRedemption:
        ports = self.stores.referrals
        return JudgeRedemption(ports.parties, ports.book, self.judge, self.drain, self.stores.clock)

    @property
    def redeem(self) -> RedeemReferral:
        ports = self.stores.referrals
        return RedeemReferral(
            self.stores.transactions,
            ports.parties,
            ports.referrals,
            ports.book,
            ports.traces,
            self.judge,
            self.drain,
            self.stores.clock,
            uuid7,
            self.rulebook,
        )

    @property
    def settle(self) -> SettleReferral:
        ports = self.stores.referrals
        return SettleReferral(
            self.stores.transactions,
            ports.parties,
            ports.referrals,
            self.end_hold,
            self.change,
            self.drain,
            self.stores.clock,
        )

    @property
    def review(self) -> ReviewReferral:
        return ReviewReferral(
            self.stores.transactions, self.stores.referrals.referrals, self.change, self.settle
        )

    @property
    def queries(self) -> ReferralQueries:
        ports = self.stores.referrals
        return ReferralQueries(
            ports.parties,
            ports.codes,
            ports.referrals,
            ports.book,
            ports.records,
            ports.rewards,
            ports.claims,
            self.drain,
            self.stores.clock,
            self.rulebook,
        )

    @property
    def publish(self) -> PublishReward:
        ports = self.stores.referrals
        return PublishReward(self.stores.transactions, ports.rewards, self.stores.clock)

    @property
    def change_reward(self) -> ChangeReward:
        return ChangeReward(self.stores.transactions, self.stores.referrals.rewards)

    @property
    def claim(self) -> ClaimReward:
        ports = self.stores.referrals
        return ClaimReward(
            self.stores.transactions,
            ports.parties,
            ports.rewards,
            ports.claims,
            ports.records,
            self.stores.clock,
            uuid7,
            self.rulebook,
        )

    async def settle_due(self, job: StoredJob = _job) -> None:
        await SettleDueReferrals(self.settle, self.stores.referrals.due, self.stores.clock)(job)

    async def wait(self, time: timedelta) -> datetime:
        return await self.stores.clock.move_to(await self.stores.clock.now() + time)

    async def code_of(self, person: Person) -> ReferralCode:
        code, _ = await self.make_code(person.id)
        return code

    async def comes(self, code: ReferralCode, person: Person, **more: str) -> Redeemed:
        return await self.redeem(RedeemRequest(person_id=person.id, code=code.code, **more))

    async def a_referee(self, code: ReferralCode, **changes: object) -> Person:
        """Somebody who came by a code a moment after they signed up."""
        person = await given.a_person(
            self.stores, registered_at=await self.stores.clock.now(), **changes
        )
        redeemed = await self.comes(code, person)
        assert redeemed.judgement.outcome == "accepted", redeemed.judgement.signs
        return person

    async def tells(self, person: Person, event: Event) -> None:
        """Billing tells of something; nobody has looked at it yet."""
        known = await given.the_person(self.stores, person)
        await self.stores.persons.save(known, known, values.outgoing(event))

    async def pays(
        self,
        person: Person,
        amount: int = 49_900,
        currency: str = "INR",
        *,
        at: datetime | None = None,
        fingerprint: str | None = None,
        plan: timedelta | None = None,
    ) -> PaymentId:
        """A purchase settles, and is told of."""
        payment_id = PaymentId(uuid7())
        settled_at = at or await self.stores.clock.now() + next(_place) * timedelta(microseconds=1)
        await self.tells(
            person,
            PaymentSettled(
                at=settled_at,
                person_id=person.id,
                policy_version="test",
                payment_id=payment_id,
                item_key="plus_monthly",
                item_kind="subscription",
                amount_minor=amount,
                currency=currency,
                credit_applied_minor=0,
                settled_at=settled_at,
                fingerprint=fingerprint,
                plan_ends_at=None if plan is None else settled_at + plan,
            ),
        )
        return payment_id

    async def gets_back(
        self,
        person: Person,
        payment_id: PaymentId,
        *,
        charged_back: bool = False,
        taken_in: bool = True,
        at: datetime | None = None,
    ) -> None:
        """A purchase is refunded, or charged back, perhaps earlier than we hear of it."""
        now = await self.stores.clock.now()
        own_time = now if at is None else at
        refunded = PaymentRefunded(
            at=now,
            person_id=person.id,
            policy_version="test",
            payment_id=payment_id,
            item_key="plus_monthly",
            item_kind="subscription",
            amount_minor=49_900,
            currency="INR",
            refunded_minor=49_900,
            in_full=True,
            refunded_at=own_time,
        )
        event: Event = refunded
        if charged_back:
            same = {
                name: getattr(refunded, name)
                for name in attrs.fields_dict(PaymentChargedBack)
                if name != "charged_back_at"
            }
            event = PaymentChargedBack(**same, charged_back_at=own_time)
        await self.tells(person, event)
        if taken_in:
            await self.drain(person.id)

    async def totals(self, person: Person) -> ReferralTotals:
        return await self.stores.referrals.records.totals(person.id)
