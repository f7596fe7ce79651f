"""Referrals on every store: from the code to the reward, and what comes back of it."""

from datetime import timedelta

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.referrals.invite_person import InviteRequest
from application.referrals.judge_redemption import RedeemRequest
from application.referrals.ports import ReferrerFigures
from application.shared.rulebook import Policies, Rulebook
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.persons import Person, PersonStatus
from domain.referrals.codes import NoActiveCodeError
from domain.referrals.events import (
    ReferralPurchased,
    ReferralRewarded,
)
from domain.referrals.invites import TooManyInvitesError
from domain.referrals.kinds import Method, Source, Verdict
from domain.referrals.policy import ReferralPolicy
from domain.referrals.redeeming import RedeemOutcome
from domain.referrals.referrals import (
    Expired,
    Held,
    Invited,
    Qualified,
    Referral,
    Rejected,
    Reversed,
    Rewarded,
    SignedUp,
)
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PaymentId
from domain.shared.money import Money
from tests.contracts import given, values
from tests.contracts.referrals import Family, Programme
from tests.contracts.stores import Stores
from tests.contracts.use_cases import erase_person
from tests.contracts.values import DAY, START

WEEK = 7 * DAY
HOUR = timedelta(hours=1)


@pytest.fixture
def programme(stores: Stores) -> Programme:
    return Programme(stores)


async def by(programme: Programme, person: Person) -> Referral:
    found = await programme.stores.referrals.referrals.of_referee(person.id)
    assert found is not None
    return found


async def test_a_person_has_one_code(programme: Programme) -> None:
    person = await given.a_person(programme.stores)
    with pytest.raises(NotFoundError):
        await programme.queries.code(person.id)
    first, made = await programme.make_code(person.id)
    again, made_again = await programme.make_code(person.id)
    assert (made, made_again) == (True, False)
    assert first == again == await programme.queries.code(person.id)
    other, replaced = await programme.make_code(person.id, START + DAY, replace=True)
    assert replaced
    assert other.code != first.code
    gone = await programme.stores.referrals.codes.get(first.code)
    assert gone is not None
    assert gone.deactivated_at == START
    await programme.wait(DAY)
    with pytest.raises(NotFoundError):
        await programme.queries.code(person.id)
    renewed, _ = await programme.make_code(person.id)
    assert renewed.code != other.code
    await programme.deactivate_code(person.id)
    with pytest.raises(NoActiveCodeError):
        await programme.deactivate_code(person.id)


async def test_a_code_is_nobody_elses(programme: Programme) -> None:
    one, other = await given.a_person(programme.stores), await given.a_person(programme.stores)
    code = await programme.code_of(one)
    taken = attrs.evolve(code, person_id=other.id)
    codes = programme.stores.referrals.codes

    async def work() -> tuple[bool, bool]:
        second = attrs.evolve(code, code="ABCDEFGH")
        return await codes.add(taken, ()), await codes.add(second, ())

    assert await programme.stores.transactions.run(work) == (False, False)


