"""What a profile may say."""

from typing import Any

import pytest

from domain.identity.policy import IdentityPolicy
from domain.identity.profile import (
    Gender,
    PrivacyLevel,
    Profile,
    checked_profile,
    email_key,
)
from domain.shared.errors import InvalidValueError
from tests.domain.identity.values import POLICY


def checked(**fields: Any) -> Profile:
    return checked_profile(Profile(**{"name": "Ana", **fields}), POLICY)


def test_a_profile_has_the_defaults_of_the_rules() -> None:
    profile = checked()
    assert profile.timezone == "UTC"
    assert profile.locale == "hi-IN"
    assert profile.privacy_level is PrivacyLevel.FRIENDS_ONLY
    assert profile.email is None
    assert profile.social_sharing_enabled


def test_a_full_profile_is_taken_as_given() -> None:
    profile = Profile(
        name="Ana Lima",
        email="Ana@Example.ORG",
        display_name="Ana",
        username="ana_l",
        avatar_url="https://example.org/ana.png",
        phone_number="+919876543210",
        gender=Gender.PREFER_NOT_TO_SAY,
        locale="pt-BR",
        timezone="America/Sao_Paulo",
        native_language="pt",
        ui_language="en-GB",
        privacy_level=PrivacyLevel.PUBLIC,
        social_sharing_enabled=False,
    )
    assert checked_profile(profile, POLICY) == profile


@pytest.mark.parametrize("field", ["name", "display_name", "username", "email", "avatar_url"])
def test_every_line_is_kept_trimmed_and_in_normal_form(field: str) -> None:
    typed, kept = {
        "email": (" e\u0301@example.org ", "é@example.org"),
        "avatar_url": (" https://example.org/e\u0301 ", "https://example.org/é"),
    }.get(field, (" e\u0301 ", "é"))
    assert getattr(checked(**{field: typed}), field) == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "A\0na"),
        ("name", "A\ud800na"),
        ("display_name", "x" * 51),
        ("display_name", ""),
        ("display_name", "two\nlines"),
        ("username", "x" * 201),
        ("email", "ana"),
        ("email", "@example.org"),
        ("email", "ana@"),
        ("email", "ana@localhost"),
        ("email", "an a@example.org"),
        ("email", "ana@@example.org"),
        ("email", "ana@home@example.org"),
        ("email", "ana@example."),
        ("email", "ana@example..org"),
        ("email", "ana@.org"),
        ("email", "x" * 243 + "@example.org"),
        ("avatar_url", "example.org/ana.png"),
        ("avatar_url", "ftp://example.org/ana.png"),
        ("avatar_url", "javascript:alert(1)"),
        ("avatar_url", "https://"),
        ("avatar_url", "https://[half"),
        ("avatar_url", "https://example.org/a b"),
        ("avatar_url", "https://example.org/" + "x" * 2029),
        ("phone_number", ""),
        ("phone_number", "919876543210"),
        ("phone_number", "+0919876543"),
        ("phone_number", "+91 98765 43210"),
        ("phone_number", "+123456"),
        ("phone_number", "+1234567890123456"),
        ("phone_number", "+١٢٣٤٥٦٧٨٩"),
        ("phone_number", "+919876543210\n"),
        ("locale", ""),
        ("locale", "hi_IN"),
        ("locale", "h"),
        ("locale", "hi-"),
        ("locale", "हिन्दी"),
        ("locale", "hi-IN\n"),
        ("locale", "de-DE-u-co-phonebk-x-aaaaaaaa-bbbbbb"),
        ("native_language", "klingonese"),
        ("ui_language", "en-"),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
    ],
)
def test_a_malformed_field_is_refused_by_its_name(field: str, value: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked(**{field: value})
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 200),
        ("display_name", "漢" * 50),
        ("username", "x" * 200),
        ("email", "x" * 242 + "@example.org"),
        ("email", "o'neil+list@sub.example.org"),
        ("avatar_url", "https://example.org/" + "x" * 2028),
        ("avatar_url", "http://localhost:8000/ana.png?size=2#top"),
        ("phone_number", "+1234567"),
        ("phone_number", "+123456789012345"),
        ("locale", "pt"),
        ("locale", "zh-Hant-TW"),
        ("locale", "es-419"),
        ("locale", "sl-rozaj-biske-1994"),
        ("locale", "de-DE-u-co-phonebk"),
        ("locale", "en-x-kith"),
        ("locale", "de-DE-u-co-phonebk-x-aaaaaaaa-bbbbb"),
        ("native_language", "yue"),
        ("timezone", "Asia/Kathmandu"),
    ],
)
def test_a_field_at_its_limit_is_taken(field: str, value: str) -> None:
    assert getattr(checked(**{field: value}), field) == value


def test_a_business_may_set_its_own_limits() -> None:
    strict = IdentityPolicy(name_max_characters=3, display_name_max_characters=2)
    assert checked_profile(Profile(name="Ana", display_name="An"), strict).display_name == "An"
    for profile in (Profile(name="Anna"), Profile(name="Ana", display_name="Ana")):
        with pytest.raises(InvalidValueError):
            checked_profile(profile, strict)


def test_addresses_are_one_whatever_their_case() -> None:
    assert email_key("Ana@Example.ORG") == email_key("ana@example.org")
    assert email_key("Straße@example.org") == email_key("STRASSE@example.org")
    assert email_key("ana@example.org") != email_key("anna@example.org")
