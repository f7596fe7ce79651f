"""What is kept of referrals."""

from datetime import datetime

from attrs import frozen

from adapters.memory.billing_tables import BillingTables
from adapters.memory.table import Table
from application.referrals.ports import Trace
from domain.referrals.codes import ReferralCode
from domain.referrals.milestones import Claim, MilestoneReward
from domain.referrals.referrals import Held, Qualified, Referral, Rejected, Reversed
from domain.shared.ids import PersonId, ReferralId, ReferralRewardId


@frozen
class TraceRow:
    """What a person can be known again by."""

    person_id: PersonId
    trace: Trace


@frozen
class PayerRow:
    """When a person first paid."""

    person_id: PersonId
    first_paid_at: datetime


def referee_of(referral: Referral) -> PersonId | None:
    """Give who came by a referral, if somebody did."""
    found: PersonId | None = getattr(referral, "referee_id", None)
    return found


def is_counted(referral: Referral, at: datetime) -> bool:
    """Tell whether a referral has a purchase that was not rejected or reversed by an instant."""
    match referral:
        case Reversed():
            return referral.reversed_at > at
        case Rejected():
            return referral.purchase is not None and referral.rejected_at > at
        case Held() | Qualified():
            return referral.purchase is not None
        case _:
            return False


class ReferralTables(BillingTables):
    """The tables of referrals, beside those before them; all empty at first."""

    def __init__(self) -> None:
        super().__init__()
        self.referral_codes: Table[str, ReferralCode] = Table(
            self.note,
            lambda code: code.code,
            unique={"active": lambda code: None if code.deactivated_at else code.person_id},
            groups={"person": lambda code: (code.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.referrals: Table[ReferralId, Referral] = Table(
            self.note,
            lambda referral: referral.id,
            unique={"token": lambda referral: referral.token, "referee": referee_of},
            groups={"referrer": lambda referral: (referral.referrer_id,)},
            references={
                "referrer": (self.persons, lambda row: (row.referrer_id,)),
                "who_came": (
                    self.persons,
                    lambda row: () if referee_of(row) is None else (referee_of(row),),
                ),
            },
            checks={"another_person": lambda row: row.referrer_id != referee_of(row)},
        )
        self.referral_traces: Table[tuple[PersonId, Trace], TraceRow] = Table(
            self.note,
            lambda row: (row.person_id, row.trace),
            groups={
                "person": lambda row: (row.person_id,),
                "trace": lambda row: (row.trace,),
            },
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.referral_payers: Table[PersonId, PayerRow] = Table(
            self.note,
            lambda row: row.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.referral_rewards: Table[ReferralRewardId, MilestoneReward] = Table(
            self.note, lambda reward: reward.id
        )
        self.referral_claims: Table[tuple[PersonId, ReferralRewardId], Claim] = Table(
            self.note,
            lambda claim: (claim.person_id, claim.reward_id),
            groups={"person": lambda claim: (claim.person_id,)},
            references={
                "person": (self.persons, lambda row: (row.person_id,)),
                "reward": (self.referral_rewards, lambda row: (row.reward_id,)),
            },
        )
