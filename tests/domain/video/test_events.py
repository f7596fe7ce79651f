"""Every event of calls, video messages and credits in full, and the words of every refusal."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.shared.errors import DomainError, InvalidValueError, NotFoundError
from domain.shared.ids import (
    ConversationId,
    CreditLotId,
    PersonId,
    VideoCallId,
    VideoMessageId,
    VideoSendId,
)
from domain.video import credit_commands, video_message_commands, video_messages
from domain.video import credits as wallets
from domain.video.call_commands import (
    CallAnsweredError,
    CallCommand,
    CallEndedError,
    CallInProgressError,
    Decline,
    End,
    NotTheCalleeError,
    Settle,
    TooManyCallsError,
    TooManyPresenceReportsError,
    no_such_call,
    start,
)
from domain.video.calls import Call, Ended, Ongoing, Ringing, deadline, overlap_until
from domain.video.credit_commands import ChargeBack, CreditCommand, Grant, LotTakenError, Purchase
from domain.video.credits import (
    Account,
    CreditAccounts,
    CreditLot,
    LedgerEntry,
    LotKind,
    Move,
    Wallet,
    WalletEvent,
    entries,
)
from domain.video.events import (
    CallOutcome,
    Presence,
    PresenceReported,
    VideoCallEnded,
    VideoCallVoided,
)
from domain.video.history import VideoHistory
from domain.video.policy import CallPolicy
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_totals import PromptFigures, PromptTotal, figures_by_type, figures_of
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
    VideoCreditsChargedBack,
    VideoCreditsGranted,
    VideoCreditsPurchased,
    VideoMessageFailed,
    VideoMessageSent,
    VideoMessageUploaded,
    VideoMessageViewed,
)
from domain.video.video_message_policy import VideoMessagePolicy
from domain.video.video_messages import (
    Failed,
    Pending,
    Uploaded,
    VideoMessage,
    Viewed,
    checked_upload_ref,
    no_such_video_message,
)
from domain.video.void_call import CallNotCompletedError, void
from tests.domain.video.script import (
    CALL,
    CALLEE,
    INITIATOR,
    START,
    STRANGER,
    TALK,
    VERSION,
    call_event,
    in_,
    out,
    play,
    put,
    ringing,
    seconds,
)
from tests.domain.video.wallets import allowance

SECOND = timedelta(seconds=1)
TODAY = START.date()
BOTH = [(seconds(5), in_(INITIATOR)), (seconds(10), in_(CALLEE))]
DATES = (TODAY, TODAY)

OF_CALL: dict[str, Any] = {"policy_version": VERSION, "call_id": CALL, "conversation_id": TALK}
FACTS: dict[str, Any] = {
    "id": CALL,
    "conversation_id": TALK,
    "initiator_id": INITIATOR,
    "callee_id": CALLEE,
    "created_at": START,
    "rings_at": START,
    "scheduled_for": None,
    "policy_version": VERSION,
}


def call_ended(after: float, outcome: CallOutcome, overlap: int = 0, **more: Any) -> VideoCallEnded:
    known: dict[str, Any] = {"at": START + after * SECOND, "person_id": INITIATOR}
    known |= {"callee_id": CALLEE, "overlap_seconds": overlap, "counts_on": None}
    return VideoCallEnded(**OF_CALL, outcome=outcome, **(known | more))


def test_a_call_rings() -> None:
    assert ringing() == Ringing(**FACTS)
    later = START + 600 * SECOND
    known = FACTS | {"rings_at": later, "scheduled_for": later}
    assert ringing(seconds(600)) == Ringing(**known)
    assert deadline(ringing(seconds(600)), CallPolicy()) == later + 60 * SECOND


def test_presence_in_full() -> None:
    call = ringing()
    (event,) = put(call, (seconds(5), in_(INITIATOR)))
    came = PresenceReported(
        **OF_CALL,
        at=START + 5 * SECOND,
        person_id=INITIATOR,
        presence=Presence.CONNECTED,
        counts_on=DATES,
    )
    assert event == came
    waits = play(BOTH[:1])
    known: dict[str, Any] = {"initiator_since": START + 5 * SECOND, "presence_reports": 1}
    assert waits == Ringing(**FACTS, **known, initiator_seen=True)
    assert put(waits, (seconds(6), in_(INITIATOR))) == ()
    assert put(waits, (seconds(6), out(CALLEE))) == ()
    call = play(BOTH)
    known |= {"callee_since": START + 10 * SECOND, "presence_reports": 2}
    known |= {"answered_at": START + 10 * SECOND}
    # Nobody ends it: it is over after twelve hours, which is tomorrow.
    tomorrow = date(2026, 3, 3)
    counts = {"counts_on_initiator": tomorrow, "counts_on_callee": tomorrow}
    ongoing = Ongoing(**FACTS, **known, **counts)
    assert call == ongoing
    left = play([(seconds(40), out(CALLEE))], call)
    assert left == attrs.evolve(ongoing, callee_since=None, presence_reports=3, overlap=30 * SECOND)
    gone = play([(seconds(50), out(INITIATOR))], left)
    assert gone == Ongoing(
        **FACTS,
        answered_at=START + 10 * SECOND,
        presence_reports=4,
        overlap=30 * SECOND,
        left_at=START + 50 * SECOND,
        counts_on_initiator=TODAY,
        counts_on_callee=TODAY,
    )
    assert deadline(gone, CallPolicy()) == START + 110 * SECOND
    back = play([(seconds(60), in_(INITIATOR))], gone)
    assert isinstance(back, Ongoing)
    assert (back.left_at, back.initiator_since) == (None, START + 60 * SECOND)


def test_who_saw_a_call_need_not_be_there_still() -> None:
    known = play([BOTH[0], (seconds(6), out(INITIATOR)), (seconds(7), in_(CALLEE))])
    assert isinstance(known, Ongoing)
    assert (known.initiator_since, known.both_since) == (None, None)
    assert known.answered_at == START + 7 * SECOND
    assert overlap_until(known, START + 9 * SECOND) == timedelta()


@pytest.mark.parametrize(
    ("script", "command", "events"),
    [
        ([], (seconds(9), End()), (call_ended(9, CallOutcome.MISSED),)),
        ([], (seconds(60), Settle()), (call_ended(60, CallOutcome.MISSED),)),
        ([], (seconds(59.9), Settle()), ()),
        ([], (seconds(9), Decline(person_id=CALLEE)), (call_ended(9, CallOutcome.DECLINED),)),
        (BOTH, (seconds(69.9), End()), (call_ended(69.9, CallOutcome.TOO_SHORT, 59),)),
        (
            BOTH,
            (seconds(70), End(person_id=CALLEE)),
            (call_ended(70, CallOutcome.COMPLETED, 60, counts_on=DATES),),
        ),
        (
            [*BOTH, (seconds(90), out(CALLEE)), (seconds(95), out(INITIATOR))],
            (seconds(500), End(person_id=INITIATOR)),
            (call_ended(155, CallOutcome.COMPLETED, 80, counts_on=DATES),),
        ),
    ],
)
def test_how_a_call_ends(
    script: list[tuple[int, CallCommand]],
    command: tuple[int, CallCommand],
    events: tuple[VideoCallEnded, ...],
) -> None:
    assert put(play(script), command) == events


def test_a_call_that_ended_in_full() -> None:
    call = play([*BOTH, (seconds(71), End())])
    over = Ended(
        **FACTS,
        answered_at=START + 10 * SECOND,
        ended_at=START + 71 * SECOND,
        outcome=CallOutcome.COMPLETED,
        overlap_seconds=61,
        presence_reports=2,
        counts_on_initiator=TODAY,
        counts_on_callee=TODAY,
    )
    assert call == over
    assert play([(seconds(72), End())], call) == over
    declined = play([BOTH[0], (seconds(9), Decline(person_id=CALLEE))])
    assert declined == Ended(
        **FACTS,
        answered_at=None,
        ended_at=START + 9 * SECOND,
        outcome=CallOutcome.DECLINED,
        overlap_seconds=0,
        presence_reports=1,
    )
    assert play([(seconds(10), Decline(person_id=CALLEE))], declined) == declined


NO_CALL = "There is no such video call, or this person takes no part in it."


@pytest.mark.parametrize(
    ("script", "command", "error", "detail"),
    [
        ([], in_(STRANGER), NotFoundError, NO_CALL),
        ([], Decline(person_id=STRANGER), NotFoundError, NO_CALL),
        ([], End(person_id=STRANGER), NotFoundError, NO_CALL),
        (
            [],
            Decline(person_id=INITIATOR),
            NotTheCalleeError,
            "Only the one who is called declines; end the call instead.",
        ),
        (
            BOTH,
            Decline(person_id=CALLEE),
            CallAnsweredError,
            "The call was answered; end it instead.",
        ),
        (
            [*BOTH, (seconds(12), End())],
            Decline(person_id=CALLEE),
            CallEndedError,
            "The call already ended as too_short.",
        ),
        (
            [(seconds(12), End())],
            in_(CALLEE),
            CallEndedError,
            "The call ended as missed; start a new one.",
        ),
    ],
)
def test_what_a_call_does_not_admit(
    script: list[tuple[int, CallCommand]],
    command: CallCommand,
    error: type[DomainError],
    detail: str,
) -> None:
    with pytest.raises(error) as refused:
        put(play(script), (seconds(20), command))
    assert refused.value.detail == detail
    assert no_such_call().detail == NO_CALL


def test_a_call_takes_so_many_reports() -> None:
    policy = CallPolicy(presence_reports_per_call=4)
    three = play([*BOTH, (seconds(12), out(CALLEE))])
    four = play([(seconds(13), in_(CALLEE))], three, policy)
    with pytest.raises(TooManyPresenceReportsError) as refused:
        put(four, (seconds(14), out(CALLEE)), policy)
    assert refused.value.detail == "This call has taken 4 presence reports; end it."


def scheduled(after: int) -> Ringing:
    return attrs.evolve(ringing(seconds(after)), id=VideoCallId(UUID(int=31)))


@pytest.mark.parametrize("after", [-1, 0, 366 * 86_400 + 1])
def test_a_call_for_the_past_or_too_far_ahead(after: int) -> None:
    event = attrs.evolve(call_event(), scheduled_for=START + after * SECOND)
    with pytest.raises(InvalidValueError) as wrong:
        start(event, (), CallPolicy())
    assert wrong.value.field == "scheduled_for"
    assert wrong.value.detail == (
        "Give a time after now (2026-03-02T12:00:00Z) and not after 2027-03-03T12:00:00Z, "
        "or leave it out to call at once."
    )


def test_a_call_may_be_a_year_ahead_beside_others() -> None:
    furthest = call_event(seconds(366 * 86_400))
    assert start(furthest, (ringing(),), CallPolicy()).scheduled_for == furthest.scheduled_for
    assert start(call_event(), (scheduled(1),), CallPolicy()) == ringing()


@pytest.mark.parametrize("other", [scheduled(0), attrs.evolve(play(BOTH), rings_at=START + SECOND)])
def test_one_call_rings_or_goes_on_at_once(other: Ringing | Ongoing) -> None:
    with pytest.raises(CallInProgressError) as refused:
        start(call_event(), (scheduled(9), other), CallPolicy())
    assert refused.value.detail == (
        f"Call {other.id} of this conversation rings or goes on; join it or end it first."
    )


def test_so_many_calls_are_open() -> None:
    policy = CallPolicy(open_calls_per_conversation=2)
    start(call_event(), (scheduled(9),), policy)
    with pytest.raises(TooManyCallsError) as refused:
        start(call_event(), (scheduled(9), scheduled(10)), policy)
    detail = "This conversation has 2 open calls; end some of them first."
    assert refused.value.detail == detail


def test_a_voided_call_in_full() -> None:
    call = play([*BOTH, (seconds(71), End())])
    assert isinstance(call, Ended)
    now = START + 600 * SECOND
    done = void(call, "One device.", policy_version="v2", now=now)
    assert done.call == attrs.evolve(call, voided_at=now, void_reason="One device.")
    known = OF_CALL | {"policy_version": "v2", "at": now, "counted_on": TODAY}
    assert done.events == (
        VideoCallVoided(**known, person_id=INITIATOR, partner_id=CALLEE),
        VideoCallVoided(**known, person_id=CALLEE, partner_id=INITIATOR),
    )


@pytest.mark.parametrize(
    ("call", "detail"),
    [
        (ringing(), "The call is not over; end it, and void it if it counts."),
        (
            play([*BOTH, (seconds(12), End())]),
            "The call ended as too_short, so it counts for nothing as it is.",
        ),
    ],
)
def test_a_call_that_cannot_be_voided(call: Call, detail: str) -> None:
    with pytest.raises(CallNotCompletedError) as refused:
        void(call, "fraud", policy_version=VERSION, now=START)
    assert refused.value.detail == detail


def test_a_history_through_three_calls() -> None:
    new = VideoHistory(conversation_id=TALK, started_at=START)
    one = new.with_call(START, (TODAY, date(2026, 3, 1)), first_of_its_day=True)
    assert one == attrs.evolve(
        new,
        first_video_call_at=START,
        last_video_call_at=START,
        video_call_count=1,
        last_call_on_a=TODAY,
        last_call_on_b=date(2026, 3, 1),
    )
    later = START + 60 * SECOND
    two = one.with_call(later, (date(2026, 3, 1), TODAY), first_of_its_day=False)
    assert two == attrs.evolve(one, last_video_call_at=later, last_call_on_b=TODAY)
    earlier = START - 60 * SECOND
    three = two.with_call(earlier, (TODAY, TODAY), first_of_its_day=False)
    assert three == attrs.evolve(two, first_video_call_at=earlier)


ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))
LOT, OTHER_LOT = CreditLotId(UUID(int=40)), CreditLotId(UUID(int=41))
SENT: dict[str, Any] = {
    "video_message_id": VideoMessageId(UUID(int=50)),
    "send_id": VideoSendId(UUID(int=51)),
    "conversation_id": TALK,
}
ABOUT: dict[str, Any] = {"at": START, "person_id": ANA, "policy_version": "v"}


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


def lot(**changes: Any) -> CreditLot:
    plain = CreditLot(
        id=LOT,
        person_id=ANA,
        number=1,
        kind=LotKind.PURCHASE,
        credits=5,
        remaining=5,
        acquired_at=START,
    )
    return attrs.evolve(plain, **changes)


def wallet(*lots: CreditLot, **accounts: Any) -> Wallet:
    return Wallet(CreditAccounts(person_id=ANA, **accounts), lots)


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


def failed(**more: Any) -> VideoMessageFailed:
    known: dict[str, Any] = {"source": UnitSource.FREE, "lot_id": None, "counted_on": TODAY}
    known |= {"given_back": True, "repaid": 0}
    return VideoMessageFailed(**ABOUT, **SENT, **(known | more))


BY_CREDIT: dict[str, Any] = {"source": UnitSource.CREDIT, "lot_id": LOT}
BACK = lot(charged_back_at=START)


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


def commanded(known: Wallet, command: CreditCommand) -> tuple[object, ...]:
    return credit_commands.decide(known, command, VideoMessagePolicy(), "v", START)


def test_credits_are_bought_given_and_charged_back() -> None:
    bought = VideoCreditsPurchased(**ABOUT, lot_id=LOT, credits=5, repaid=2)
    assert commanded(wallet(debt=2), Purchase(lot_id=LOT, credits=5)) == (bought,)
    all_owed = attrs.evolve(bought, repaid=5)
    assert commanded(wallet(debt=9), Purchase(lot_id=LOT, credits=5)) == (all_owed,)
    given = VideoCreditsGranted(**ABOUT, lot_id=LOT, credits=5)
    assert commanded(wallet(debt=2), Grant(lot_id=LOT, credits=5)) == (given,)
    back = VideoCreditsChargedBack(**ABOUT, lot_id=LOT, taken=2, owed=3)
    assert commanded(wallet(lot(remaining=2)), ChargeBack(lot_id=LOT)) == (back,)
    assert commanded(wallet(lot()), Purchase(lot_id=LOT, credits=5)) == ()
    assert commanded(wallet(lot(kind=LotKind.GRANT)), Grant(lot_id=LOT, credits=5)) == ()
    assert commanded(wallet(BACK), ChargeBack(lot_id=LOT)) == ()


@pytest.mark.parametrize(
    ("command", "detail"),
    [
        (Purchase(lot_id=LOT, credits=0), "Give from 1 to 100000 credits; 0 were given."),
        (
            Purchase(lot_id=LOT, credits=100_001),
            "Give from 1 to 100000 credits; 100001 were given.",
        ),
        (Grant(lot_id=LOT, credits=0), "Give from 1 to 1000 credits; 0 were given."),
        (Grant(lot_id=LOT, credits=1001), "Give from 1 to 1000 credits; 1001 were given."),
    ],
)
def test_too_few_or_too_many_credits(command: CreditCommand, detail: str) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        commanded(wallet(), command)
    assert (wrong.value.field, wrong.value.detail) == ("credits", detail)


@pytest.mark.parametrize("number", [1, 1000])
def test_credits_at_the_ends_of_their_range(number: int) -> None:
    assert len(commanded(wallet(), Grant(lot_id=LOT, credits=number))) == 1
    assert len(commanded(wallet(), Purchase(lot_id=LOT, credits=number * 100))) == 1


@pytest.mark.parametrize(
    ("known", "command"),
    [
        (lot(), Purchase(lot_id=LOT, credits=4)),
        (lot(person_id=BEN), Purchase(lot_id=LOT, credits=5)),
        (lot(), Grant(lot_id=LOT, credits=5)),
        (lot(kind=LotKind.GRANT), Purchase(lot_id=LOT, credits=5)),
    ],
)
def test_an_id_that_stands_for_other_credits(known: CreditLot, command: CreditCommand) -> None:
    with pytest.raises(LotTakenError) as refused:
        commanded(wallet(known), command)
    assert refused.value.detail == f"The id {LOT} stands for other credits; take a new one."


@pytest.mark.parametrize("known", [lot(id=OTHER_LOT), lot(person_id=BEN), lot(kind=LotKind.GRANT)])
def test_a_chargeback_of_what_was_not_bought(known: CreditLot) -> None:
    with pytest.raises(NotFoundError) as refused:
        commanded(wallet(known), ChargeBack(lot_id=LOT))
    assert refused.value.detail == f"The person has no purchase {LOT} of video credits."


def row(number: int, account: Account, move: Move, amount: int, balance: int) -> LedgerEntry:
    return LedgerEntry(
        person_id=ANA,
        number=number,
        at=START,
        account=account,
        move=move,
        amount=amount,
        balance=balance,
        lot_id=LOT,
        video_message_id=None,
        reason="A reason.",
        policy_version="v",
    )


PAID: dict[str, Any] = {"purchased": 7, "granted": 3, "spent": 2, "refunded": 1, "debt": 2}
KNOWN = wallet(lot(remaining=3), **PAID, lots=1, moves=4)
OF_MESSAGE: dict[str, Any] = {"video_message_id": SENT["video_message_id"]}


@pytest.mark.parametrize(
    ("event", "rows", "accounts", "lots"),
    [
        (
            VideoCreditsPurchased(**ABOUT, lot_id=LOT, credits=5, repaid=2),
            (
                row(5, Account.CREDITS, Move.PURCHASE, 5, 12),
                row(6, Account.CREDITS, Move.REPAYMENT, -2, 10),
                row(7, Account.DEBT, Move.REPAYMENT, -2, 0),
            ),
            {"purchased": 12, "refunded": 3, "debt": 0, "lots": 2, "moves": 7},
            (lot(remaining=3), lot(number=2, remaining=3)),
        ),
        (
            VideoCreditsGranted(**ABOUT, lot_id=LOT, credits=5),
            (row(5, Account.CREDITS, Move.GRANT, 5, 12),),
            {"granted": 8, "lots": 2, "moves": 5},
            (lot(remaining=3), lot(number=2, kind=LotKind.GRANT)),
        ),
        (
            VideoCreditsChargedBack(**ABOUT, lot_id=LOT, taken=3, owed=2),
            (
                row(5, Account.CREDITS, Move.CHARGEBACK, -3, 4),
                row(6, Account.DEBT, Move.CHARGEBACK, 2, 4),
            ),
            {"refunded": 4, "debt": 4, "moves": 6},
            (lot(remaining=0, charged_back_at=START),),
        ),
        (
            VideoCreditsChargedBack(**ABOUT, lot_id=LOT, taken=0, owed=5),
            (row(5, Account.DEBT, Move.CHARGEBACK, 5, 7),),
            {"debt": 7, "moves": 5},
            (lot(remaining=3, charged_back_at=START),),
        ),
        (
            failed(**BY_CREDIT),
            (attrs.evolve(row(5, Account.CREDITS, Move.GIVE_BACK, 1, 8), **OF_MESSAGE),),
            {"spent": 1, "moves": 5},
            (lot(remaining=4),),
        ),
        (
            failed(**BY_CREDIT, repaid=1),
            (
                attrs.evolve(row(5, Account.CREDITS, Move.GIVE_BACK, 1, 8), **OF_MESSAGE),
                attrs.evolve(row(6, Account.CREDITS, Move.REPAYMENT, -1, 7), **OF_MESSAGE),
                attrs.evolve(row(7, Account.DEBT, Move.REPAYMENT, -1, 1), **OF_MESSAGE),
            ),
            {"spent": 1, "refunded": 2, "debt": 1, "moves": 7},
            (lot(remaining=3),),
        ),
        (failed(), (), {}, (lot(remaining=3),)),
        (failed(**BY_CREDIT, given_back=False), (), {}, (lot(remaining=3),)),
    ],
)
def test_what_an_event_makes_of_a_wallet_and_its_ledger(
    event: WalletEvent,
    rows: tuple[LedgerEntry, ...],
    accounts: dict[str, Any],
    lots: tuple[CreditLot, ...],
) -> None:
    assert KNOWN.accounts.remaining == 7
    assert entries(KNOWN, event, "A reason.") == rows
    after = Wallet(attrs.evolve(KNOWN.accounts, **accounts), lots)
    assert wallets.evolve(KNOWN, event) == after


@pytest.mark.parametrize(
    ("free_on", "free_used", "after"),
    [(TODAY, 2, 1), (TODAY, 0, 0), (date(2026, 3, 3), 2, 2), (None, 0, 0)],
)
def test_a_free_unit_comes_back_to_its_own_date(
    free_on: date | None, free_used: int, after: int
) -> None:
    known = wallet(free_on=free_on, free_used=free_used)
    assert wallets.evolve(known, failed()).accounts.free_used == after


def test_free_units_are_counted_by_their_date() -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    known = wallet(free_on=TODAY, free_used=2).accounts
    assert [known.free_used_on(day) for day in (yesterday, TODAY, tomorrow)] == [0, 2, 0]
    assert [known.counting_on(day) for day in (yesterday, tomorrow)] == [TODAY, tomorrow]
    assert wallet().accounts.counting_on(TODAY) == TODAY


def test_how_prompts_fared() -> None:
    long, count = PromptType.LONG_MESSAGE, PromptType.MESSAGE_COUNT_WARNING
    totals = [
        PromptTotal(prompt_type=long, action=None, number=3),
        PromptTotal(prompt_type=long, action=PromptAction.DISMISSED, number=2),
        PromptTotal(prompt_type=count, action=PromptAction.PURCHASED_CREDITS, number=1),
        PromptTotal(prompt_type=count, action=PromptAction.SCHEDULED_VIDEO, number=1),
    ]
    found = figures_of(iter(totals))
    assert (found.shown, found.acted_on, found.converted) == (7, 4, 2)
    assert found.conversion_percent == 28
    none = dict.fromkeys(PromptAction, 0)
    by_type = figures_by_type(iter(totals))
    assert set(by_type) == set(PromptType)
    assert by_type[long] == PromptFigures(shown=5, actions=none | {PromptAction.DISMISSED: 2})
    nothing = by_type[PromptType.REWARD_WARNING]
    assert nothing == PromptFigures(shown=0, actions=none)
    assert nothing.conversion_percent is None
