"""The decision on one more message, made of what a look at the store gives."""

from datetime import datetime

from application.conversations.ports import SendView
from application.shared.rulebook import Rulebook
from domain.shared.calendar import counted
from domain.shared.standing import standing_reasons
from domain.video.unlock import MessageAllowance, UnlockFacts, allowance


def facts(view: SendView, now: datetime) -> UnlockFacts:
    """Give what the unlock rule looks at."""
    day = counted(now, view.sender_timezone, view.sender_counting_day).date
    return UnlockFacts(
        day=day,
        timezone=view.sender_timezone,
        sent=view.latest_count if view.latest_count_on == day else 0,
        standing=view.sender_standing,
        last_call_on=view.last_call_on,
    )


def decision(view: SendView, now: datetime, rulebook: Rulebook) -> MessageAllowance:
    """Give the decision, all rules together."""
    standing = standing_reasons(
        active=view.sender_active,
        blocked=view.blocked,
        deleted=view.sender_deleted,
        partner_deleted=view.partner_deleted,
    )
    unlock = rulebook.policies.video.unlock
    return allowance(facts(view, now), unlock, rulebook.version).given(standing)
