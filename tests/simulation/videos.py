"""What the simulation expects of commands about video messages and credits.

Each credit is a thing of its own here, which lies in the wallet, was spent, or is gone; all
that a wallet says is counted anew from them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypeAlias

from tests.simulation import rules
from tests.simulation.journal import Journal
from tests.simulation.people import DELETED, INVALID, NOT_FOUND
from tests.simulation.video_commands import (
    AskCredits,
    AskVideoAllowance,
    BuyCredits,
    ChargeBack,
    CompleteVideo,
    FailVideo,
    GrantCredits,
    SendVideo,
    VideoCommand,
    WatchVideo,
)
from tests.simulation.video_facts import GONE, HERE, SPENT, Credit, LotLog, VideoLog

Answer: TypeAlias = dict[str, object]

FREE_A_DAY, LARGEST_GRANT, MOST_RECIPIENTS = 3, 1000, 20


def put(journal: Journal, command: VideoCommand) -> Answer:
    match command:
        case SendVideo():
            return _send(journal, command)
        case CompleteVideo() | FailVideo():
            return _report(journal, command)
        case WatchVideo():
            return _watch(journal, command)
        case GrantCredits() | BuyCredits():
            return _give(journal, command)
        case ChargeBack():
            return _charge_back(journal, command)
        case AskCredits(person=person):
            return seen(journal, person) if journal.knows(person) else NOT_FOUND
        case AskVideoAllowance():
            return _allowance(journal, command)


def seen(journal: Journal, person: int) -> Answer:
    """Count what a person's credits come to."""
    known, mine = journal.video, journal.video.credits.get(person, [])
    return {
        "balance": len(known.of(person, HERE)),
        "debt": known.owed.get(person, 0),
        "purchased": sum(known.lots[credit.lot].bought for credit in mine),
        "granted": sum(not known.lots[credit.lot].bought for credit in mine),
        "spent": len(known.of(person, SPENT)),
        "refunded": len(known.of(person, GONE)),
    }


def shown(journal: Journal, number: int) -> Answer:
    video = journal.video.videos[number]
    return {
        "video": number,
        "conversation": video.conversation,
        "sender": video.sender,
        "recipient": video.recipient,
        "state": video.state,
        "source": "free" if video.credit is None else "credit",
        "lot": None if video.credit is None else video.credit.lot,
        "counted_on": video.counted_on,
        "given_back": video.given_back,
    }


def _units(journal: Journal, person: int) -> tuple[date, int, int]:
    """Give a person's date, their free units of it, and their credits."""
    day = journal.persons[person].counting_date(journal.now)
    free = FREE_A_DAY - journal.video.free_used(person, day)
    return day, free, len(journal.video.of(person, HERE))


def _send(journal: Journal, command: SendVideo) -> Answer:
    conversation, sender = command.conversation, command.sender
    if not journal.takes_part(conversation, sender):
        return NOT_FOUND
    recipients = list(dict.fromkeys([journal.other(conversation, sender), *command.others]))
    if sender in recipients or len(recipients) > MOST_RECIPIENTS:
        return INVALID
    talks = [_talk(journal, sender, recipient) for recipient in recipients]
    if None in talks:
        return NOT_FOUND
    for recipient in recipients:
        if code := journal.forbidden(sender, recipient):
            return {"error": code}
    day, free, paid = _units(journal, sender)
    if free + paid < len(recipients):
        return {"error": "video_credits_needed"}
    known = journal.video
    journal.persons[sender].counted.append(day)
    numbers = range(len(known.videos), len(known.videos) + len(recipients))
    for place, (recipient, talk) in enumerate(zip(recipients, talks, strict=True)):
        credit = None if place < free else known.of(sender, HERE)[0]
        if credit is not None:
            credit.state = SPENT
        assert talk is not None
        known.videos.append(
            VideoLog(known.sends, talk, sender, recipient, credit, day, journal.now)
        )
    for number in numbers:
        _tell(journal, "video_message_sent", sender, number, recipient_id=..., counted_on=day)
    known.sends += 1
    return {"videos": [shown(journal, number) for number in numbers]}


def _talk(journal: Journal, one: int, two: int) -> int | None:
    return journal.conversation_of(one, two) if journal.knows(two) else None


def _tell(journal: Journal, kind: str, person: int, number: int, **facts: object) -> None:
    video = journal.video.videos[number]
    if "recipient_id" in facts:
        facts["recipient_id"] = video.recipient
    if "counted_on" in facts:
        facts["source"] = "free" if video.credit is None else "credit"
        facts["lot_id"] = None if video.credit is None else video.credit.lot
    journal.tell(
        kind,
        person,
        video_message_id=number,
        send_id=video.send,
        conversation_id=video.conversation,
        **facts,
    )


def _found(journal: Journal, conversation: int, number: int) -> VideoLog | None:
    if not 0 <= number < len(journal.video.videos):
        return None
    video = journal.video.videos[number]
    return video if video.conversation == conversation else None


