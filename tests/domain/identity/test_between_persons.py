"""Blocks, reports, and who sees whom."""

from uuid import UUID

import attrs
import pytest

from domain.identity.blocks import Block, block
from domain.identity.events import PersonReported
from domain.identity.policy import IdentityPolicy
from domain.identity.privacy import may_see_profile
from domain.identity.profile import PrivacyLevel
from domain.identity.reports import Report, checked_report, reported
from domain.shared.errors import InvalidValueError
from domain.shared.ids import MessageId, ReportId
from tests.domain.identity.values import ANA, BEN, NOW, POLICY, VERSION

MESSAGES = tuple(MessageId(UUID(int=number)) for number in range(60))
REPORT = Report(
    id=ReportId(UUID(int=9)),
    reporter_id=ANA,
    reported_id=BEN,
    reason="Spam.",
    evidence_message_ids=(),
    created_at=NOW,
)


def test_a_block_says_who_shut_out_whom_and_when() -> None:
    assert block(ANA, BEN, NOW) == Block(blocker_id=ANA, blocked_id=BEN, created_at=NOW)


def test_nobody_blocks_themself() -> None:
    with pytest.raises(InvalidValueError) as refusal:
        block(ANA, ANA, NOW)
    assert refusal.value.field == "other_id"


@pytest.mark.parametrize(
    ("level", "friends", "blocked", "seen"),
    [
        (PrivacyLevel.PUBLIC, False, False, True),
        (PrivacyLevel.PUBLIC, True, False, True),
        (PrivacyLevel.PUBLIC, True, True, False),
        (PrivacyLevel.PUBLIC, False, True, False),
        (PrivacyLevel.FRIENDS_ONLY, False, False, False),
        (PrivacyLevel.FRIENDS_ONLY, True, False, True),
        (PrivacyLevel.FRIENDS_ONLY, True, True, False),
        (PrivacyLevel.PRIVATE, True, False, False),
        (PrivacyLevel.PRIVATE, False, False, False),
    ],
)
def test_privacy_and_blocks_decide_who_sees_a_profile(
    level: PrivacyLevel, friends: bool, blocked: bool, seen: bool
) -> None:
    assert may_see_profile(level, friends=friends, blocked=blocked) is seen


def test_a_report_is_kept_as_filed_with_its_reason_in_normal_form() -> None:
    filed = attrs.evolve(REPORT, reason="Cafe\u0301", evidence_message_ids=MESSAGES[:2])
    assert checked_report(filed, POLICY) == attrs.evolve(filed, reason="Café")


def test_evidence_is_named_once_in_the_order_given() -> None:
    filed = attrs.evolve(REPORT, evidence_message_ids=(*MESSAGES[:3], MESSAGES[0], MESSAGES[2]))
    assert checked_report(filed, POLICY).evidence_message_ids == MESSAGES[:3]


def test_evidence_named_twice_counts_once_towards_the_limit() -> None:
    filed = attrs.evolve(REPORT, evidence_message_ids=MESSAGES[:50] * 2)
    assert len(checked_report(filed, POLICY).evidence_message_ids) == 50


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("reported_id", attrs.evolve(REPORT, reported_id=ANA)),
        ("evidence_message_ids", attrs.evolve(REPORT, evidence_message_ids=MESSAGES[:51])),
        ("reason", attrs.evolve(REPORT, reason=" ")),
        ("reason", attrs.evolve(REPORT, reason="x" * 2001)),
        ("reason", attrs.evolve(REPORT, reason="\0")),
    ],
)
def test_a_malformed_report_is_refused_by_the_field(field: str, wrong: Report) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked_report(wrong, POLICY)
    assert refusal.value.field == field


def test_a_business_may_ask_for_reports_without_evidence() -> None:
    policy = IdentityPolicy(report_max_evidence=0)
    assert checked_report(REPORT, policy) == REPORT
    with pytest.raises(InvalidValueError):
        checked_report(attrs.evolve(REPORT, evidence_message_ids=MESSAGES[:1]), policy)


def test_a_report_is_told_of_the_one_reported_without_its_reason() -> None:
    assert reported(REPORT, VERSION) == PersonReported(
        at=NOW, person_id=BEN, policy_version=VERSION, report_id=REPORT.id, reporter_id=ANA
    )
