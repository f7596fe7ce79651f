"""Persons over HTTP."""

import unicodedata
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from domain.identity.guests import require_no_address
from domain.identity.persons import Person, PersonStatus
from domain.identity.profile import Gender, PrivacyLevel, Profile, email_key
from domain.identity.sessions import LoginSession
from domain.shared.errors import InvalidValueError
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from entrypoints.http.acting import acting
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody, given_fields
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems

Email = Annotated[str, Meta(max_length=254, examples=["ana@example.org"])]
Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Ana Lima"])]
DisplayName = Annotated[str, Meta(min_length=1, max_length=50, examples=["Ana"])]
Username = Annotated[str, Meta(min_length=1, max_length=200, examples=["ana.lima"])]
Url = Annotated[str, Meta(max_length=2048, examples=["https://example.org/ana.png"])]
Phone = Annotated[
    str, Meta(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164", examples=["+351912345678"])
]
Timezone = Annotated[str, Meta(max_length=64, description="IANA", examples=["Europe/Lisbon"])]
Language = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=35,
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        description="BCP 47",
        examples=["pt"],
    ),
]

_ENCODED_WORD = "=?"
"""What begins letters in disguise: many a mail server takes them for another address."""


class RegisterPersonBody(Struct, forbid_unknown_fields=True):
    """A new person's profile."""

    name: Name
    email: Email | None = None
    display_name: DisplayName | None = None
    username: Username | None = None
    avatar_url: Url | None = None
    phone_number: Phone | None = None
    gender: Gender | None = None
    locale: Language = "hi-IN"
    timezone: Timezone = "UTC"
    native_language: Language | None = None
    ui_language: Language | None = None
    privacy_level: PrivacyLevel = PrivacyLevel.FRIENDS_ONLY
    social_sharing_enabled: bool = True


class ChangePersonBody(Struct, forbid_unknown_fields=True):
    """The fields of a profile to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    display_name: DisplayName | UnsetType | None = UNSET
    username: Username | UnsetType | None = UNSET
    avatar_url: Url | UnsetType | None = UNSET
    phone_number: Phone | UnsetType | None = UNSET
    gender: Gender | UnsetType | None = UNSET
    locale: Language | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    native_language: Language | UnsetType | None = UNSET
    ui_language: Language | UnsetType | None = UNSET
    privacy_level: PrivacyLevel | UnsetType = UNSET
    social_sharing_enabled: bool | UnsetType = UNSET


class TierBody(Struct, forbid_unknown_fields=True):
    """The tier a person shall hold."""

    tier: Tier


class SuspensionBody(Struct, forbid_unknown_fields=True):
    """Why a person is suspended."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000, examples=["Repeated spam"])]


class PersonBody(Struct):
    """A person."""

    id: UUID
    name: str
    email: str | None
    display_name: str | None
    username: str | None
    avatar_url: str | None
    phone_number: str | None
    gender: Gender | None
    locale: str
    timezone: str
    native_language: str | None
    ui_language: str | None
    privacy_level: PrivacyLevel
    social_sharing_enabled: bool
    status: PersonStatus
    suspension_reason: str | None
    tier: Tier
    registered_at: datetime


def person_body(person: Person) -> PersonBody:
    """Give a person as the API shows them."""
    return msgspec.convert(person, PersonBody, from_attributes=True)


def changes_of(request: ApiRequest, data: ChangePersonBody) -> dict[str, Any]:
    """Give the fields of a profile that a request changes, with their new values.

    Raises:
        InvalidValueError: An email address is malformed.
        EmailNotProvenError: A person sets their own address, which nobody has proven.
    """
    changes = given_fields(data)
    if isinstance(data.email, str):
        changes["email"] = checked_email(data.email)
    if isinstance(request.auth, LoginSession):
        require_no_address(changes)
    return changes


def checked_email(email: str) -> str:
    """Give an address as it was given, or as mail servers write it, where that is not the same.

    One domain has many spellings, such as in full-width letters or in Punycode. Whatever is
    counted or looked up by an address goes by one of them.

    Raises:
        InvalidValueError: It is no address.
    """
    try:
        known = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidValueError("email", str(error)) from error
    if _ENCODED_WORD in known.local_part:
        raise InvalidValueError("email", "The part before the @-sign holds '=?'; write it plainly.")
    same = email_key(email) == email_key(known.normalized)
    return unicodedata.normalize("NFC", email) if same else known.normalized


