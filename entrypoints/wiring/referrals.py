"""The use cases of referrals."""

import secrets
from typing import assert_never
from uuid import UUID, uuid5

from attrs import frozen
from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Object, Singleton

from application.billing.change_account_credit import CreditChanger
from application.billing.give_pass import GivePass
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
from application.referrals.judge_redemption import JudgeRedemption, RedemptionJudge
from application.referrals.make_code import DeactivateReferralCode, MakeReferralCode
from application.referrals.queries import ReferralAnalytics, ReferralQueries
from application.referrals.reactions import ApplyClaims, FollowPayments
from application.referrals.read_tree import ReadTree
from application.referrals.redeem_referral import RedeemReferral
from application.referrals.review_referral import ReviewReferral
from application.referrals.settle_referrals import SettleDueReferrals, SettleReferral
from application.referrals.weigh_signals import SignalWeigher
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.video.change_credits import GrantVideoCredits
from domain.billing.account_credit_commands import GrantCredit, TakeBackCredit
from domain.billing.catalogue import PassItem
from domain.billing.events import CreditSource
from domain.referrals.codes import ALPHABET, CODE_CHARACTERS
from domain.referrals.milestones import Claim, RewardType
from domain.shared.ids import PaymentId, PersonId
from domain.shared.money import Money
from domain.shared.tiers import Tier

_TOKEN_BYTES = 16

_GIVEN = UUID("c0e5b1f6-5d0a-4a76-9a3e-4f0d4c0f6b27")


def new_code() -> str:
    """Give the characters of a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))


def new_token() -> str:
    """Give the token of an invite, which nobody can guess."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


class NoFamilies:
    """Nobody is of a family, as no context knows of families."""

    async def between(self, one: PersonId, other: PersonId) -> bool:  # noqa: ARG002 - as the port
        """Tell that they are not of one."""
        return False


@frozen
class ReferralCredit:
    """Pays rewards to account credit, and takes them back from there."""

    change: CreditChanger

    async def grant(self, person_id: PersonId, amount: Money, key: str, reason: str) -> None:
        """Give a person credit; a key is given for once."""
        command = GrantCredit(source=CreditSource.REFERRAL, key=key, amount=amount.amount_minor)
        await self.change(person_id, amount.currency, command, reason)

    async def take_back(self, person_id: PersonId, amount: Money, key: str, reason: str) -> int:
        """Take credit back, and give how much of it the person had used and owes now.

        What they owed before is no part of it.
        """
        command = TakeBackCredit(source=CreditSource.REFERRAL, key=key)
        left = await self.change(person_id, amount.currency, command, reason)
        owed_before = max(0, -left.account.balance - amount.amount_minor)
        return left.account.owed - owed_before


@frozen
class RewardGivers:
    """Gives milestone rewards, each in the context whose it is."""

    grant_video_credits: GrantVideoCredits
    give_pass: GivePass
    rulebook: Rulebook

    async def give(self, claim: Claim) -> None:
        """Give what was claimed."""
        match claim.type:
            case RewardType.CREDITS:
                await self._grant_credits(claim.person_id, int(claim.value["credits"]))
            case RewardType.PREMIUM_DAYS:
                payment_id = PaymentId(uuid5(_GIVEN, f"{claim.person_id}:{claim.reward_id}"))
                days = PassItem(tier=Tier.PREMIUM, days=int(claim.value["days"]))
                await self.give_pass(claim.person_id, payment_id, days)
            case RewardType.DISCOUNT | RewardType.BADGE:
                # To have it claimed is to have it: quotes look for claimed discounts.
                pass
            case _:
                assert_never(claim.type)

    async def _grant_credits(self, person_id: PersonId, credit: int) -> None:
        """Grant credits, however few may be granted at once."""
        at_once = self.rulebook.policies.video.video_messages.largest_grant
        for granted in range(0, credit, at_once):
            some = min(at_once, credit - granted)
            await self.grant_video_credits(person_id, some, "Referral reward")


