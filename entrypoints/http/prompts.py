"""Smart prompts over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from application.video.read_prompt_totals import MOST_DATES
from application.video.show_prompt import ShownPrompt, ShowPromptRequest
from domain.shared.ids import ConversationId, PromptId
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_totals import PromptFigures
from domain.video.prompts import Prompt
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.decisions import ReasonBody
from entrypoints.http.idempotency import answer_once
from entrypoints.http.problems import problems

_LONGEST_DRAFT = 1_000_000


class NextPromptBody(Struct, forbid_unknown_fields=True):
    """Who might be prompted, and where they are."""

    person_id: UUID
    conversation_id: Annotated[
        UUID | None, Meta(description="The conversation they are in, if they are in one")
    ] = None
    draft_length: (
        Annotated[
            int,
            Meta(ge=0, le=_LONGEST_DRAFT, description="Characters of the text they write there"),
        ]
        | None
    ) = None


class PromptActionBody(Struct, forbid_unknown_fields=True):
    """What the person did about a prompt."""

    action: PromptAction


class PromptBody(Struct):
    """A prompt that was given to be shown."""

    id: UUID
    person_id: UUID
    conversation_id: Annotated[UUID | None, Meta(description="Where, if it is about one")]
    prompt_type: PromptType
    threshold: Annotated[
        int | None,
        Meta(description="The messages or days left that it warns of; 0 where none is left"),
    ]
    lapses_on: Annotated[
        date | None, Meta(description="The first date without the reward it is about")
    ]
    shown_at: datetime
    shown_on: Annotated[date, Meta(description="The person's own date it counts for")]
    action_taken: PromptAction | None
    acted_at: datetime | None
    policy_version: str


class HeldBackBody(Struct):
    """A type of prompt that does not come now."""

    prompt_type: PromptType
    may_come_at: Annotated[
        datetime | None,
        Meta(description="When time alone would let it come, if that is all it takes"),
    ]
    reasons: list[ReasonBody]


class NextPromptAnswer(Struct):
    """The next prompt and why it comes, or why none does."""

    prompt: PromptBody | None
    reasons: Annotated[
        list[ReasonBody],
        Meta(description="Why it comes; where none does, what the rules for all prompts say"),
    ]
    held_back: Annotated[list[HeldBackBody], Meta(description="The other types, by priority")]
    policy_version: Annotated[str, Meta(description="The version of the policy in force")]


class PromptFiguresBody(Struct):
    """How some prompts fared."""

    shown: int
    acted_on: int
    actions: Annotated[dict[PromptAction, int], Meta(description="How many had each action")]
    converted: Annotated[int, Meta(description="Those that led to a purchase or a planned call")]
    conversion_percent: Annotated[
        int | None, Meta(description="Those in percent of the shown, floored; null if none was")
    ]


class PromptAnalyticsBody(Struct):
    """How the prompts of some dates fared."""

    from_: Annotated[date, Meta(description="The first date")] = msgspec.field(name="from")
    to: Annotated[date, Meta(description="The last date")]
    total: PromptFiguresBody
    by_type: dict[PromptType, PromptFiguresBody]


def _prompt(prompt: Prompt) -> PromptBody:
    return msgspec.convert(prompt, PromptBody, from_attributes=True)


def _answer(shown: ShownPrompt) -> NextPromptAnswer:
    decision = shown.decision
    return NextPromptAnswer(
        prompt=None if shown.prompt is None else _prompt(shown.prompt),
        reasons=msgspec.convert(decision.reasons, list[ReasonBody], from_attributes=True),
        held_back=msgspec.convert(decision.held_back, list[HeldBackBody], from_attributes=True),
        policy_version=decision.policy_version,
    )


def _figures(figures: PromptFigures) -> PromptFiguresBody:
    return msgspec.convert(figures, PromptFiguresBody, from_attributes=True)


class PromptRoutes(Controller):
    """Smart prompts: which comes next, what was done about it, and how all of them fared."""

    path = "/v1"
    tags = ("Prompts",)

    @post(
        "/prompts/next",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[NextPromptBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def next_prompt(
        self, request: ApiRequest, data: JSONBody[NextPromptBody]
    ) -> Response[NextPromptAnswer]:
        """Ask for the next prompt and show it. One that is given counts as shown."""
        person_id, where = acting(request, data.person_id), data.conversation_id

        async def work() -> tuple[int, NextPromptAnswer]:
            show = kithkin(request).video.show_prompt()
            shown = await show(
                ShowPromptRequest(
                    person_id=person_id,
                    conversation_id=None if where is None else ConversationId(where),
                    draft_length=data.draft_length or 0,
                )
            )
            return 200, _answer(shown)

        return await answer_once(request, work, about=lambda _: person_id)

    @post(
        "/prompts/{prompt_id:uuid}/action",
        opt=FOR_PERSONS,
        status_code=200,
        dto=JsonBody[PromptActionBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def act_on_prompt(
        self, request: ApiRequest, prompt_id: FromPath[UUID], data: JSONBody[PromptActionBody]
    ) -> Response[PromptBody]:
        """Report what the person did about a prompt. The same again changes nothing."""
        viewer_id = viewing(request, None)

        async def work() -> tuple[int, PromptBody]:
            answer = kithkin(request).video.answer_prompt()
            return 200, _prompt(await answer(PromptId(prompt_id), data.action, viewer_id))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @get("/analytics/prompts", opt=ADMIN, responses=problems())
    async def get_prompt_analytics(
        self,
        request: ApiRequest,
        first: Annotated[
            date, QueryParameter(name="from", description="The first of the persons' dates")
        ],
        last: Annotated[
            date,
            QueryParameter(name="to", description=f"The last; at most {MOST_DATES} dates in all"),
        ],
    ) -> PromptAnalyticsBody:
        """Read how many prompts were shown, acted on and converted, by type and action."""
        report = await kithkin(request).video.read_prompt_totals()(first, last)
        return PromptAnalyticsBody(
            from_=report.first,
            to=report.last,
            total=_figures(report.total),
            by_type={kind: _figures(figures) for kind, figures in report.by_type.items()},
        )
