"""What is said to whoever gives identity a value or a command that it does not take."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.identity.blocks import block
from domain.identity.google import linked_elsewhere, not_linked, not_verified, spent
from domain.identity.guests import (
    EmailAlikeError,
    EmailNotProvenError,
    not_merged,
    require_no_address,
    require_same_mailbox,
)
from domain.identity.learning import LearningPreferences, checked_preferences
from domain.identity.profile import Profile, checked_profile
from domain.identity.reports import Report, checked_report
from domain.identity.sessions import NewSession, SessionOrigin, minted_session, no_such_session
from domain.identity.sign_in_codes import SignInCodeSpentError, SignInCodeWrongError
from domain.identity.sign_in_policy import SignInPolicy
from domain.shared.errors import DomainError, InvalidValueError
from domain.shared.ids import LoginSessionId, MessageId, ReportId
from tests.domain.identity import sign_ins
from tests.domain.identity.values import ANA, BEN, NOW, POLICY, a_person

REPORT = Report(
    id=ReportId(UUID(int=9)),
    reporter_id=ANA,
    reported_id=BEN,
    reason="Spam.",
    evidence_message_ids=(),
    created_at=NOW,
)
MESSAGES = tuple(MessageId(UUID(int=number)) for number in range(51))
MINTED = NewSession(
    id=LoginSessionId(UUID(int=1)), person_id=ANA, token="t", origin=SessionOrigin.MINTED
)


def profile(**fields: Any) -> Profile:
    return checked_profile(Profile(**{"name": "Ana", **fields}), POLICY)


def prefers(**fields: Any) -> LearningPreferences:
    given = {"person_id": ANA, "target_language": "ja", **fields}
    return checked_preferences(LearningPreferences(**given), POLICY)


NO_EMAIL = "This is no email address; give one like ana@example.org."
NO_PICTURE = "Give a full address that starts with https://."
NO_TAG = "Give a BCP 47 language tag, like 'hi-IN' or 'pt'."


@pytest.mark.parametrize(
    ("attempt", "field", "says"),
    [
        (lambda: profile(email="ana"), "email", NO_EMAIL),
        (
            lambda: profile(email="x" * 243 + "@example.org"),
            "email",
            "The text has 255 characters; at most 254 are taken; shorten it.",
        ),
        pytest.param(
            lambda: profile(avatar_url="example.org/ana.png"),
            "avatar_url",
            NO_PICTURE,
            id="picture-without-scheme",
        ),
        pytest.param(
            lambda: profile(avatar_url="https://[half"),
            "avatar_url",
            NO_PICTURE,
            id="picture-without-host",
        ),
        (
            lambda: profile(phone_number="919876543210"),
            "phone_number",
            "Give the number in E.164 form, like +919876543210: '+', then digits.",
        ),
        (lambda: profile(locale="hi_IN"), "locale", NO_TAG),
        (lambda: profile(native_language="klingonese"), "native_language", NO_TAG),
        (lambda: profile(ui_language="en-"), "ui_language", NO_TAG),
        (lambda: prefers(target_language="japanese!"), "target_language", NO_TAG),
        (lambda: prefers(reading_level=101), "reading_level", "Give a level from 1 to 100."),
        (
            lambda: prefers(specific_goals=tuple(f"goal {number}" for number in range(21))),
            "specific_goals",
            "Name at most 20 goals.",
        ),
        (lambda: block(ANA, ANA, NOW), "other_id", "A person cannot block themself; name another."),
        (
            lambda: checked_report(attrs.evolve(REPORT, reported_id=ANA), POLICY),
            "reported_id",
            "A person cannot report themself; name another.",
        ),
        (
            lambda: checked_report(attrs.evolve(REPORT, evidence_message_ids=MESSAGES), POLICY),
            "evidence_message_ids",
            "Name at most 50 messages.",
        ),
        (
            lambda: minted_session(MINTED, 59, SignInPolicy(), NOW),
            "lifetime_seconds",
            "Give from 60 to 86400 seconds.",
        ),
    ],
)
def test_a_value_that_is_wrong_by_itself_is_named(
    attempt: Callable[[], object], field: str, says: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        attempt()
    assert (refusal.value.field, refusal.value.detail) == (field, says)


CODE_SPENT = (
    "This code is taken no longer: it was used, replaced by a newer one, tried too often, or its "
    "time is over. Ask for a new code."
)


@pytest.mark.parametrize(
    ("attempt", "error", "says"),
    [
        (
            lambda: require_no_address({"email": None}),
            EmailNotProvenError,
            (
                "An email address is proven, not set: a guest gets one by signing in with it. For "
                "others the app's own backend changes it."
            ),
        ),
        (
            lambda: require_same_mailbox(a_person(email="a@straße.example"), "a@strasse.example"),
            EmailAlikeError,
            (
                "A person has an address that counts as this one but is spelled with other "
                "letters. Sign in with that spelling, or with another address."
            ),
        ),
        pytest.param(
            lambda: sign_ins.try_code(None), SignInCodeSpentError, CODE_SPENT, id="no-code"
        ),
        pytest.param(
            lambda: sign_ins.try_code(sign_ins.a_code(tries=5)),
            SignInCodeSpentError,
            CODE_SPENT,
            id="no-try-left",
        ),
        (
            lambda: sign_ins.compare(sign_ins.a_code(tries=2)),
            SignInCodeWrongError,
            "This is not the code that was sent. Check the address and the code; tries left: 3.",
        ),
        (
            lambda: sign_ins.compare(sign_ins.a_code(tries=5)),
            SignInCodeWrongError,
            "This is not the code that was sent. That was the last try; ask for a new code.",
        ),
    ],
)
def test_a_refusal_says_what_to_do(
    attempt: Callable[[], object], error: type[DomainError], says: str
) -> None:
    with pytest.raises(error) as refusal:
        attempt()
    assert refusal.value.detail == says


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (no_such_session, "There is no such session; list the sessions to see their ids."),
        (
            not_merged,
            (
                "This address belongs to another person, and the guest is not merged into them. "
                "Sign in with the same code without the guest's token to be that person."
            ),
        ),
        (
            not_linked,
            (
                "A person has this address, and Google does not run it. Sign in by a code sent to "
                "it, then begin with Google again with the token you got: that links the two."
            ),
        ),
        (
            not_verified,
            "Google has not verified this account's address. Verify it there, then begin again.",
        ),
        (
            linked_elsewhere,
            "This Google account signs in another person; begin without a token to be that person.",
        ),
        (
            spent,
            (
                "This attempt was finished before, is too old, or was begun elsewhere. "
                "Begin a new one."
            ),
        ),
    ],
)
def test_what_the_store_finds_out_is_said_with_what_to_do(
    error: Callable[[], DomainError], says: str
) -> None:
    assert error().detail == says


@pytest.mark.parametrize("email", ["Ana@Example.org", "ANA@example.ORG"])
def test_an_address_in_another_case_is_the_same_mailbox(email: str) -> None:
    require_same_mailbox(a_person(email="ana@example.org"), email)


def test_a_guest_has_no_mailbox_that_an_address_could_be() -> None:
    with pytest.raises(EmailAlikeError):
        require_same_mailbox(a_person(), "ana@example.org")