class Referrals(DeclarativeContainer):
    """Factories of the use cases of referrals."""

    ports = DependenciesContainer()
    video = DependenciesContainer()
    shop = DependenciesContainer()
    billing = DependenciesContainer()

    families = Singleton(NoFamilies)
    account_credits = Singleton(ReferralCredit, change=shop.change_credit)
    weigh = Singleton(
        SignalWeigher,
        traces=ports.referral_traces,
        families=families,
        book=ports.referral_book,
        pepper=ports.pepper,
        rulebook=ports.rulebook,
    )
    change = Singleton(
        ReferralChanger,
        referrals=ports.referrals,
        credits=account_credits,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    end_hold = Singleton(
        HoldEnder,
        parties=ports.referral_parties,
        book=ports.referral_book,
        traces=ports.referral_traces,
        change=change,
    )
    reaction = Singleton(
        FollowPayments,
        parties=ports.referral_parties,
        referrals=ports.referrals,
        payers=ports.referral_payers,
        traces=ports.referral_traces,
        weigh=weigh,
        change=change,
        end_hold=end_hold,
    )
    drain = Singleton(
        Drain, transactions=ports.transactions, pending=ports.reactions, reaction=reaction
    )
    givers = Singleton(
        RewardGivers,
        grant_video_credits=video.grant_video_credits,
        give_pass=billing.give_pass,
        rulebook=ports.rulebook,
    )
    apply_claim = Singleton(
        ApplyClaim,
        parties=ports.referral_parties,
        claims=ports.referral_claims,
        giver=givers,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    apply_claims = Singleton(ApplyClaims, apply=apply_claim)
    apply_waiting_claims = Singleton(
        ApplyWaitingClaims,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        claims=ports.referral_claims,
        apply=apply_claim,
    )
    drain_claims = Singleton(
        Drain, transactions=ports.transactions, pending=ports.reactions, reaction=apply_claims
    )
    make_code = Factory(
        MakeReferralCode,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        codes=ports.referral_codes,
        clock=ports.clock,
        new_id=ports.new_id,
        new_code=Object(new_code),
        rulebook=ports.rulebook,
    )
    deactivate_code = Factory(
        DeactivateReferralCode,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        codes=ports.referral_codes,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    invite_person = Factory(
        InvitePerson,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        referrals=ports.referrals,
        book=ports.referral_book,
        clock=ports.clock,
        new_id=ports.new_id,
        new_token=Object(new_token),
        rulebook=ports.rulebook,
    )
    judge = Singleton(
        RedemptionJudge,
        codes=ports.referral_codes,
        referrals=ports.referrals,
        payers=ports.referral_payers,
        past_persons=ports.erasures,
        weigh=weigh,
        rulebook=ports.rulebook,
    )
    judge_redemption = Factory(
        JudgeRedemption,
        parties=ports.referral_parties,
        book=ports.referral_book,
        judge=judge,
        drain=drain,
        clock=ports.clock,
    )
    redeem_referral = Factory(
        RedeemReferral,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        referrals=ports.referrals,
        book=ports.referral_book,
        traces=ports.referral_traces,
        judge=judge,
        drain=drain,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    settle_referral = Singleton(
        SettleReferral,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        referrals=ports.referrals,
        end_hold=end_hold,
        change=change,
        drain=drain,
        clock=ports.clock,
    )
    settle_due = Singleton(
        SettleDueReferrals, settle=settle_referral, due=ports.due_referrals, clock=ports.clock
    )
    review_referral = Factory(
        ReviewReferral,
        transactions=ports.transactions,
        referrals=ports.referrals,
        change=change,
        settle=settle_referral,
    )
    publish_reward = Factory(
        PublishReward,
        transactions=ports.transactions,
        rewards=ports.milestone_rewards,
        clock=ports.clock,
    )
    change_reward = Factory(
        ChangeReward, transactions=ports.transactions, rewards=ports.milestone_rewards
    )
    claim_reward = Factory(
        ClaimReward,
        transactions=ports.transactions,
        parties=ports.referral_parties,
        rewards=ports.milestone_rewards,
        claims=ports.referral_claims,
        records=ports.referral_records,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    queries = Factory(
        ReferralQueries,
        parties=ports.referral_parties,
        codes=ports.referral_codes,
        referrals=ports.referrals,
        book=ports.referral_book,
        records=ports.referral_records,
        rewards=ports.milestone_rewards,
        claims=ports.referral_claims,
        drain=drain,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    read_tree = Factory(ReadTree, parties=ports.referral_parties, records=ports.referral_records)
    analytics = Factory(ReferralAnalytics, figures=ports.referral_figures, clock=ports.clock)
