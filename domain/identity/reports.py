"""Reports of one person by another."""

from datetime import datetime

from attrs import frozen

from ..shared.errors import InvalidValueError
from ..shared.ids import MessageId, PersonId, ReportId
from ..shared.text import clean_text
from .events import PersonReported
from .policy import IdentityPolicy


@frozen(kw_only=True)
class Report:
    """What one person holds against another.

    Attributes:
        id: The report's own.
        reporter_id: Who reports.
        reported_id: Who is reported.
        reason: In the reporter's words.
        evidence_message_ids: Messages that show it, all from conversations of the two.
        created_at: When it was filed.
    """

    id: ReportId
    reporter_id: PersonId
    reported_id: PersonId
    reason: str
    evidence_message_ids: tuple[MessageId, ...]
    created_at: datetime


def checked_report(report: Report, policy: IdentityPolicy) -> Report:
    """Give the report with its reason in normal form and its evidence named once.

    Raises:
        InvalidValueError: The reason is malformed, the evidence too long, or the two
            persons are one.
    """
    if report.reporter_id == report.reported_id:
        raise InvalidValueError("reported_id", "A person cannot report themself; name another.")
    evidence = tuple(dict.fromkeys(report.evidence_message_ids))
    if len(evidence) > policy.report_max_evidence:
        raise InvalidValueError(
            "evidence_message_ids", f"Name at most {policy.report_max_evidence} messages."
        )
    reason = clean_text("reason", report.reason, max_characters=policy.report_max_characters)
    return Report(
        id=report.id,
        reporter_id=report.reporter_id,
        reported_id=report.reported_id,
        reason=reason,
        evidence_message_ids=evidence,
        created_at=report.created_at,
    )


def reported(report: Report, policy_version: str) -> PersonReported:
    """Give the event of a report that was filed."""
    return PersonReported(
        at=report.created_at,
        person_id=report.reported_id,
        policy_version=policy_version,
        report_id=report.id,
        reporter_id=report.reporter_id,
    )
