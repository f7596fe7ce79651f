"""Reports of persons over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.identity.file_report import FileReportRequest
from domain.identity.reports import Report
from domain.shared.ids import MessageId, PersonId
from entrypoints.http.acting import acting
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems


class FileReportBody(Struct, forbid_unknown_fields=True):
    """Who reports whom, why, and which messages show it."""

    reporter_id: UUID
    reported_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=2000, examples=["Sends spam"])]
    evidence_message_ids: Annotated[list[UUID], Meta(max_length=50)] = []


class ReportBody(Struct):
    """A report."""

    id: UUID
    reporter_id: UUID
    reported_id: UUID
    reason: str
    evidence_message_ids: list[UUID]
    created_at: datetime


def _shown(report: Report) -> ReportBody:
    return msgspec.convert(report, ReportBody, from_attributes=True)


class ReportRoutes(Controller):
    """Reports of persons."""

    path = "/v1"
    tags = ("Reports",)

    @post(
        "/reports",
        opt=FOR_PERSONS,
        dto=JsonBody[FileReportBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def file_report(
        self, request: ApiRequest, data: JSONBody[FileReportBody]
    ) -> Response[ReportBody]:
        """Report a person, with messages of a conversation of the two as evidence."""
        reporter_id = acting(request, data.reporter_id)

        async def work() -> tuple[int, ReportBody]:
            report = await kithkin(request).identity.file_report()(
                FileReportRequest(
                    reporter_id=reporter_id,
                    reported_id=PersonId(data.reported_id),
                    reason=data.reason,
                    evidence_message_ids=tuple(map(MessageId, data.evidence_message_ids)),
                )
            )
            return 201, _shown(report)

        return await answer_once(request, work, about=lambda body: body.reporter_id)

    @get("/reports", opt=ADMIN, responses=problems())
    async def list_reports(
        self,
        request: ApiRequest,
        person_id: Annotated[
            UUID | None, QueryParameter(description="Only reports of this person")
        ] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[ReportBody]:
        """List reports, the newest first."""
        reported_id = None if person_id is None else PersonId(person_id)
        page = (
            await kithkin(request)
            .identity.queries()
            .all_reports(reported_id, position(cursor), limit)
        )
        return list_body(page, _shown)
