"""Every event of video messages in full, and the words of what they do not admit."""

from datetime import date
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.shared.errors import DomainError, InvalidValueError, NotFoundError
from domain.shared.ids import (
    ConversationId,
    CreditLotId,
    PersonId,
    VideoMessageId,
)
from domain.video import credits as wallets
from domain.video import video_message_commands, video_messages
from domain.video.credits import (
    Account,
    LedgerEntry,
    Move,
    Wallet,
    entries,
)
from domain.video.video_message_commands import (
    Addressed,
    ReportFailed,
    ReportUploaded,
    UploadAwaitedError,
    UploadCompleteError,
    UploadFailedError,
    VideoMessageCommand,
    View,
    send,
)
from domain.video.video_message_events import (
    UnitSource,
    VideoMessageFailed,
    VideoMessageSent,
    VideoMessageUploaded,
    VideoMessageViewed,
)
from domain.video.video_messages import (
    Failed,
    Pending,
    Uploaded,
    VideoMessage,
    Viewed,
    checked_upload_ref,
    no_such_video_message,
)
from tests.domain.video.script import (
    START,
    TALK,
)
from tests.domain.video.wallets import allowance
from tests.domain.video.whole_messages import (
    ABOUT,
    ANA,
    BACK,
    BEN,
    BY_CREDIT,
    OTHER_LOT,
    SENT,
    TODAY,
    failed,
    lot,
    wallet,
)


def pending(**changes: Any) -> Pending:
    plain = Pending(
        id=SENT["video_message_id"],
        send_id=SENT["send_id"],
        conversation_id=TALK,
        sender_id=ANA,
        recipient_id=BEN,
        upload_ref="s3://video",
        source=UnitSource.FREE,
        lot_id=None,
        counted_on=TODAY,
        created_at=START,
        policy_version="v",
    )
    return attrs.evolve(plain, **changes)


def message_sent(source: UnitSource, lot_id: CreditLotId | None, number: int) -> VideoMessageSent:
    return VideoMessageSent(
        **ABOUT,
        video_message_id=VideoMessageId(UUID(int=60 + number)),
        send_id=SENT["send_id"],
        conversation_id=ConversationId(UUID(int=70 + number)),
        recipient_id=PersonId(UUID(int=80 + number)),
        source=source,
        lot_id=lot_id,
        counted_on=TODAY,
    )


def addressed(number: int) -> Addressed:
    return Addressed(
        message_id=VideoMessageId(UUID(int=60 + number)),
        conversation_id=ConversationId(UUID(int=70 + number)),
        recipient_id=PersonId(UUID(int=80 + number)),
    )


def test_a_send_in_full() -> None:
    lots = (lot(remaining=0), lot(id=OTHER_LOT, number=2, remaining=1))
    known = wallet(*lots, purchased=10, spent=9, free_on=TODAY, free_used=2, moves=4)
    decision = allowance(free_used=2, credits=1, needed=2)
    events = send(SENT["send_id"], (addressed(1), addressed(2)), decision, known, START)
    free, paid = (
        message_sent(UnitSource.FREE, None, 1),
        message_sent(UnitSource.CREDIT, OTHER_LOT, 2),
    )
    assert events == (free, paid)
    assert entries(known, free) == ()
    after = wallets.evolve(known, free)
    assert after == attrs.evolve(known, accounts=attrs.evolve(known.accounts, free_used=3))
    assert wallets.evolve(after, paid) == Wallet(
        attrs.evolve(after.accounts, spent=10, moves=5),
        (lots[0], attrs.evolve(lots[1], remaining=0)),
    )
    assert entries(after, paid) == (
        LedgerEntry(
            person_id=ANA,
            number=5,
            at=START,
            account=Account.CREDITS,
            move=Move.SPEND,
            amount=-1,
            balance=0,
            lot_id=OTHER_LOT,
            video_message_id=VideoMessageId(UUID(int=62)),
            reason=None,
            policy_version="v",
        ),
    )
    made = video_messages.sent(paid, "ref")
    assert made == pending(
        id=VideoMessageId(UUID(int=62)),
        conversation_id=ConversationId(UUID(int=72)),
        recipient_id=PersonId(UUID(int=82)),
        upload_ref="ref",
        source=UnitSource.CREDIT,
        lot_id=OTHER_LOT,
    )
    message = r"^the wallet holds less than was decided on$"
    with pytest.raises(ValueError, match=message):
        send(SENT["send_id"], tuple(map(addressed, (1, 2, 3))), decision, known, START)