async def test_from_the_code_to_the_reward(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    assert isinstance(await by(programme, referee), SignedUp)
    await programme.wait(HOUR)
    await programme.pays(referee)
    await programme.drain(referee.id)
    qualified = await by(programme, referee)
    assert isinstance(qualified, Qualified)
    await programme.wait(WEEK)
    await programme.settle_due()
    rewarded = await by(programme, referee)
    # What settled a few microseconds later than the clock stood has its hold end so much later.
    if not isinstance(rewarded, Rewarded):
        await programme.wait(HOUR)
        await programme.settle_due()
        rewarded = await by(programme, referee)
    assert isinstance(rewarded, Rewarded)
    assert rewarded.referrer_reward == Money(10_000, "INR")
    assert programme.credits.of(referrer.id) == [10_000]
    assert programme.credits.of(referee.id) == [5_000]
    assert await programme.stores.referrals.referrals.get(rewarded.id) == rewarded
    await programme.settle_due()
    assert programme.credits.of(referrer.id) == [10_000]
    totals = await programme.totals(referrer)
    assert (totals.referral_count, totals.referred_by) == (1, None)
    assert totals.credits_earned == (Money(10_000, "INR"),)
    assert (await programme.totals(referee)).referred_by == referrer.id
    told = [
        out.event
        for out in await programme.stores.outbox()
        if isinstance(out.event, ReferralPurchased | ReferralRewarded)
        and out.event.referral_id == rewarded.id
    ]
    assert [type(event) for event in told] == [ReferralPurchased, ReferralRewarded]


async def rewarded_one(programme: Programme) -> tuple[Person, Person, PaymentId]:
    referrer = await given.a_person(programme.stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    await programme.wait(HOUR)
    payment = await programme.pays(referee)
    await programme.drain(referee.id)
    await programme.wait(WEEK + HOUR)
    await programme.settle_due()
    assert isinstance(await by(programme, referee), Rewarded)
    return referrer, referee, payment


@pytest.mark.parametrize("charged_back", [False, True])
async def test_after_the_hold_what_was_used_is_owed(
    programme: Programme, *, charged_back: bool
) -> None:
    referrer, referee, payment = await rewarded_one(programme)
    programme.credits.used[referrer.id] = 7_500
    await programme.gets_back(referee, payment, charged_back=charged_back)
    known = await by(programme, referee)
    assert isinstance(known, Reversed)
    assert (known.referrer_owed_minor, known.referee_owed_minor) == (7_500, 0)
    assert known.cause.value == ("chargeback" if charged_back else "refund")
    assert len(programme.credits.taken) == 2
    await programme.gets_back(referee, payment, charged_back=charged_back)
    assert await by(programme, referee) == known
    assert (await programme.totals(referrer)).referral_count == 0


async def test_a_refund_in_the_hold_pays_nobody(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    payment = await programme.pays(referee, at=START + HOUR)
    await programme.gets_back(referee, payment)
    known = await by(programme, referee)
    assert isinstance(known, Rejected)
    assert known.reasons == ("refunded_in_hold",)
    await programme.wait(2 * WEEK)
    await programme.settle_due()
    assert programme.credits.of(referrer.id) == []


async def test_a_refund_that_nobody_looked_at_yet_is_taken_in_before_the_hold_ends(
    programme: Programme,
) -> None:
    referrer = await given.a_person(programme.stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    payment = await programme.pays(referee, at=START + HOUR)
    await programme.drain(referee.id)
    await programme.wait(WEEK + HOUR)
    await programme.gets_back(referee, payment, taken_in=False, at=START + DAY)
    assert isinstance(await by(programme, referee), Qualified)
    await programme.settle_due()
    assert isinstance(await by(programme, referee), Rejected)
    assert programme.credits.of(referrer.id) == []


@pytest.mark.parametrize("charged_back", [False, True])
@pytest.mark.parametrize(
    ("own_time", "state"),
    [
        (WEEK - timedelta(microseconds=1), Rejected),
        (WEEK, Reversed),
        (WEEK + timedelta(minutes=1), Reversed),
    ],
)
async def test_a_refund_counts_by_its_own_time_where_nobody_settled_yet(
    programme: Programme, own_time: timedelta, state: type[Referral], *, charged_back: bool
) -> None:
    referrer = await given.a_person(programme.stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    bought = START + HOUR
    payment = await programme.pays(referee, at=bought)
    await programme.drain(referee.id)
    await programme.wait(WEEK + 2 * HOUR)
    await programme.gets_back(referee, payment, charged_back=charged_back, at=bought + own_time)
    known = await by(programme, referee)
    assert isinstance(known, state)
    if isinstance(known, Reversed):
        assert (known.ordinal, known.bonus_tier) == (1, 1)
        assert programme.credits.of(referrer.id) == [10_000]
        assert len(programme.credits.taken) == 2
    else:
        assert programme.credits.granted == {}
    await programme.settle_due()
    assert await by(programme, referee) == known


async def test_a_refund_by_a_clock_ahead_of_ours_is_one_in_the_hold(programme: Programme) -> None:
    referee = await programme.a_referee(
        await programme.code_of(await given.a_person(programme.stores))
    )
    payment = await programme.pays(referee, at=START + HOUR)
    await programme.drain(referee.id)
    await programme.wait(DAY)
    await programme.gets_back(referee, payment, at=START + 9 * DAY)
    assert isinstance(await by(programme, referee), Rejected)


async def test_a_hold_that_is_settled_late_sees_what_counted_when_it_ended(
    programme: Programme,
) -> None:
    code = await programme.code_of(await given.a_person(programme.stores))
    referees = [await programme.a_referee(code) for _ in range(3)]
    payments = []
    for number, one in enumerate(referees):
        payments.append(await programme.pays(one, at=START + number * HOUR))
        await programme.drain(one.id)
    await programme.wait(WEEK + HOUR)
    await programme.settle_due()
    assert isinstance(await by(programme, referees[1]), Rewarded)
    await programme.wait(HOUR + timedelta(minutes=1))
    # The third hold is over, and not settled yet, when the first purchase is refunded.
    await programme.gets_back(referees[0], payments[0])
    await programme.settle_due()
    third = await by(programme, referees[2])
    assert isinstance(third, Rewarded)
    assert (third.ordinal, third.bonus_tier) == (3, 2)


async def test_an_invite_is_taken_up_by_its_token(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    invite = await programme.invite(
        InviteRequest(
            person_id=referrer.id,
            method=Method.QR_CODE,
            source=Source.SOCIAL,
            metadata={"campaign": "spring"},
        )
    )
    assert isinstance(invite, Invited)
    assert invite.token is not None
    stored = await programme.stores.referrals.referrals.by_token(invite.token)
    assert stored == invite
    assert invite.metadata == {"campaign": "spring"}
    one, other = await given.a_person(programme.stores), await given.a_person(programme.stores)
    redeemed = await programme.redeem(RedeemRequest(person_id=one.id, token=invite.token))
    assert redeemed.referral is not None
    assert redeemed.referral.id == invite.id
    late = await programme.redeem(RedeemRequest(person_id=other.id, token=invite.token))
    assert late.judgement.signs == ("code_is_usable",)
    assert late.referral is None
    # Who was turned away may still come by another one.
    await programme.comes(await programme.code_of(referrer), other)
    assert isinstance(await by(programme, other), SignedUp)


async def test_invites_and_windows_end(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    invite = await programme.invite(InviteRequest(person_id=referrer.id, method=Method.LINK))
    referee = await programme.a_referee(await programme.code_of(referrer))
    due = programme.stores.referrals.due
    await programme.wait(30 * DAY - timedelta(seconds=1))
    await programme.settle_due()
    assert await programme.stores.referrals.referrals.get(invite.id) == invite
    assert await due.first_after(await programme.stores.clock.now()) == START + 30 * DAY
    await programme.wait(timedelta(seconds=1))
    await programme.settle_due()
    ended = await programme.stores.referrals.referrals.get(invite.id)
    assert isinstance(ended, Expired)
    await programme.wait(60 * DAY)
    await programme.settle_due()
    gone = await by(programme, referee)
    assert isinstance(gone, Expired)
    assert gone.reason == "no_purchase_in_time"
    assert gone.signed_up_at == START


async def test_open_invites_are_bounded(stores: Stores) -> None:
    few = Rulebook(Policies(referrals=ReferralPolicy(open_invites_per_person=2)), "few")
    programme = Programme(stores, rulebook=few)
    referrer = await given.a_person(stores)
    request = InviteRequest(person_id=referrer.id, method=Method.LINK)
    await programme.invite(request)
    await programme.invite(request)
    with pytest.raises(TooManyInvitesError):
        await programme.invite(request)


async def test_hard_rules(programme: Programme) -> None:
    stores = programme.stores
    referrer = await given.a_person(
        stores, email="Ana.Lima+a@gmail.com".replace("Ana", f"a{uuid7().hex}"), phone_number=None
    )
    code = await programme.code_of(referrer)

    async def refused(person: Person) -> tuple[str, ...]:
        redeemed = await programme.comes(code, person)
        assert redeemed.judgement.outcome is RedeemOutcome.REJECTED
        assert redeemed.referral is None
        return redeemed.judgement.signs

    assert "another_person" in await refused(referrer)
    assert referrer.email is not None
    alike = referrer.email.replace("+a", "+b").replace(".", "", 1)
    assert await refused(await given.a_person(stores, email=alike)) == ("another_mailbox",)
    late = await given.a_person(stores, registered_at=START - 72 * HOUR)
    assert await refused(late) == ("entered_in_time",)
    payer = await given.a_person(stores)
    await programme.pays(payer, amount=1)
    assert await refused(payer) == ("not_a_payer",)
    referee = await programme.a_referee(code)
    assert await refused(referee) == ("not_referred",)
    theirs = await programme.code_of(referee)
    back = await programme.comes(theirs, referrer)
    assert back.judgement.signs == ("no_cycle",)


async def test_what_would_come_of_a_code_is_what_comes_of_it(programme: Programme) -> None:
    stores = programme.stores
    code = await programme.code_of(await given.a_person(stores))
    persons = [await given.a_person(stores) for _ in range(3)]
    persons.append(await given.a_person(stores, registered_at=START - 72 * HOUR))
    where = {"device": uuid7().hex, "ip": "198.51.100.7"}
    for person in (*persons, persons[0]):
        request = RedeemRequest(person_id=person.id, code=code.code, **where)
        foreseen = await programme.would(request)
        assert await programme.would(request) == foreseen
        assert (await programme.redeem(request)).judgement == foreseen


async def test_who_had_themself_erased_comes_back_as_who_they_were(programme: Programme) -> None:
    stores, email = programme.stores, values.an_email()
    code = await programme.code_of(await given.a_person(stores))
    referee = await programme.a_referee(code, email=email)
    await programme.pays(referee)
    await programme.drain(referee.id)
    await erase_person(stores)(referee.id)
    back = await given.a_person(stores, email=email)
    assert (await programme.comes(code, back)).judgement.signs == ("not_a_payer", "not_referred")


async def test_who_was_erased_cannot_close_a_ring_by_coming_back(programme: Programme) -> None:
    stores, email = programme.stores, values.an_email()
    first = await given.a_person(stores, email=email)
    second = await programme.a_referee(await programme.code_of(first))
    third = await programme.a_referee(await programme.code_of(second))
    await erase_person(stores)(first.id)
    back = await given.a_person(stores, email=email)
    came = await programme.comes(await programme.code_of(third), back)
    assert came.judgement.signs == ("no_cycle",)


async def test_the_same_phone_is_refused_also_of_another_referee(programme: Programme) -> None:
    stores = programme.stores
    number = f"+91{uuid7().int % 10**10:010d}"
    code = await programme.code_of(await given.a_person(stores))
    await programme.a_referee(code, phone_number=number)
    second = await given.a_person(stores, phone_number=number)
    assert (await programme.comes(code, second)).judgement.signs == ("another_phone",)
    # To other referrers that number is nothing.
    other = await programme.code_of(await given.a_person(stores))
    redeemed = await programme.comes(other, second)
    assert redeemed.judgement.outcome is RedeemOutcome.ACCEPTED


async def test_a_suspended_referrer(programme: Programme) -> None:
    stores = programme.stores
    referrer = await given.a_person(stores)
    code = await programme.code_of(referrer)
    early = await programme.a_referee(code)
    await programme.pays(early, at=START + HOUR)
    await programme.drain(early.id)
    await stores.persons.save(
        await given.the_person(stores, referrer),
        attrs.evolve(await given.the_person(stores, referrer), status=PersonStatus.SUSPENDED),
        (),
    )
    refused = await programme.comes(code, await given.a_person(stores))
    assert refused.judgement.signs == ("referrer_is_active",)
    await programme.wait(WEEK + DAY)
    await programme.settle_due()
    known = await by(programme, early)
    assert isinstance(known, Rejected)
    assert known.reasons == ("referrer_is_active",)
    assert programme.credits.of(referrer.id) == []


async def test_the_same_means_of_payment(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    code = await programme.code_of(referrer)
    card = uuid7().hex
    before, after = await programme.a_referee(code), await programme.a_referee(code)
    await programme.pays(referrer, fingerprint=card)
    await programme.drain(referrer.id)
    await programme.pays(before, fingerprint=card)
    await programme.drain(before.id)
    rejected = await by(programme, before)
    assert isinstance(rejected, Rejected)
    assert rejected.reasons == ("another_means_of_payment",)
    # The referrer pays by it later: that shows when the hold ends.
    other = uuid7().hex
    await programme.pays(after, at=START + HOUR, fingerprint=other)
    await programme.drain(after.id)
    await programme.pays(referrer, fingerprint=other)
    await programme.drain(referrer.id)
    await programme.wait(WEEK + DAY)
    await programme.settle_due()
    known = await by(programme, after)
    assert isinstance(known, Rejected)
    assert known.reasons == ("another_means_of_payment",)


async def test_signs_hold_and_reviews_decide(programme: Programme) -> None:
    stores = programme.stores
    code = await programme.code_of(await given.a_person(stores))
    where = {"device": uuid7().hex, "ip": "203.0.113.7"}
    first = await given.a_person(stores)
    assert (await programme.comes(code, first, **where)).judgement.score == 0
    second, third = await given.a_person(stores), await given.a_person(stores)
    nearby = where | {"ip": "203.0.113.99"}
    redeemed = await programme.comes(code, second, **nearby)
    assert redeemed.judgement.outcome is RedeemOutcome.HELD
    assert redeemed.judgement.signs == ("same_network", "same_device")
    held = await by(programme, second)
    assert isinstance(held, Held)
    await programme.comes(code, third, **nearby)
    listed = await stores.referrals.records.held(None, 200)
    assert {held.id, (await by(programme, third)).id} <= {one.id for one in listed.items}
    await programme.pays(second, at=START + HOUR)
    await programme.drain(second.id)
    await programme.wait(WEEK + DAY)
    await programme.settle_due()
    assert isinstance(await by(programme, second), Held)
    decided = await programme.review(held.id, Verdict.APPROVE, "eve@example.org", "Two flatmates.")
    assert isinstance(decided, Rewarded)
    assert decided.review is not None
    assert (decided.review.by, decided.review.why) == ("eve@example.org", "Two flatmates.")
    turned_down = await programme.review(
        (await by(programme, third)).id, Verdict.REJECT, "eve@example.org", "A third account."
    )
    assert isinstance(turned_down, Rejected)
    assert await by(programme, third) == turned_down


async def test_a_hundred_points_reject_and_are_kept(stores: Stores) -> None:
    programme = Programme(stores, families=Family())
    code = await programme.code_of(await given.a_person(stores))
    where = {"device": uuid7().hex, "ip": "2001:db8:1::1"}
    one, other = await given.a_person(stores), await given.a_person(stores)
    assert (await programme.comes(code, one, **where)).judgement.outcome is RedeemOutcome.HELD
    redeemed = await programme.comes(code, other, **where)
    assert (redeemed.judgement.outcome, redeemed.judgement.score) == (RedeemOutcome.REJECTED, 110)
    assert isinstance(await by(programme, other), Rejected)
    again = await programme.comes(await programme.code_of(one), other)
    assert again.judgement.signs == ("not_referred",)


async def test_over_five_a_day_and_disposable_mail_weigh(programme: Programme) -> None:
    code = await programme.code_of(await given.a_person(programme.stores))
    for _ in range(5):
        await programme.a_referee(code)
    sixth = await given.a_person(
        programme.stores, email=f"{uuid7().hex}@mailinator.com", registered_at=START
    )
    redeemed = await programme.comes(code, sixth)
    assert redeemed.judgement.signs == ("disposable_mail", "many_sign_ups")
    assert isinstance(await by(programme, sixth), Held)
    await programme.wait(DAY + timedelta(seconds=1))
    seventh = await given.a_person(programme.stores, registered_at=START + DAY)
    assert (await programme.comes(code, seventh)).judgement.score == 0


async def test_wrong_requests(programme: Programme) -> None:
    person = await given.a_person(programme.stores)
    for wrong in (
        {},
        {"token": "a\0b"},
        {"token": " "},
        {"code": "ABCD2345", "token": "x"},
        {"code": "ABCD"},
    ):
        with pytest.raises(InvalidValueError):
            await programme.redeem(RedeemRequest(person_id=person.id, **wrong))
    for absent in ({"code": "ZZZZZZZZ"}, {"token": "nothing"}):
        with pytest.raises(NotFoundError):
            await programme.redeem(RedeemRequest(person_id=person.id, **absent))


async def test_progress(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    code = await programme.code_of(referrer)
    for _ in range(3):
        referee = await programme.a_referee(code)
        await programme.pays(referee)
        await programme.drain(referee.id)
    await programme.a_referee(code)
    found = await programme.queries.progress(referrer.id)
    assert (found.progress.counted, found.progress.tier, found.progress.percent) == (3, 2, 125)
    assert found.progress.next_tier is not None
    assert found.progress.next_tier.purchases_needed == 6
    assert (found.totals.pending, found.totals.qualified) == (1, 3)


async def test_a_rewrite_of_what_has_changed_is_refused(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    seen = await by(programme, referee)
    await programme.pays(referee)
    await programme.drain(referee.id)
    now = await by(programme, referee)
    assert now.version == seen.version + 1
    purchased = [
        out
        for out in await programme.stores.outbox()
        if isinstance(out.event, ReferralPurchased) and out.event.referral_id == seen.id
    ]
    again = values.outgoing(*(out.event for out in purchased))

    async def work() -> object:
        return await programme.stores.referrals.referrals.record(seen, again)

    with pytest.raises(ConcurrentUpdateError):
        await programme.stores.transactions.run(work)


async def test_figures(programme: Programme) -> None:
    figures = programme.stores.referrals.figures
    since = START - timedelta(days=90)
    referrer, _, _ = await rewarded_one(programme)
    request = InviteRequest(
        person_id=referrer.id,
        method=Method.CONTACT_SHARE,
        source=Source.EMAIL,
    )
    await programme.invite(request)
    found: list[ReferrerFigures] = []
    after = None
    while rows := await figures.by_referrer(since, after, 2):
        found += rows
        after = rows[-1].referrer_id
    (ours,) = [row for row in found if row.referrer_id == referrer.id]
    assert (ours.referrals, ours.sign_ups, ours.purchases) == (2, 1, 1)
    assert ours.rewards == (Money(10_000, "INR"),)
    assert ours.mean_seconds_to_convert == 3600
    assert await figures.by_referrer(START + 400 * DAY, None, 5) == ()
    steps = {(step.method, step.source): step for step in await figures.funnel(since)}
    code = steps["code", None]
    assert code.rewarded >= 1
    assert code.invited >= code.signed_up >= code.purchased >= code.rewarded
    assert steps["contact_share", "email"].invited >= 1
