"""What must hold of referrals when the simulation is over, and everything is taken in."""

from collections.abc import AsyncIterator
from datetime import timedelta

from domain.referrals.milestones import RewardType
from tests.simulation.journal import Journal
from tests.simulation.kithkin import Simulated
from tests.simulation.referral_book import MINIMUM, ReferralBook

_LATE = timedelta(hours=12)


async def broken(journal: Journal, kithkin: Simulated, book: ReferralBook) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    for line in book.unsettled_money():
        yield line
    referrals = kithkin.kithkin.ports.referrals()
    for referral_id, log in book.referrals.items():
        kept = await referrals.get(referral_id)
        state = type(kept).__name__.lower().replace("signedup", "signed_up")
        if state != log.state:
            yield f"{referral_id} is kept as {state}, and was told to be {log.state}"
        if log.place is None or log.state not in {"held", "qualified", "rewarded"}:
            continue
        paid = book.shop.settled[log.place[1]]  # type: ignore[index]
        left = paid.amount_minor - book.shop.refunded[paid.payment_id]
        if paid.payment_id in book.shop.charged_back or left < MINIMUM[paid.currency]:
            yield f"{referral_id} is {log.state} for what was given back: {paid}"
        ends = log.hold_ends_at
        if log.state == "qualified" and ends is not None and ends + _LATE < journal.now:
            yield f"{referral_id} is held since {ends}"
    async for line in _broken_claims(journal, kithkin, book):
        yield line


async def _broken_claims(
    journal: Journal, kithkin: Simulated, book: ReferralBook
) -> AsyncIterator[str]:
    """What was claimed was told, and has reached whoever gives it."""
    for person, log in enumerate(journal.persons):
        person_id = kithkin.person(person)
        if log.erased:
            continue
        for claim in await kithkin.kithkin.ports.referral_claims().of(person_id):
            given = claim.type in {RewardType.CREDITS, RewardType.BADGE}
            if (claim.applied_at is not None) is not given:
                yield f"person {person} claimed, and it was not applied: {claim}"
            if (person_id, claim.reward_id) not in book.claimed:
                yield f"person {person} was never told to have {claim}"