def _report(journal: Journal, command: CompleteVideo | FailVideo) -> Answer:
    video = _found(journal, command.conversation, command.video)
    if video is None:
        return NOT_FOUND
    failing = isinstance(command, FailVideo)
    if video.state == "failed" and not failing:
        return {"error": "video_message_failed"}
    if video.state in {"uploaded", "viewed"} and failing:
        return {"error": "video_message_uploaded"}
    if video.state == "pending":
        for number, other in enumerate(journal.video.videos):
            if other.send == video.send and failing:
                _fail(journal, number, other)
            elif other.send == video.send:
                other.state = "uploaded"
                _tell(journal, "video_message_uploaded", other.sender, number)
    return shown(journal, command.video)


def _fail(journal: Journal, number: int, video: VideoLog) -> None:
    known, sender = journal.video, video.sender
    repaid = 0
    if video.credit is None:
        today = journal.persons[sender].counting_date(journal.now)
        video.given_back = video.counted_on == today
    else:
        video.given_back = True
        repaid = int(known.lots[video.credit.lot].charged_back and known.owed[sender] > 0)
        video.credit.state = GONE if repaid else HERE
        if repaid:
            known.owed[sender] -= 1
    video.state = "failed"
    _tell(
        journal,
        "video_message_failed",
        sender,
        number,
        counted_on=video.counted_on,
        given_back=video.given_back,
        repaid=repaid,
    )


def _watch(journal: Journal, command: WatchVideo) -> Answer:
    video, person = _found(journal, command.conversation, command.video), command.person
    if video is None or not journal.knows(person):
        return NOT_FOUND
    if person in (video.sender, video.recipient) and journal.erased(person):
        return DELETED
    if person != video.recipient:
        return NOT_FOUND
    if video.state in {"pending", "failed"}:
        return {"error": f"video_message_{video.state}"}
    if video.state == "uploaded":
        video.state = "viewed"
        _tell(journal, "video_message_viewed", person, command.video, sender_id=video.sender)
    return shown(journal, command.video)


def _give(journal: Journal, command: GrantCredits | BuyCredits) -> Answer:
    person, number = command.person, command.number
    bought = isinstance(command, BuyCredits)
    if not journal.knows(person):
        return NOT_FOUND
    if journal.erased(person) and not bought:
        return DELETED
    if number < 1 or (number > LARGEST_GRANT and not bought):
        return INVALID
    return more(journal, person, number, bought=bought)


def more(journal: Journal, person: int, number: int, *, bought: bool) -> Answer:
    """Add a lot of credits, which repay first what is owed if they were bought."""
    known, lot = journal.video, len(journal.video.lots)
    known.lots.append(LotLog(person, bought))
    repaid = min(number, known.owed.get(person, 0)) if bought else 0
    known.owed[person] = known.owed.get(person, 0) - repaid
    known.credits.setdefault(person, []).extend(
        Credit(lot, GONE if place < repaid else HERE) for place in range(number)
    )
    if bought:
        told = {"lot_id": lot, "credits": number, "repaid": repaid}
        journal.tell("video_credits_purchased", person, **told)
    else:
        journal.tell("video_credits_granted", person, lot_id=lot, credits=number)
    return {"lot": lot, **seen(journal, person)}


def _charge_back(journal: Journal, command: ChargeBack) -> Answer:
    known, person = journal.video, command.person
    if not journal.knows(person) or not 0 <= command.lot < len(known.lots):
        return NOT_FOUND
    lot = known.lots[command.lot]
    if lot.person != person or not lot.bought:
        return NOT_FOUND
    if not lot.charged_back:
        lot.charged_back = True
        every = [credit for credit in known.credits[person] if credit.lot == command.lot]
        unspent = [credit for credit in every if credit.state == HERE]
        for credit in unspent:
            credit.state = GONE
        owed = len(every) - len(unspent)
        known.owed[person] += owed
        journal.tell(
            "video_credits_charged_back",
            person,
            lot_id=command.lot,
            taken=len(unspent),
            owed=owed,
        )
    return {"lot": command.lot, **seen(journal, person)}


def _allowance(journal: Journal, command: AskVideoAllowance) -> Answer:
    person, needed = command.person, command.needed
    if not 1 <= needed <= MOST_RECIPIENTS:
        return INVALID
    if not journal.knows(person):
        return NOT_FOUND
    log = journal.persons[person]
    day, free, paid = _units(journal, person)
    unmet = {
        "person_is_not_deleted": log.erased,
        "person_is_active": not log.erased and not log.active,
        "video_message_units": free + paid < needed,
    }
    refusing = [rule for rule, refuses in unmet.items() if refuses]
    return {
        "allowed": not refusing,
        "refusing": refusing,
        "needed": needed,
        "available": free + paid,
        "free_used": FREE_A_DAY - free,
        "credits": paid,
        "debt": journal.video.owed.get(person, 0),
        "counting_on": day,
        "resets_at": rules.first_instant(day + timedelta(days=1), log.timezone),
        "bundles": list(_bundles(free + paid, journal.video.owed.get(person, 0))),
    }


def _bundles(available: int, owed: int) -> Iterator[tuple[int, int]]:
    for number in (5, 20, 50):
        yield number, available + max(0, number - owed)
