"""Report a person."""

from attrs import frozen

from application.identity.lock_persons import locked_persons
from application.identity.ports import Persons, Reports
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.reports import Report, checked_report, reported
from domain.shared.errors import InvalidValueError
from domain.shared.ids import MessageId, PersonId, ReportId


@frozen(kw_only=True)
class FileReportRequest:
    """Who reports whom, why, and which messages show it."""

    reporter_id: PersonId
    reported_id: PersonId
    reason: str
    evidence_message_ids: tuple[MessageId, ...] = ()


@frozen
class FileReport:
    """Keeps a report for those who review it."""

    transactions: Transactions
    persons: Persons
    reports: Reports
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, request: FileReportRequest) -> Report:
        """File a report and give it.

        Raises:
            NotFoundError: One of the two does not exist.
            PersonDeletedError: The reporter was erased.
            InvalidValueError: The reason is malformed, or a message named as evidence
                does not stand in a conversation of the two.
        """
        report = checked_report(
            Report(
                id=ReportId(self.new_id()),
                reporter_id=request.reporter_id,
                reported_id=request.reported_id,
                reason=request.reason,
                evidence_message_ids=request.evidence_message_ids,
                created_at=await self.clock.now(),
            ),
            self.rulebook.policies.identity,
        )

        async def work() -> Report:
            reporter, _ = await locked_persons(self.persons, report.reporter_id, report.reported_id)
            reporter.require_not_deleted()
            known = await self.reports.evidence_between(
                report.reporter_id, report.reported_id, report.evidence_message_ids
            )
            for message_id in report.evidence_message_ids:
                if message_id not in known:
                    raise InvalidValueError(
                        "evidence_message_ids",
                        f"Message {message_id} stands in no conversation of the two; leave it out.",
                    )
            event = reported(report, self.rulebook.version)
            await self.reports.add(report, outgoing(self.new_id, (event,)))
            return report

        return await self.transactions.run(work)
