"""What a person says of themself, and what of it is well-formed."""

import re
import unicodedata
from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.calendar import zone
from ..shared.errors import InvalidValueError
from ..shared.text import MAX_URL_CHARACTERS, clean_line, is_web_address
from .policy import IdentityPolicy

MAX_EMAIL_CHARACTERS = 254
MAX_LANGUAGE_TAG_CHARACTERS = 35

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_BCP_47 = re.compile(
    r"[A-Za-z]{2,8}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WY-Za-wy-z0-9](-[A-Za-z0-9]{2,8})+)*"
    r"(-[xX](-[A-Za-z0-9]{1,8})+)?"
)


class Gender(StrEnum):
    """A person's gender, as they gave it."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"


class PrivacyLevel(StrEnum):
    """Who may see a person's profile."""

    PUBLIC = "public"
    FRIENDS_ONLY = "friends_only"
    PRIVATE = "private"


@frozen(kw_only=True)
class Profile:
    """What a person says of themself.

    Attributes:
        name: Their name.
        email: Stored as given, compared case-folded; a person without one is a guest.
        display_name: What others see; `name` is never shown to other persons.
        username: A handle of their own choice.
        avatar_url: An https or http address of a picture.
        phone_number: In E.164, such as +919876543210.
        gender: As they gave it.
        locale: A BCP 47 tag for formats and language.
        timezone: An IANA zone; it decides their local dates.
        native_language: A BCP 47 tag.
        ui_language: A BCP 47 tag.
        privacy_level: Who may see the profile.
        social_sharing_enabled: When off, nothing of theirs is shown to others.
    """

    name: str
    email: str | None = None
    display_name: str | None = None
    username: str | None = None
    avatar_url: str | None = None
    phone_number: str | None = None
    gender: Gender | None = None
    locale: str = "hi-IN"
    timezone: str = "UTC"
    native_language: str | None = None
    ui_language: str | None = None
    privacy_level: PrivacyLevel = PrivacyLevel.FRIENDS_ONLY
    social_sharing_enabled: bool = True


def email_key(email: str) -> str:
    """Give the form in which two addresses are compared, whatever their case and encoding."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", email).casefold())


def mailbox(email: str) -> str:
    """Give the form in which two mailboxes are compared.

    Addresses that count as one may still be two owners' mailboxes: folding the case makes ss of
    ß, and strasse.example and straße.example are two domains. Here they differ by more than case.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email).lower())


def checked_profile(profile: Profile, policy: IdentityPolicy) -> Profile:
    """Give the profile with its texts in normal form.

    Raises:
        InvalidValueError: A field is malformed; it names the first such field.
    """
    longest = policy.name_max_characters
    return attrs.evolve(
        profile,
        name=clean_line("name", profile.name, max_characters=longest),
        email=_email(profile.email),
        display_name=_line(
            "display_name", profile.display_name, policy.display_name_max_characters
        ),
        username=_line("username", profile.username, longest),
        avatar_url=_url(profile.avatar_url),
        phone_number=_phone(profile.phone_number),
        locale=checked_tag("locale", profile.locale),
        timezone=zone(profile.timezone).key,
        native_language=_optional_tag("native_language", profile.native_language),
        ui_language=_optional_tag("ui_language", profile.ui_language),
    )


def _line(field: str, text: str | None, longest: int) -> str | None:
    return None if text is None else clean_line(field, text, max_characters=longest)


def _email(email: str | None) -> str | None:
    if email is None:
        return None
    email = clean_line("email", email, max_characters=MAX_EMAIL_CHARACTERS)
    if not _EMAIL.fullmatch(email):
        raise InvalidValueError("email", "This is no email address; give one like ana@example.org.")
    return email


def _url(url: str | None) -> str | None:
    if url is None:
        return None
    url = clean_line("avatar_url", url, max_characters=MAX_URL_CHARACTERS)
    if not is_web_address(url):
        raise InvalidValueError("avatar_url", "Give a full address that starts with https://.")
    return url


def _phone(number: str | None) -> str | None:
    if number is not None and not _E164.fullmatch(number):
        raise InvalidValueError(
            "phone_number", "Give the number in E.164 form, like +919876543210: '+', then digits."
        )
    return number


def checked_tag(field: str, tag: str) -> str:
    """Give a language tag as it is.

    Raises:
        InvalidValueError: It is no BCP 47 tag.
    """
    if len(tag) > MAX_LANGUAGE_TAG_CHARACTERS or not _BCP_47.fullmatch(tag):
        raise InvalidValueError(field, "Give a BCP 47 language tag, like 'hi-IN' or 'pt'.")
    return tag


def _optional_tag(field: str, tag: str | None) -> str | None:
    return None if tag is None else checked_tag(field, tag)
