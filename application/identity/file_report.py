"""Report a person."""

from attrs import frozen

from application.identity.change_person import no_such_person
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
            locked = await self.persons.lock(report.reporter_id, report.reported_id)
            found = {person.id: person for person in locked}
            for person_id in (report.reporter_id, report.reported_id):
                if person_id not in found:
                    raise no_such_person(person_id)
            found[report.reporter_id].require_not_deleted()
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
