"""Video messages by example: what pays for them, and what a failure gives back."""

from uuid import uuid4

import pytest

from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.shared.money import Money
from domain.shared.standing import person_reasons
from domain.video.video_message_allowance import (
    BundleOffer,
    UnitUnlocker,
    VideoCreditsNeededError,
    VideoMessageAllowance,
    require,
)
from domain.video.video_message_commands import (
    ReportUploaded,
    UploadAwaitedError,
    UploadCompleteError,
    UploadFailedError,
    View,
    send,
)
from domain.video.video_message_events import UnitSource
from domain.video.video_message_policy import CreditBundle, VideoMessagePolicy
from domain.video.video_messages import Failed, Uploaded, VideoMessage, Viewed
from tests.domain.video.wallets import DAY, START, Owner, allowance, facts

FREE, CREDIT = UnitSource.FREE, UnitSource.CREDIT


@pytest.fixture
def owner() -> Owner:
    return Owner()


def sources(messages: list[VideoMessage]) -> list[UnitSource]:
    return [message.source for message in messages]


def test_three_are_free_then_a_credit_each(owner: Owner) -> None:
    owner.be_given(5)
    assert sources([owner.send()[0] for _ in range(8)]) == [FREE] * 3 + [CREDIT] * 5
    with pytest.raises(VideoCreditsNeededError):
        owner.send()


def test_no_credit_is_spent_while_a_free_unit_remains(owner: Owner) -> None:
    owner.be_given(5)
    assert sources(owner.send(5)) == [FREE] * 3 + [CREDIT] * 2


def test_all_recipients_or_none(owner: Owner) -> None:
    before = owner.wallet
    with pytest.raises(VideoCreditsNeededError) as refusal:
        owner.send(4)
    assert owner.wallet == before
    assert isinstance(refusal.value.decision, VideoMessageAllowance)
    assert (refusal.value.decision.needed, refusal.value.decision.available) == (4, 3)
    assert sources(owner.send(3)) == [FREE] * 3


def test_the_next_day_has_free_units_anew(owner: Owner) -> None:
    owner.send(3)
    owner.now += DAY
    assert owner.allowance().free_remaining == 3


def test_a_wallet_that_holds_less_than_was_decided_on_is_a_fault(owner: Owner) -> None:
    decision = allowance(credits=1)
    [message] = owner.send()
    to = owner.messages[message.id]
    assert to.source is FREE
    owner.send(2)
    with pytest.raises(ValueError, match="less than was decided"):
        send(to.send_id, (to,), decision, owner.wallet, START)  # type: ignore[arg-type]


def test_a_failure_gives_back_its_own_source(owner: Owner) -> None:
    owner.be_given(1)
    messages = owner.send(4)
    failed = owner.fail(messages[-1])
    assert isinstance(failed, Failed)
    assert failed.given_back
    assert (owner.allowance().free_remaining, owner.accounts.remaining) == (0, 1)
    owner.fail(messages[0])
    assert (owner.allowance().free_remaining, owner.accounts.remaining) == (1, 1)


def test_a_free_unit_given_back_on_a_later_day_is_gone(owner: Owner) -> None:
    messages = owner.send(3)
    owner.now += DAY
    failed = owner.fail(messages[0])
    assert isinstance(failed, Failed)
    assert not failed.given_back
    assert owner.allowance().free_remaining == 3
    owner.send(1)
    owner.fail(messages[1])
    assert owner.allowance().free_remaining == 2


def test_a_credit_comes_back_on_any_day(owner: Owner) -> None:
    owner.be_given(1)
    paid = owner.send(4)[-1]
    owner.now += 400 * DAY
    owner.fail(paid)
    assert owner.accounts.remaining == 1


def test_a_failure_told_twice_gives_back_once(owner: Owner) -> None:
    [message] = owner.send()
    failed = owner.fail(message)
    assert owner.fail(message) == failed
    assert owner.allowance().free_remaining == 3


def test_only_a_pending_upload_fails(owner: Owner) -> None:
    [message] = owner.send()
    uploaded = owner.complete(message)
    assert isinstance(uploaded, Uploaded)
    with pytest.raises(UploadCompleteError):
        owner.fail(message)
    viewed = owner.put(message, View(person_id=message.recipient_id))
    assert isinstance(viewed, Viewed)
    with pytest.raises(UploadCompleteError):
        owner.fail(message)
    assert owner.allowance().free_remaining == 2


def test_what_failed_is_neither_completed_nor_viewed(owner: Owner) -> None:
    [message] = owner.send()
    owner.fail(message)
    for command in (ReportUploaded(), View(person_id=message.recipient_id)):
        with pytest.raises(UploadFailedError):
            owner.put(message, command)


def test_only_the_recipient_views_and_only_what_is_uploaded(owner: Owner) -> None:
    [message] = owner.send()
    with pytest.raises(UploadAwaitedError):
        owner.put(message, View(person_id=message.recipient_id))
    owner.complete(message)
    for other in (message.sender_id, PersonId(uuid4())):
        with pytest.raises(NotFoundError):
            owner.put(message, View(person_id=other))
    viewed = owner.put(message, View(person_id=message.recipient_id))
    owner.now += DAY
    assert owner.put(message, View(person_id=message.recipient_id)) == viewed
    assert owner.complete(message) == viewed


