"""Every rule that rejects, and every sign that is weighed."""

from datetime import timedelta

import pytest

from domain.referrals.addresses import mail_domain, network_of, same_mailbox_key
from domain.referrals.policy import ReferralPolicy, ScorePolicy
from domain.referrals.redeeming import RedeemOutcome, Signals, judge
from domain.referrals.referrals import Held, Qualified, Rejected
from domain.shared.errors import InvalidValueError
from tests.domain.referrals.script import HOUR, POLICY, START, Script, judged, redemption


def test_nothing_to_object_to() -> None:
    judgement = judge(redemption(), POLICY, START)
    assert judgement.outcome is RedeemOutcome.ACCEPTED
    assert (judgement.score, judgement.signs) == (0, ())


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"same_person": True}, "another_person"),
        ({"usable": False}, "code_is_usable"),
        ({"is_payer": True}, "not_a_payer"),
        ({"is_referred": True}, "not_referred"),
        ({"is_ancestor": True}, "no_cycle"),
        ({"referrer_active": False}, "referrer_is_active"),
        ({"signals": Signals(same_email=True)}, "another_mailbox"),
        ({"signals": Signals(same_phone=True)}, "another_phone"),
        ({"signals": Signals(same_payment=True)}, "another_means_of_payment"),
    ],
)
def test_each_hard_rule_rejects_alone(facts: dict[str, object], rule: str) -> None:
    judgement = judge(redemption(**facts), POLICY, START)
    assert judgement.outcome is RedeemOutcome.REJECTED
    assert not judgement.recorded
    assert judgement.signs == (rule,)


def test_a_code_is_entered_within_three_days() -> None:
    soon = judge(redemption(), POLICY, START + 72 * HOUR - timedelta(microseconds=1))
    assert soon.outcome is RedeemOutcome.ACCEPTED
    late = judge(redemption(), POLICY, START + 72 * HOUR)
    assert (late.outcome, late.signs) == (RedeemOutcome.REJECTED, ("entered_in_time",))


@pytest.mark.parametrize(
    ("signals", "score", "outcome"),
    [
        ({"same_family": True}, 50, RedeemOutcome.HELD),
        ({"same_network": True}, 30, RedeemOutcome.ACCEPTED),
        ({"same_device": True}, 30, RedeemOutcome.ACCEPTED),
        ({"disposable_mail": True}, 30, RedeemOutcome.ACCEPTED),
        ({"sign_ups": 5}, 0, RedeemOutcome.ACCEPTED),
        ({"sign_ups": 6}, 30, RedeemOutcome.ACCEPTED),
        ({"same_network": True, "same_device": True}, 60, RedeemOutcome.HELD),
        ({"same_family": True, "same_network": True}, 80, RedeemOutcome.HELD),
        ({"same_family": True, "same_device": True, "sign_ups": 6}, 110, RedeemOutcome.REJECTED),
        (
            {"same_network": True, "same_device": True, "disposable_mail": True},
            90,
            RedeemOutcome.HELD,
        ),
    ],
)
def test_what_each_sign_weighs(
    signals: dict[str, object], score: int, outcome: RedeemOutcome
) -> None:
    judgement = judged(**signals)
    assert (judgement.score, judgement.outcome) == (score, outcome)
    assert judgement.recorded


def test_a_quick_purchase_weighs_twenty() -> None:
    quick = START + timedelta(seconds=120)
    held = Script().redeem(judged(same_network=True)).buy(at=quick)
    assert isinstance(held.referral, Held)
    assert held.referral.score == 50
    assert held.referral.signs == ("same_network", "quick_purchase")
    slow = Script().redeem(judged(same_network=True)).buy(at=quick + timedelta(seconds=1))
    assert isinstance(slow.referral, Qualified)
    assert isinstance(Script().redeem().buy(at=quick).referral, Qualified)


def test_a_quick_purchase_can_be_one_sign_too_many() -> None:
    known = judged(same_network=True, same_device=True, disposable_mail=True)
    script = Script().redeem(known).buy(at=START + timedelta(seconds=1))
    assert isinstance(script.referral, Rejected)
    assert "quick_purchase" in script.referral.reasons


def test_two_quick_purchases_weigh_as_one() -> None:
    script = Script().redeem().buy(1, at=START + timedelta(seconds=9)).buy(0, at=START)
    assert isinstance(script.referral, Qualified)
    assert script.referral.score == 20


def test_a_network_alone_never_holds() -> None:
    with pytest.raises(ValueError, match="never an IP alone"):
        ReferralPolicy(scores=ScorePolicy(same_network=50))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana.Lima+x@gmail.com", "analima@googlemail.com", True),
        ("ana.lima@example.org", "analima@example.org", False),
        ("ana+x@example.org", "ana@example.org", False),
        ("ana+x@outlook.com", "Ana@outlook.com", True),
        ("an.a@outlook.com", "ana@outlook.com", False),
        ("ana-x@yahoo.com", "ana@yahoo.com", True),
        ("ana@proton.me", "ana+y@pm.me", True),
        ("+tag@gmail.com", "+other@gmail.com", False),
    ],
)
def test_addresses_of_one_mailbox(one: str, other: str, same: bool) -> None:
    assert (same_mailbox_key(one) == same_mailbox_key(other)) is same


def test_networks() -> None:
    assert network_of("ip", "203.0.113.7") == "203.0.113.0/24"
    assert network_of("ip", "::ffff:203.0.113.9") == "203.0.113.0/24"
    assert network_of("ip", "2001:db8:1:2::7") == "2001:db8:1::/48"
    assert network_of("ip", "fe80::1%eth0") == "fe80::/48"
    assert mail_domain(" Ana@Mailinator.COM ") == "mailinator.com"
    for wrong in ("", "300.1.1.1", "example.org", "203.0.113.7/24"):
        with pytest.raises(InvalidValueError):
            network_of("ip", wrong)
