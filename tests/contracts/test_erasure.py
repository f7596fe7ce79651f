"""Erasure leaves an id, and nothing that was said or known of its person."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.conversations.send_message import SendMessageRequest, SentMessage
from application.referrals.invite_person import InviteRequest
from application.referrals.ports import TraceKind
from application.shared.idempotency import Answer, replay
from domain.identity.blocks import block
from domain.identity.code_limits import TooManyCodesError
from domain.identity.erasure import Erasure
from domain.identity.events import PersonErased, PersonRegistered, SessionEnded, SignedIn
from domain.identity.learning import LearningPreferences
from domain.identity.pepper import Pepper
from domain.identity.persons import Person, PersonStatus
from domain.identity.profile import Gender
from domain.identity.sessions import signed_in as signed_in_as
from domain.identity.sign_in_codes import SignInCodeSpentError
from domain.referrals.kinds import Method, Verdict
from domain.shared.ids import UsageSessionId
from domain.shared.standing import PersonDeletedError
from domain.usage.commands import StartSession
from domain.video.calls import Ended
from domain.video.events import CallOutcome
from tests.contracts import billing, given, usage, values
from tests.contracts.given import Pair
from tests.contracts.referrals import Family, Programme
from tests.contracts.sign_in import Postbox, authenticate, to_verify, verify_code
from tests.contracts.stores import Stores
from tests.contracts.test_sign_in import asked, events_about, minted, signed_in
from tests.contracts.use_cases import erase_person, export_person, send_message, set_preferences
from tests.contracts.values import MINUTE, PEPPER, START, an_attempt, an_email, an_event


def a_secret() -> str:
    """A text that nobody else has, and that looks like a word."""
    return f"secret{uuid7().hex}"


async def a_pair_of(stores: Stores, person: Person) -> Pair:
    other = await given.a_person(stores)
    conversation = values.a_conversation(person, other)
    await stores.conversations.add(conversation, ())
    return Pair(person, other, conversation)


def a_known_person(secret: str) -> Person:
    return values.a_person(
        name=secret,
        email=f"{secret}@example.org",
        display_name=secret,
        username=secret,
        avatar_url=f"https://example.org/{secret}",
        phone_number="+919876543210",
        gender=Gender.FEMALE,
        locale="pt-PT",
        timezone="Europe/Lisbon",
        native_language="pt",
        ui_language="pt",
        status=PersonStatus.SUSPENDED,
        suspension_reason=secret,
    )


async def everything_of(stores: Stores, secret: str) -> Pair:
    """A person with something in every table that can hold what is theirs."""
    person = a_known_person(secret)
    registered = PersonRegistered(
        at=START, person_id=person.id, policy_version="v", timezone="Europe/Lisbon", locale="pt-PT"
    )
    await stores.persons.add(person, values.outgoing(registered))
    pair = await a_pair_of(stores, person)
    sent = await given.a_message(
        stores, pair.conversation, person.id, text=secret, client_message_id=secret
    )
    edited = attrs.evolve(sent, text=f"{secret}!", first_text_digest=b"digest")
    await stores.messages.save(sent, edited, ())
    await given.a_message(stores, pair.conversation, pair.b.id, text="What the other said")
    await stores.messages.mark_read(pair.conversation.id, person.id, sent.id)
    await stores.reports.add(values.a_report(person, pair.b, reason=secret), ())
    await stores.blocks.add(block(person.id, pair.b.id, START), ())
    await stores.preferences.save(
        LearningPreferences(person_id=person.id, target_language="ja", specific_goals=(secret,)),
        (),
    )
    attempt = an_attempt()
    answer = values.an_answer(attempt, body=secret.encode(), person_id=person.id)
    await stores.answers.keep(attempt, answer)
    await asked(stores, Postbox(), person.email or "")
    await stores.google_links.add(values.a_google_link(person, secret))
    session = values.a_session(person)
    await stores.sessions.add(session, values.outgoing(signed_in_as(session, "v")))
    await usage.grant_seconds(stores)(person.id, 60, secret)
    await billing.grant_account_credit(stores)(person.id, 500, "USD", secret)
    start = StartSession(session_id=UsageSessionId(uuid7()), language=secret)
    await usage.account_keeper(stores)(person.id, start)
    await refers(stores, person, secret)
    return pair


async def refers(stores: Stores, person: Person, secret: str) -> None:
    """They refer somebody whom a reviewer writes of, and note where."""
    programme = Programme(stores, families=Family())
    known = await given.the_person(stores, person)
    active = attrs.evolve(known, status=PersonStatus.ACTIVE)
    await stores.persons.save(known, active, ())
    await programme.invite(
        InviteRequest(person_id=person.id, method=Method.LINK, metadata={"campaign": secret})
    )
    other = await given.a_person(stores)
    redeemed = await programme.comes(await programme.code_of(person), other)
    assert redeemed.referral is not None
    await programme.review(redeemed.referral.id, Verdict.REJECT, "eve", secret)
    known = await given.the_person(stores, person)
    await stores.persons.save(known, attrs.evolve(known, status=PersonStatus.SUSPENDED), ())


async def test_nothing_is_left_anywhere(stores: Stores) -> None:
    secret = a_secret()
    pair = await everything_of(stores, secret)
    assert set(await stores.mentions(secret)) >= {
        "persons",
        "messages",
        "reports",
        "google_links",
        "usage_sessions",
        "usage_ledger",
        "referrals",
        "account_credit_ledger",
        *({"answers", "preferences"} & set(await stores.mentions(secret))),
    }
    assert len(await stores.mentions(secret)) == 11

    await erase_person(stores)(pair.a.id)

    assert await stores.mentions(secret) == []
    erased = await given.the_person(stores, pair.a)
    assert erased == attrs.evolve(
        values.a_person(id=pair.a.id, name="", registered_at=pair.a.registered_at),
        status=PersonStatus.DELETED,
        locale="und",
        privacy_level=erased.privacy_level,
        social_sharing_enabled=False,
        counting_on=erased.counting_on,
        counting_since=erased.counting_since,
        version=erased.version,
    )
    assert await stores.preferences.get(pair.a.id) is None
    assert not await stores.blocks.between(pair.a.id, pair.b.id)
    assert await stores.sessions.lock(pair.a.id) == ()


async def test_of_referrals_the_ledger_is_left(stores: Stores) -> None:
    programme = Programme(stores)
    referrer = await given.a_person(stores)
    code = await programme.code_of(referrer)
    referee = await programme.a_referee(code)
    await programme.pays(referee, fingerprint=a_secret())
    await programme.drain(referee.id)
    for person in (referrer, referee):
        await erase_person(stores)(person.id)
    ports = stores.referrals
    left = await ports.referrals.of_referee(referee.id)
    assert left is not None
    assert (left.referrer_id, left.token, left.metadata) == (referrer.id, None, {})
    assert await ports.codes.get(code.code) is None
    assert await stores.mentions(code.code) == []
    assert not await ports.traces.common(referee.id, referee.id, TraceKind.PAYMENT)


async def test_sessions_codes_and_counts_end_with_the_person(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    first = (await signed_in(stores, email)).opened
    second = await minted(stores, first.person)
    nonce = await asked(stores, post, email)

    await erase_person(stores)(first.person.id)

    for opened in (first, second):
        assert await authenticate(stores)(opened.token) is None
    assert await stores.sessions.lock(first.person.id) == ()
    with pytest.raises(SignInCodeSpentError):
        await verify_code(stores)(to_verify(email, nonce, post.code(email)))
    with pytest.raises(PersonDeletedError):
        await minted(stores, first.person)
    told = await events_about(stores, first.person.id)
    assert told == [PersonRegistered, *[SignedIn] * 2, *[SessionEnded] * 2, PersonErased]

    # The address begins anew, with all the codes of a new one.
    for _ in range(2):
        await asked(stores, post, email.upper())
    newcomer = await signed_in(stores, email.upper())
    assert (newcomer.created, newcomer.opened.person.id == first.person.id) == (True, False)


async def test_codes_and_counts_of_others_stay(stores: Stores) -> None:
    erased, email, post = await given.a_person(stores, email=an_email()), an_email(), Postbox()
    nonce = ""
    for _ in range(3):
        nonce = await asked(stores, post, email)
    await erase_person(stores)(erased.id)
    with pytest.raises(TooManyCodesError):
        await asked(stores, post, email)
    assert (await verify_code(stores)(to_verify(email, nonce, post.code(email)))).created


async def test_an_erased_guest_is_not_claimed(stores: Stores) -> None:
    guest, email, post = await given.a_person(stores), an_email(), Postbox()
    nonce = await asked(stores, post, email)
    await erase_person(stores)(guest.id)
    erased = await given.the_person(stores, guest)
    with pytest.raises(PersonDeletedError):
        await verify_code(stores)(to_verify(email, nonce, post.code(email), guest.id))
    assert await given.the_person(stores, guest) == erased
    assert (await verify_code(stores)(to_verify(email, nonce, post.code(email)))).created


async def test_what_the_other_said_and_what_was_counted_stays(stores: Stores) -> None:
    pair = await everything_of(stores, a_secret())
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    await erase_person(stores)(pair.a.id)

    page = await stores.messages.page(pair.conversation.id, None, 10, newest_first=False)
    mine, theirs = page.items
    now = await stores.clock.now()
    assert (mine.text, mine.client_message_id, mine.first_text_digest) == ("", None, None)
    assert (mine.sender_id, mine.deleted_at, mine.daily_number) == (pair.a.id, now, 1)
    assert (theirs.text, theirs.deleted_at) == ("What the other said", None)
    after = await given.a_view(stores, pair.conversation, pair.a.id)
    assert after.latest_count == seen.latest_count == 1
    assert after.conversation.version == seen.conversation.version + 1
    [report] = (await stores.reports.page(pair.b.id, None, 5)).items
    assert (report.reporter_id, report.reason) == (pair.a.id, "")


async def test_a_deleted_message_keeps_its_time(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = await given.a_message(stores, pair.conversation, pair.a.id)
    deleted = attrs.evolve(sent, text="", deleted_at=START, first_text_digest=b"digest")
    await stores.messages.save(sent, deleted, ())
    await erase_person(stores)(pair.a.id)
    [kept] = (await stores.messages.page(pair.conversation.id, None, 5, newest_first=True)).items
    assert kept == attrs.evolve(deleted, first_text_digest=None)


async def test_events_lose_where_the_person_was(stores: Stores) -> None:
    pair = await everything_of(stores, a_secret())
    await erase_person(stores)(pair.a.id)
    events = [out.event for out in await stores.outbox() if out.event.person_id == pair.a.id]
    [registered] = [event for event in events if isinstance(event, PersonRegistered)]
    assert (registered.timezone, registered.locale) == ("UTC", "und")
    assert isinstance(events[-1], PersonErased)


async def test_an_address_is_free_and_known_again(stores: Stores) -> None:
    email = an_email()
    person = await given.a_person(stores, email=email)
    erasure = await erase_person(stores)(person.id)

    newcomer = await given.a_person(stores, email=email.upper())
    assert await given.the_person(stores, newcomer) == newcomer
    assert erasure.email_hash == PEPPER.erased_email(email.upper())
    assert await stores.erasures.of_email(PEPPER.erased_email(email)) == (erasure,)
    assert await stores.erasures.of_email(Pepper(b"another").erased_email(email)) == ()

    again = await erase_person(stores)(newcomer.id)
    assert set(await stores.erasures.of_email(PEPPER.erased_email(email))) == {erasure, again}


async def test_erasing_again_gives_the_same_record(stores: Stores) -> None:
    person = await given.a_person(
        stores, email=an_email(), status=PersonStatus.SUSPENDED, suspension_reason="Spam."
    )
    erase = erase_person(stores)
    first = await erase(person.id)
    before = await stores.outbox()
    assert await erase(person.id) == first == await stores.erasures.get(person.id)
    assert first == Erasure(
        person_id=person.id,
        erased_at=await stores.clock.now(),
        was_suspended=True,
        email_hash=PEPPER.erased_email(person.email or ""),
    )
    assert await stores.outbox() == before


async def test_a_guest_has_no_address_to_be_known_by(stores: Stores) -> None:
    guest = await given.a_person(stores)
    assert (await erase_person(stores)(guest.id)).email_hash is None


async def test_open_calls_end_and_a_long_one_still_counts(stores: Stores) -> None:
    person = await given.a_person(stores, timezone="Pacific/Kiritimati")
    talks = [await a_pair_of(stores, person) for _ in range(3)]
    now = await stores.clock.now()
    ringing = await given.a_call(
        stores, talks[0].conversation, created_at=now, rings_at=now + timedelta(hours=1)
    )
    long = await given.an_answered_call(stores, talks[1].conversation, now - 2 * MINUTE)
    over = await given.a_completed_call(stores, talks[2].conversation, now)

    await erase_person(stores)(person.id)

    ended = [await stores.calls.get(call.id) for call in (ringing, long, over)]
    outcomes = [call.outcome for call in ended if isinstance(call, Ended)]
    assert outcomes == [CallOutcome.MISSED, CallOutcome.COMPLETED, CallOutcome.COMPLETED]
    assert await stores.calls.open_of(person.id) == ()
    history = await stores.histories.get(talks[1].conversation.id)
    assert history is not None
    assert history.video_call_count == 1
    assert history.last_call_on_a == now.astimezone(ZoneInfo(person.timezone)).date()


async def test_a_repeat_of_what_was_erased_is_refused_and_has_no_effect(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()

    def render(sent: SentMessage) -> Answer:
        return Answer(status=201, body=sent.message.text.encode(), person_id=pair.a.id)

    request = SendMessageRequest(
        conversation_id=pair.conversation.id,
        sender_id=pair.a.id,
        text="Hello",
        attempt=attempt,
        render=render,
    )
    send = send_message(stores)
    await send(request)
    await erase_person(stores)(pair.a.id)

    with pytest.raises(PersonDeletedError):
        await send(request)
    kept = await stores.answers.claim(attempt, START)
    assert kept is not None
    assert (kept.body, kept.fingerprint) == (b"", b"")
    with pytest.raises(PersonDeletedError):
        replay(attempt, kept)


async def test_an_erasure_that_fails_leaves_all_as_it_was(stores: Stores) -> None:
    secret = a_secret()
    pair = await everything_of(stores, secret)
    tables, events = await stores.mentions(secret), await stores.outbox()

    class Broken:
        async def erase(self, *_: Any) -> None:
            await stores.persons.add(values.a_person(), (an_event(pair.a.id),))
            raise ZeroDivisionError

    broken = attrs.evolve(erase_person(stores), personal_data=(stores.personal_data, Broken()))
    with pytest.raises(ZeroDivisionError):
        await broken(pair.a.id)

    assert await stores.mentions(secret) == tables
    assert await stores.outbox() == events
    assert await stores.blocks.between(pair.a.id, pair.b.id)
    assert (await given.the_person(stores, pair.a)).status is PersonStatus.SUSPENDED


async def test_nobody_else_is_touched(stores: Stores) -> None:
    secret = a_secret()
    bystander = await everything_of(stores, secret)
    tables = await stores.mentions(secret)
    other = await everything_of(stores, a_secret())
    await erase_person(stores)(other.a.id)
    assert await stores.mentions(secret) == tables
    assert await given.the_person(stores, bystander.b) == await given.the_person(
        stores, bystander.b
    )
    assert await stores.blocks.between(bystander.a.id, bystander.b.id)


async def test_an_erased_person_exports_nothing_and_prefers_nothing(stores: Stores) -> None:
    person = await given.a_person(stores)
    await erase_person(stores)(person.id)
    with pytest.raises(PersonDeletedError):
        await export_person(stores)(person.id)
    with pytest.raises(PersonDeletedError):
        await set_preferences(stores)(
            LearningPreferences(person_id=person.id, target_language="ja")
        )
