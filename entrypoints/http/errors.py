"""The one place where an error becomes an HTTP status."""

import re
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException

from application.billing.provider_ports import InvalidSignatureError
from application.events.queries import EventsMissedError
from application.shared.idempotency import IdempotencyKeyReusedError
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from domain.shared.errors import (
    ConflictError,
    DomainError,
    InvalidValueError,
    NotFoundError,
    RefusedError,
    TooFastError,
    UnavailableError,
    UnitsNeededError,
)
from domain.usage.paywall import Paywall
from domain.video.unlock import MessageAllowance
from domain.video.video_message_allowance import VideoMessageAllowance
from entrypoints.http.advice import with_advice
from entrypoints.http.decisions import AllowanceBody, ReasonBody
from entrypoints.http.paywall import paywall_body
from entrypoints.http.problems import (
    MEDIA_TYPE,
    FieldProblem,
    PartBody,
    Problem,
    encoded,
    problem_of,
)
from entrypoints.http.too_many_streams import TooManyStreamsError
from entrypoints.http.video_decisions import VideoAllowanceBody

_log = structlog.get_logger("kithkin.http")

_STATUSES: tuple[tuple[type[DomainError], HTTPStatus], ...] = (
    (IdempotencyKeyReusedError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (InvalidValueError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (EventsMissedError, HTTPStatus.GONE),
    (InvalidSignatureError, HTTPStatus.BAD_REQUEST),
    (ConflictError, HTTPStatus.CONFLICT),
    (UnitsNeededError, HTTPStatus.PAYMENT_REQUIRED),
    (RefusedError, HTTPStatus.FORBIDDEN),
    (TooFastError, HTTPStatus.TOO_MANY_REQUESTS),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_CODES = {
    HTTPStatus.BAD_REQUEST: "malformed_request",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "scope_insufficient",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_TIMEOUT: "request_timeout",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid_input",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many_requests",
}
_RETRY_AFTER_SECONDS = "1"
_MISSING = re.compile(r"^Missing required \w+ parameter '(?P<name>[^']+)'")
_PATH = re.compile(r" - at `\$?(?P<path>[^`]*)`$")
_PART = re.compile(r"(?<=\[)\.\.\.(?=\])|[^.\[\]]+")
_ANY_KEY = "..."  # the decoder does not tell which key of a mapping it was


class MalformedBodyError(HTTPException):
    """The body is no JSON."""

    status_code = HTTPStatus.BAD_REQUEST


class InvalidBodyError(HTTPException):
    """The body is JSON, but not of the declared type."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, pointer: str, detail: str) -> None:
        """Name the place and what is wrong there."""
        super().__init__(detail=detail)
        self.pointer = pointer


class NotReadyError(Exception):
    """Something that is needed to serve is away.

    Attributes:
        parts: All that is needed, and how it stands.
    """

    def __init__(self, parts: list[PartBody]) -> None:
        super().__init__()
        self.parts = parts


def to_problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer an error; what no client can cause is logged and told without its details."""
    headers: dict[str, str] = {}
    match error:
        case DomainError():
            problem = _of_domain(request, error)
            headers = _retry_after(error)
        case ValidationException():
            problem = _of_parameters(request, error)
        case InvalidBodyError():
            fields = [FieldProblem(error.pointer, error.detail)]
            problem = _problem(request, HTTPStatus(error.status_code), error.detail)
            problem.errors = fields
        case InternalServerException(detail="client disconnected prematurely"):
            problem = _problem(request, HTTPStatus.BAD_REQUEST, "The body broke off.")
        case HTTPException():
            headers = _with_head(dict(error.headers or {}))
            problem = _problem(request, HTTPStatus(error.status_code), _detail(error))
        case StoreUnavailableError():
            _log.warning("store_unavailable", reason=str(error))
            headers = {"Retry-After": _RETRY_AFTER_SECONDS}
            problem = _problem(
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The database does not answer. Try again in a moment; repeat what changes "
                "something with the same Idempotency-Key, as it may have been kept.",
                code="store_unavailable",
            )
        case NotReadyError():
            away = ", ".join(part.name for part in error.parts if part.status != "ok")
            headers = {"Retry-After": _RETRY_AFTER_SECONDS}
            problem = _problem(
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"Not ready: no answer from {away}. Try again in a moment.",
                code="not_ready",
            )
            problem.parts = error.parts
        case ConcurrentUpdateError():
            headers = {"Retry-After": _RETRY_AFTER_SECONDS}
            problem = _problem(
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                "Too many requests changed the same thing; nothing was kept. Try again.",
                code="too_busy",
            )
        case TooManyStreamsError():
            headers = {"Retry-After": _RETRY_AFTER_SECONDS}
            problem = _problem(
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                "This process follows as many persons as it can, or is about to stop. Try again.",
                code="too_busy",
            )
        case _:
            _log.error("unexpected_error", exc_info=error)
            problem = _problem(
                request,
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "Something went wrong here; the log has it under this request's X-Request-ID.",
                code="internal_error",
            )
    return Response(
        encoded(problem), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )


def _problem(
    request: Request[Any, Any, Any], status: HTTPStatus, detail: str, *, code: str | None = None
) -> Problem:
    code = code or _CODES.get(status, status.name.lower())
    return problem_of(status, detail, code=code, instance=request.scope["path"])


def _retry_after(error: DomainError) -> dict[str, str]:
    if isinstance(error, TooFastError):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _with_head(headers: dict[str, str]) -> dict[str, str]:
    """Add what the API itself makes of GET to the methods that a path takes."""
    if "GET" in (methods := headers.get("allow", "").split(", ")):
        headers["allow"] = ", ".join(sorted({*methods, "HEAD"}))
    return headers


def _of_domain(request: Request[Any, Any, Any], error: DomainError) -> Problem:
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    problem = _problem(request, status, error.detail, code=error.code)
    if isinstance(error, InvalidValueError):
        problem.errors = [FieldProblem(f"/{error.field}", error.detail)]
    if isinstance(error, RefusedError) and error.reasons:
        problem.reasons = msgspec.convert(error.reasons, list[ReasonBody], from_attributes=True)
        match error.decision:
            case MessageAllowance() as decision:
                problem.allowance = msgspec.convert(decision, AllowanceBody, from_attributes=True)
            case Paywall() as decision:
                problem.paywall = paywall_body(decision)
            case VideoMessageAllowance() as decision:
                problem.video_allowance = msgspec.convert(
                    decision, VideoAllowanceBody, from_attributes=True
                )
    return problem


def _of_parameters(request: Request[Any, Any, Any], error: ValidationException) -> Problem:
    extra = error.extra if isinstance(error.extra, list) else []
    fields = [
        FieldProblem(f"/{_name(request, key)}", _advised(request, key, detail))
        for key, detail in (
            (str(item.get("key", "")), str(item.get("message", error.detail)))
            for item in extra
            if isinstance(item, dict)
        )
    ]
    if missing := _MISSING.search(error.detail):
        fields = [FieldProblem(f"/{missing['name']}", "This query parameter is needed.")]
    if any(field.pointer == "/data" for field in fields):
        return _problem(request, HTTPStatus.BAD_REQUEST, "The body is missing; send a JSON object.")
    detail = "; ".join(f"{field.pointer[1:]}: {field.detail}" for field in fields)
    problem = _problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail or error.detail)
    if fields:
        problem.errors = fields
    return problem


def _name(request: Request[Any, Any, Any], key: str) -> str:
    """Give what a parameter is called in a request, which a handler may know by another name."""
    known = request.route_handler.parsed_fn_signature.parameters.get(key)
    as_sent = None if known is None else getattr(known.kwarg_definition, "name", None)
    return as_sent or key


def _advised(request: Request[Any, Any, Any], key: str, detail: str) -> str:
    """Give what is wrong with a parameter, with what it would take."""
    known = request.route_handler.parsed_fn_signature.parameters.get(key)
    if known is None:
        return detail
    examples = getattr(known.kwarg_definition, "examples", None) or ()
    example = next((one.value for one in examples), None)
    return with_advice(detail, known.annotation, example=example)


def _detail(error: HTTPException) -> str:
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return "There is nothing at this path; see /schema for the paths there are."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return "This path does not take this method; the Allow header lists those it takes."
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return "The body is larger than 1 MiB; send less."
        case _:
            return error.detail


def invalid_body(error: msgspec.ValidationError, declared: Any) -> InvalidBodyError:  # noqa: ANN401 - any type
    """Give the error for a body that is not of its declared type, with the place in it."""
    message = str(error)
    found = _PATH.search(message)
    path = _PART.findall(found["path"] if found else "")
    detail = with_advice(_PATH.sub("", message), declared, path)
    return InvalidBodyError("".join(f"/{part}" for part in path if part != _ANY_KEY), detail)