def decided(message: VideoMessage, command: VideoMessageCommand) -> tuple[object, ...]:
    return video_message_commands.decide(message, command, "v", START)


def test_a_video_message_through_its_states() -> None:
    uploaded = VideoMessageUploaded(**ABOUT, **SENT)
    assert decided(pending(), ReportUploaded()) == (uploaded,)
    facts = {name: getattr(pending(), name) for name in attrs.fields_dict(Pending)}
    ready = video_messages.evolve(pending(), uploaded)
    assert ready == Uploaded(**facts, uploaded_at=START)
    assert decided(ready, ReportUploaded()) == ()
    viewed = VideoMessageViewed(**(ABOUT | {"person_id": BEN}), **SENT, sender_id=ANA)
    assert decided(ready, View(person_id=BEN)) == (viewed,)
    seen = video_messages.evolve(ready, viewed)
    assert seen == Viewed(**facts, uploaded_at=START, viewed_at=START)
    assert decided(seen, View(person_id=BEN)) == ()
    assert decided(seen, ReportUploaded()) == ()
    assert video_messages.evolve(pending(), viewed) == pending()


@pytest.mark.parametrize(
    ("message", "known", "today", "event"),
    [
        (pending(), wallet(), TODAY, failed()),
        (pending(), wallet(), date(2026, 3, 3), failed(given_back=False)),
        (pending(**BY_CREDIT), wallet(lot(), debt=1), date(2026, 3, 3), failed(**BY_CREDIT)),
        (pending(**BY_CREDIT), wallet(BACK), TODAY, failed(**BY_CREDIT)),
        (pending(**BY_CREDIT), wallet(debt=1), TODAY, failed(**BY_CREDIT)),
        (pending(**BY_CREDIT), wallet(BACK, debt=1), TODAY, failed(**BY_CREDIT, repaid=1)),
    ],
)
def test_what_a_failure_gives_back(
    message: Pending, known: Wallet, today: date, event: VideoMessageFailed
) -> None:
    assert decided(message, ReportFailed(wallet=known, today=today)) == (event,)
    facts = {name: getattr(message, name) for name in attrs.fields_dict(Pending)}
    gone = video_messages.evolve(message, event)
    assert gone == Failed(**facts, failed_at=START, given_back=event.given_back)
    assert decided(gone, ReportFailed(wallet=known, today=today)) == ()


UPLOADED = Uploaded(**attrs.asdict(pending(), recurse=False), uploaded_at=START)


FAILED = Failed(**attrs.asdict(pending(), recurse=False), failed_at=START, given_back=True)


ABSENT = "There is no such video message here that this person may see or watch; check the ids."


@pytest.mark.parametrize(
    ("message", "command", "error", "detail"),
    [
        (
            FAILED,
            ReportUploaded(),
            UploadFailedError,
            "The upload was reported as failed; send the video anew.",
        ),
        (
            UPLOADED,
            ReportFailed(wallet=wallet(), today=TODAY),
            UploadCompleteError,
            "The upload is complete; only one that is pending can be reported as failed.",
        ),
        (
            pending(),
            View(person_id=BEN),
            UploadAwaitedError,
            "The video is not uploaded yet; try again once it is.",
        ),
        (
            FAILED,
            View(person_id=BEN),
            UploadFailedError,
            "The upload failed; there is nothing to watch.",
        ),
        (UPLOADED, View(person_id=ANA), NotFoundError, ABSENT),
    ],
)
def test_what_a_video_message_does_not_admit(
    message: VideoMessage, command: VideoMessageCommand, error: type[DomainError], detail: str
) -> None:
    with pytest.raises(error) as refused:
        decided(message, command)
    assert refused.value.detail == detail
    assert no_such_video_message().detail == ABSENT


def test_a_reference_to_a_video() -> None:
    assert checked_upload_ref("x" * 512) == "x" * 512
    for wrong in ("", "a b", "é", "x" * 513):
        with pytest.raises(InvalidValueError) as refused:
            checked_upload_ref(wrong)
        assert refused.value.field == "upload_ref"
        detail = "Give 1 to 512 printable ASCII characters without spaces."
        assert refused.value.detail == detail