def _known_as(email: str) -> str:
    with suppress(InvalidValueError):
        return checked_email(email)
    return email


class PersonRoutes(Controller):
    """Persons, their tiers, suspensions and blocks."""

    path = "/v1"
    tags = ("Persons",)

    @post(
        "/persons",
        dto=JsonBody[RegisterPersonBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def register_person(
        self, request: ApiRequest, data: JSONBody[RegisterPersonBody]
    ) -> Response[PersonBody]:
        """Register a person. One without an email address is a guest."""
        email = None if data.email is None else checked_email(data.email)

        async def work() -> tuple[int, PersonBody]:
            profile = Profile(**{**msgspec.structs.asdict(data), "email": email})
            return 201, person_body(await kithkin(request).identity.register_person()(profile))

        return await answer_once(request, work, about=lambda body: body.id)

    @get("/persons", responses=problems())
    async def list_persons(
        self,
        request: ApiRequest,
        email: Annotated[
            str | None,
            QueryParameter(max_length=254, description="Only the person with this address"),
        ] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[PersonBody]:
        """List persons in the order of their registration."""
        email = None if email is None else _known_as(email)
        page = await kithkin(request).identity.queries().all_persons(email, position(cursor), limit)
        return list_body(page, person_body)

    @get("/persons/{person_id:uuid}", opt=FOR_PERSONS, responses=problems(404))
    async def get_person(self, request: ApiRequest, person_id: FromPath[UUID]) -> PersonBody:
        """Read a person."""
        return person_body(
            await kithkin(request).identity.queries().person(acting(request, person_id))
        )

    @patch(
        "/persons/{person_id:uuid}",
        opt=FOR_PERSONS,
        dto=JsonBody[ChangePersonBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def change_person(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[ChangePersonBody]
    ) -> PersonBody:
        """Change some fields of a person's profile. A new zone decides later dates only."""
        changes = changes_of(request, data)
        change = kithkin(request).identity.change_profile()
        return person_body(await change(acting(request, person_id), changes))

    @put(
        "/persons/{person_id:uuid}/tier",
        opt=ADMIN,
        dto=JsonBody[TierBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def set_tier(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[TierBody]
    ) -> PersonBody:
        """Set the tier a person holds. An upgrade counts at once, a downgrade from the next day."""
        return person_body(
            await kithkin(request).identity.set_tier()(PersonId(person_id), data.tier)
        )

    @put(
        "/persons/{person_id:uuid}/suspension",
        opt=ADMIN,
        dto=JsonBody[SuspensionBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def suspend_person(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[SuspensionBody]
    ) -> PersonBody:
        """Suspend a person: they can neither send nor call until the suspension is lifted."""
        suspend = kithkin(request).identity.suspend_person()
        return person_body(await suspend(PersonId(person_id), data.reason))

    @delete("/persons/{person_id:uuid}/suspension", opt=ADMIN, responses=problems(404))
    async def reinstate_person(self, request: ApiRequest, person_id: FromPath[UUID]) -> None:
        """Lift a person's suspension."""
        await kithkin(request).identity.reinstate_person()(PersonId(person_id))

    @put(
        "/persons/{person_id:uuid}/blocks/{other_id:uuid}",
        opt=FOR_PERSONS,
        status_code=204,
        responses=problems(404),
    )
    async def block_person(
        self, request: ApiRequest, person_id: FromPath[UUID], other_id: FromPath[UUID]
    ) -> None:
        """Block another person: neither can message, call or see the other from now on."""
        blocker_id = acting(request, person_id)
        await kithkin(request).identity.block_person()(blocker_id, PersonId(other_id))

    @delete(
        "/persons/{person_id:uuid}/blocks/{other_id:uuid}",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def unblock_person(
        self, request: ApiRequest, person_id: FromPath[UUID], other_id: FromPath[UUID]
    ) -> None:
        """Lift a block; without one nothing changes."""
        blocker_id = acting(request, person_id)
        await kithkin(request).identity.unblock_person()(blocker_id, PersonId(other_id))
