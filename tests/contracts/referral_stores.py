"""The ports of referrals on each adapter."""

from attrs import frozen

from adapters.memory.referral_erasure import MemoryReferralData
from adapters.memory.referral_records import MemoryReferralFigures, MemoryReferralRecords
from adapters.memory.referral_traces import (
    MemoryClaims,
    MemoryDiscounts,
    MemoryMilestoneRewards,
    MemoryPayers,
    MemoryTraces,
)
from adapters.memory.referrals import (
    MemoryDueReferrals,
    MemoryParties,
    MemoryReferralBook,
    MemoryReferralCodes,
    MemoryReferrals,
)
from adapters.memory.store import MemoryStore
from adapters.postgres.executor import Executor
from adapters.postgres.referral_erasure import PostgresReferralData
from adapters.postgres.referral_records import PostgresReferralFigures, PostgresReferralRecords
from adapters.postgres.referral_traces import (
    PostgresClaims,
    PostgresDiscounts,
    PostgresMilestoneRewards,
    PostgresPayers,
    PostgresTraces,
)
from adapters.postgres.referrals import (
    PostgresDueReferrals,
    PostgresParties,
    PostgresReferralBook,
    PostgresReferralCodes,
    PostgresReferrals,
)
from application.identity.ports import PersonalData
from application.referrals.ports import (
    DueReferrals,
    Parties,
    Payers,
    ReferralBook,
    ReferralCodes,
    ReferralFigures,
    ReferralRecords,
    Referrals,
    Traces,
)
from application.referrals.reward_ports import Claims, Discounts, MilestoneRewards


@frozen(kw_only=True)
class ReferralStores:
    """The ports of referrals."""

    parties: Parties
    codes: ReferralCodes
    referrals: Referrals
    book: ReferralBook
    due: DueReferrals
    traces: Traces
    payers: Payers
    rewards: MilestoneRewards
    claims: Claims
    discounts: Discounts
    records: ReferralRecords
    figures: ReferralFigures
    personal_data: PersonalData


def memory_referrals(store: MemoryStore) -> ReferralStores:
    return ReferralStores(
        parties=MemoryParties(store),
        codes=MemoryReferralCodes(store),
        referrals=MemoryReferrals(store),
        book=MemoryReferralBook(store),
        due=MemoryDueReferrals(store),
        traces=MemoryTraces(store),
        payers=MemoryPayers(store),
        rewards=MemoryMilestoneRewards(store),
        claims=MemoryClaims(store),
        discounts=MemoryDiscounts(store),
        records=MemoryReferralRecords(store),
        figures=MemoryReferralFigures(store),
        personal_data=MemoryReferralData(store),
    )


def postgres_referrals(executor: Executor) -> ReferralStores:
    return ReferralStores(
        parties=PostgresParties(executor),
        codes=PostgresReferralCodes(executor),
        referrals=PostgresReferrals(executor),
        book=PostgresReferralBook(executor),
        due=PostgresDueReferrals(executor),
        traces=PostgresTraces(executor),
        payers=PostgresPayers(executor),
        rewards=PostgresMilestoneRewards(executor),
        claims=PostgresClaims(executor),
        discounts=PostgresDiscounts(executor),
        records=PostgresReferralRecords(executor),
        figures=PostgresReferralFigures(executor),
        personal_data=PostgresReferralData(executor),
    )
