"""May this person come by this code or invite? Hard rules first, then what signs weigh."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from ..shared.decisions import Reason
from ..shared.durations import in_words
from .policy import ReferralPolicy, ScorePolicy


class RedeemOutcome(StrEnum):
    """What comes of entering a code or token."""

    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"


@frozen(kw_only=True)
class Signals:
    """What is known of two persons together; what nobody supplies is as if it were not so.

    Attributes:
        same_email: Their addresses are one mailbox, or the referee's is that of another referee.
        same_phone: The same of their phone numbers.
        same_payment: They pay by the same means.
        same_family: They are of one family.
        same_network: The referee's /24 or /48 is that of the referrer or of another referee.
        same_device: The same of the device.
        disposable_mail: The referee's mail domain is one of those that give addresses away.
        sign_ups: How many were referred by the referrer in 24 h, with this one.
    """

    same_email: bool = False
    same_phone: bool = False
    same_payment: bool = False
    same_family: bool = False
    same_network: bool = False
    same_device: bool = False
    disposable_mail: bool = False
    sign_ups: int = 0


@frozen(kw_only=True)
class Redemption:
    """All that the rules look at when somebody enters a code or token.

    Attributes:
        same_person: Referrer and referee are one.
        usable: The code is active or the invite open, and neither has ended.
        signed_up_at: When the referee signed up.
        is_payer: They have bought something already.
        is_referred: They have come by another code already.
        is_ancestor: The referrer has come by them, be it over others.
        referrer_active: The referrer is neither suspended nor erased.
        signals: What else is known of the two.
    """

    same_person: bool
    usable: bool
    signed_up_at: datetime
    is_payer: bool
    is_referred: bool
    is_ancestor: bool
    referrer_active: bool
    signals: Signals


@frozen(kw_only=True)
class Judgement:
    """What comes of entering a code or token, and why.

    Attributes:
        outcome: What.
        recorded: A rejected one is kept: it is for what signs weigh. Otherwise the person may
            still enter another code.
        score: What signs weigh.
        reasons: One for each rule.
    """

    outcome: RedeemOutcome
    recorded: bool
    score: int
    reasons: tuple[Reason, ...]

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs of fraud that were found."""
        return tuple(reason.rule for reason in self.reasons if not reason.satisfied)


def judge(redemption: Redemption, policy: ReferralPolicy, now: datetime) -> Judgement:
    """Decide on a redemption."""
    hard = tuple(_hard(redemption, policy, now))
    weighed = score_reasons(redemption.signals, policy.scores)
    score = score_of(weighed)
    if any(not reason.satisfied for reason in hard):
        outcome, recorded = RedeemOutcome.REJECTED, False
    elif score >= policy.scores.rejected_from:
        outcome, recorded = RedeemOutcome.REJECTED, True
    elif score >= policy.scores.held_from:
        outcome, recorded = RedeemOutcome.HELD, True
    else:
        outcome, recorded = RedeemOutcome.ACCEPTED, True
    reasons = hard if not recorded else (*hard, *weighed)
    return Judgement(outcome=outcome, recorded=recorded, score=score, reasons=reasons)


def _hard(one: Redemption, policy: ReferralPolicy, now: datetime) -> Iterable[Reason]:
    ends = one.signed_up_at + timedelta(seconds=policy.entry_seconds)
    signals, window = one.signals, in_words(policy.entry_seconds)
    yield _rule("another_person", not one.same_person, "The code is another person's.", "own")
    yield _rule("code_is_usable", one.usable, "The code or invite can be taken up.", "ended")
    yield Reason(
        rule="entered_in_time",
        satisfied=now < ends,
        detail=(
            "The code is entered soon enough after signing up."
            if now < ends
            else f"A code can be entered for {window} after signing up; that time is over."
        ),
        inputs={"seconds_since_sign_up": int((now - one.signed_up_at).total_seconds())},
        threshold=policy.entry_seconds,
        changes_at=ends if now < ends else None,
    )
    yield _rule("not_a_payer", not one.is_payer, "The person has bought nothing yet.", "payer")
    yield _rule("not_referred", not one.is_referred, "The person came by no other code.", "first")
    yield _rule("no_cycle", not one.is_ancestor, "The referrer did not come by them.", "cycle")
    yield _rule("referrer_is_active", one.referrer_active, "The referrer is active.", "suspended")
    yield _rule(
        "another_mailbox", not signals.same_email, "The two have different mailboxes.", "email"
    )
    yield _rule(
        "another_phone", not signals.same_phone, "The two have different phone numbers.", "phone"
    )
    yield _rule(
        "another_means_of_payment",
        not signals.same_payment,
        "The two pay by different means.",
        "payment",
    )


_WHY_NOT = {
    "own": "Nobody comes by a code of their own.",
    "ended": "The code is not active any more, or the invite was taken up or has ended.",
    "payer": "Codes are entered before the first purchase.",
    "first": "The person came by another code already; the first one counts.",
    "cycle": "The referrer came by this person, so this person cannot come by them.",
    "suspended": "The referrer is suspended or gone.",
    "email": "The mailbox is that of the referrer, or of somebody they referred.",
    "phone": "The phone number is that of the referrer, or of somebody they referred.",
    "payment": "The means of payment is that of the referrer, or of somebody they referred.",
}


def _rule(rule: str, satisfied: bool, detail: str, why_not: str) -> Reason:  # noqa: FBT001
    return Reason(rule=rule, satisfied=satisfied, detail=detail if satisfied else _WHY_NOT[why_not])


def score_reasons(signals: Signals, scores: ScorePolicy) -> tuple[Reason, ...]:
    """Give one reason for each sign that is weighed when a code is entered."""
    many = signals.sign_ups > scores.sign_ups_a_day
    found = (
        ("same_family", signals.same_family, scores.same_family, "the two are of one family"),
        ("same_network", signals.same_network, scores.same_network, "the sign-up shares a network"),
        ("same_device", signals.same_device, scores.same_device, "the sign-up shares a device"),
        (
            "disposable_mail",
            signals.disposable_mail,
            scores.disposable_mail,
            "the mail address is disposable",
        ),
        ("many_sign_ups", many, scores.many_sign_ups, "the sign-up is one of many in a day"),
    )
    return tuple(_sign(rule, is_so, points, what) for rule, is_so, points, what in found)


def quick_reason(signed_up_at: datetime, settled_at: datetime, scores: ScorePolicy) -> Reason:
    """Give the reason for the sign that is weighed when a purchase comes."""
    seconds = int((settled_at - signed_up_at).total_seconds())
    quick = seconds <= scores.quick_purchase_seconds
    return _sign(
        "quick_purchase", quick, scores.quick_purchase, "the purchase came right after signing up"
    )


def _sign(rule: str, is_so: bool, points: int, what: str) -> Reason:  # noqa: FBT001
    weighs = points if is_so else 0
    return Reason(
        rule=rule,
        satisfied=not weighs,
        detail=f"A sign of fraud: {what}." if weighs else f"This sign of fraud is absent: {what}.",
        inputs={"points": weighs},
    )


def score_of(reasons: Iterable[Reason]) -> int:
    """Give what the signs weigh together."""
    return sum(int(reason.inputs.get("points") or 0) for reason in reasons)