def test_the_decision_explains_itself() -> None:
    decision = allowance(free_used=3, credits=1, needed=4)
    assert not decision.allowed
    [reason] = decision.reasons
    assert (reason.rule, reason.satisfied, reason.threshold) == ("video_message_units", False, 1)
    assert reason.inputs == {
        "free_used": 3,
        "free_remaining": 0,
        "credits": 1,
        "debt": 0,
        "needed": 4,
    }
    assert reason.changes_at == decision.resets_at == (START + DAY).replace(hour=0)
    assert reason.changed_by == (
        "buy_5_video_credits",
        "buy_20_video_credits",
        "buy_50_video_credits",
    )
    assert decision.verdicts == (("video_message_units", False),)
    with pytest.raises(VideoCreditsNeededError, match="or buy 5 video credits") as refusal:
        require(decision)
    assert refusal.value.decision is decision


def test_the_bundles_have_the_prices_of_the_rules() -> None:
    assert allowance().bundles == (
        BundleOffer(
            action="buy_5_video_credits",
            credits=5,
            prices=(Money(199, "USD"), Money(9_900, "INR")),
            full_prices=(Money(199, "USD"), Money(9_900, "INR")),
            discount_percent=0,
            available=8,
        ),
        BundleOffer(
            action="buy_20_video_credits",
            credits=20,
            prices=(Money(599, "USD"), Money(29_900, "INR")),
            full_prices=(Money(599, "USD"), Money(29_900, "INR")),
            discount_percent=0,
            available=23,
        ),
        BundleOffer(
            action="buy_50_video_credits",
            credits=50,
            prices=(Money(1_199, "USD"), Money(59_900, "INR")),
            full_prices=(Money(1_199, "USD"), Money(59_900, "INR")),
            discount_percent=0,
            available=53,
        ),
    )


def test_the_reward_lowers_prices_floored_to_a_minor_unit() -> None:
    offers = allowance(discount_percent=20).bundles
    assert [offer.prices for offer in offers] == [
        (Money(159, "USD"), Money(7_920, "INR")),
        (Money(479, "USD"), Money(23_920, "INR")),
        (Money(959, "USD"), Money(47_920, "INR")),
    ]
    assert {offer.discount_percent for offer in offers} == {20}
    assert [offer.full_prices for offer in offers] == [
        offer.full_prices for offer in allowance().bundles
    ]


def test_a_bundle_that_only_repays_unlocks_nothing() -> None:
    decision = allowance(free_used=3, debt=5, needed=16)
    assert [offer.available for offer in decision.bundles] == [0, 15, 45]
    assert decision.unlockers == (
        UnitUnlocker(action="buy_20_video_credits", available=15),
        UnitUnlocker(action="buy_50_video_credits", available=45),
    )
    assert decision.reasons[0].changed_by == ("buy_50_video_credits",)


def test_where_it_is_allowed_nothing_needs_to_change() -> None:
    decision = allowance()
    assert decision.allowed
    assert decision.reasons[0].changed_by == ()
    require(decision)


@pytest.mark.parametrize(
    ("policy", "units", "waiting_helps"),
    [
        (VideoMessagePolicy(), {"free_used": 3}, True),
        (VideoMessagePolicy(), {"free_used": 3, "credits": 1, "needed": 4}, True),
        (VideoMessagePolicy(), {"needed": 4}, False),
        (VideoMessagePolicy(free_per_day=0), {}, False),
        (VideoMessagePolicy(free_per_day=0), {"credits": 1, "needed": 2}, False),
    ],
)
def test_waiting_is_advised_where_it_helps(
    policy: VideoMessagePolicy, units: dict[str, int], *, waiting_helps: bool
) -> None:
    with pytest.raises(VideoCreditsNeededError) as refusal:
        require(allowance(policy, **units))
    assert ("wait until 2026-03-03T00:00:00Z" in str(refusal.value)) is waiting_helps


def test_nothing_changes_at_midnight_where_nothing_is_free() -> None:
    nothing_free = allowance(VideoMessagePolicy(free_per_day=0), credits=1)
    assert nothing_free.reasons[0].changes_at is None
    assert allowance().reasons[0].changes_at == allowance().resets_at


def test_nothing_is_advised_where_nothing_helps() -> None:
    with pytest.raises(VideoCreditsNeededError) as refusal:
        require(allowance(VideoMessagePolicy(free_per_day=0, bundles=())))
    assert str(refusal.value).endswith("0 credits are left.")


def test_other_rules_have_their_say_first() -> None:
    standing = person_reasons(active=False, deleted=False)
    decision = VideoMessageAllowance(facts(), VideoMessagePolicy(), "v", standing)
    assert not decision.allowed
    assert [reason.satisfied for reason in decision.reasons] == [False, True]


@pytest.mark.parametrize(
    ("bundle", "wrong"),
    [
        ({"credits": 0, "prices": {"USD": 1}}, "credits is 0"),
        ({"credits": 1, "prices": {}}, "one currency at least"),
        ({"credits": 1, "prices": {"usd": 1}}, "'usd'"),
        ({"credits": 1, "prices": {"USD": 0}}, "minor units"),
    ],
)
def test_a_bundle_has_credits_and_prices(bundle: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        CreditBundle(**bundle)  # type: ignore[arg-type]


def test_bundles_rise_and_are_few() -> None:
    one, two = (CreditBundle(credits=number, prices={"USD": 1}) for number in (1, 2))
    VideoMessagePolicy(bundles=())
    with pytest.raises(ValueError, match="rising credits"):
        VideoMessagePolicy(bundles=(two, one))
    many = tuple(CreditBundle(credits=number, prices={"USD": 1}) for number in range(1, 22))
    with pytest.raises(ValueError, match="at most"):
        VideoMessagePolicy(bundles=many)
