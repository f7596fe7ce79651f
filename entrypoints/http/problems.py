"""Problems: what every refusal and error looks like (RFC 9457)."""

from typing import Annotated, Literal

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_402_PAYMENT_REQUIRED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_408_REQUEST_TIMEOUT,
    HTTP_409_CONFLICT,
    HTTP_410_GONE,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_503_SERVICE_UNAVAILABLE,
)
from litestar.types import Send
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.decisions import AllowanceBody, ReasonBody
from entrypoints.http.paywall import PaywallBody
from entrypoints.http.video_decisions import VideoAllowanceBody

MEDIA_TYPE = "application/problem+json"


class FieldProblem(Struct):
    """What is wrong with one input."""

    pointer: Annotated[
        str, Meta(description="Where, as a JSON pointer into the body", examples=["/text"])
    ]
    detail: Annotated[str, Meta(description="What is wrong and what to do")]


class PartBody(Struct):
    """Something that is needed to serve."""

    name: Annotated[str, Meta(examples=["database"])]
    status: Literal["ok", "away"]


class Problem(Struct, omit_defaults=True):
    """Why a request was not fulfilled."""

    type: Annotated[str, Meta(description="A name of the problem's kind, as a URI")]
    title: Annotated[str, Meta(description="The kind, for a person")]
    status: int
    detail: Annotated[str, Meta(description="What is wrong here and what to do")]
    instance: Annotated[str, Meta(description="The path of the request")]
    code: Annotated[
        str, Meta(description="The kind, for a program; it never changes", examples=["not_found"])
    ]
    reasons: list[ReasonBody] | UnsetType = UNSET
    errors: list[FieldProblem] | UnsetType = UNSET
    allowance: AllowanceBody | UnsetType = UNSET
    video_allowance: VideoAllowanceBody | UnsetType = UNSET
    paywall: PaywallBody | UnsetType = UNSET
    parts: list[PartBody] | UnsetType = UNSET


_WHEN = {
    HTTP_400_BAD_REQUEST: "The request is malformed.",
    HTTP_401_UNAUTHORIZED: "No credential came with the request, or not one that is taken.",
    HTTP_402_PAYMENT_REQUIRED: "Units are missing that can be bought; `reasons` says which.",
    HTTP_403_FORBIDDEN: "A rule refuses, and says why; or the key's scope does not cover this.",
    HTTP_404_NOT_FOUND: "It does not exist, or is not yours to see.",
    HTTP_408_REQUEST_TIMEOUT: "The request did not arrive within 30 seconds.",
    HTTP_409_CONFLICT: "The current state does not admit this.",
    HTTP_410_GONE: "Something of what is asked for is not kept any more.",
    HTTP_413_REQUEST_ENTITY_TOO_LARGE: "The body is larger than 1 MiB.",
    HTTP_415_UNSUPPORTED_MEDIA_TYPE: "The body is not application/json.",
    HTTP_422_UNPROCESSABLE_ENTITY: "The input is well-formed but invalid; `errors` says where.",
    HTTP_429_TOO_MANY_REQUESTS: "Too many requests came; `Retry-After` says when to go on.",
    HTTP_503_SERVICE_UNAVAILABLE: "A service that is needed is away; try again.",
}

_ALWAYS = (
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_503_SERVICE_UNAVAILABLE,
)
_WITH_BODY = (
    HTTP_400_BAD_REQUEST,
    HTTP_408_REQUEST_TIMEOUT,
    HTTP_415_UNSUPPORTED_MEDIA_TYPE,
)


def problems(*statuses: int, body: bool = False) -> dict[int, ResponseSpec]:
    """Declare the problems that a route can give, besides those that every route can.

    Args:
        statuses: The statuses that are the route's own.
        body: The route takes a body, which can be wrong in the ways that all bodies can.
    """
    every = sorted({*statuses, *_ALWAYS, *(_WITH_BODY if body else ())})
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=_WHEN[status],
            media_type=MEDIA_TYPE,
        )
        for status in every
    }


def problem_of(status: int, detail: str, *, code: str, instance: str = "") -> Problem:
    """Make a problem; its instance is empty where no path was read."""
    return Problem(
        type=f"urn:kithkin:problem:{code}",
        title=code.replace("_", " ").capitalize(),
        status=int(status),
        detail=detail,
        instance=instance,
        code=code,
    )


async def send_problem(send: Send, problem: Problem, *headers: tuple[bytes, bytes]) -> None:
    """Answer a request that no route is to see."""
    body = encoded(problem)
    common = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send(
        {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [*common, *headers],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})


def encoded(problem: Problem) -> bytes:
    """Give a problem as JSON."""
    return msgspec.json.encode(problem)


def also(body: type[Struct], description: str) -> ResponseSpec:
    """Declare a second success of a route, with the same body as the first."""
    return ResponseSpec(body, generate_examples=False, description=description)
