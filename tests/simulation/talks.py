"""What the simulation expects of commands about conversations and messages."""

import unicodedata

from tests.simulation import call_log, rules
from tests.simulation.commands import (
    Answer,
    AskAllowance,
    AskMessages,
    AskSummary,
    Delete,
    Edit,
    MarkRead,
    Open,
    Send,
    TalkCommand,
)
from tests.simulation.journal import ConversationLog, Journal, MessageLog
from tests.simulation.people import DELETED, INVALID, NOT_FOUND


def put(journal: Journal, command: TalkCommand) -> Answer:
    match command:
        case Open():
            return _open(journal, command)
        case Send():
            return _send(journal, command)
        case Edit():
            return _edit(journal, command)
        case Delete():
            return _delete(journal, command)
        case MarkRead():
            return _mark_read(journal, command)
        case AskAllowance(conversation=conversation, person=person):
            known = journal.takes_part(conversation, person)
            return allowance(journal, conversation, person) if known else NOT_FOUND
        case AskSummary():
            return _summary(journal, command)
        case AskMessages():
            return _messages(journal, command)


def allowance(journal: Journal, conversation: int, person: int) -> Answer:
    """Work the whole decision out anew from what was ever sent, held and called."""
    log = journal.persons[person]
    day = log.counting_date(journal.now)
    sent = sum(
        journal.messages[number].sender == person and journal.messages[number].counted_on == day
        for number in journal.conversations[conversation].messages
    )
    last_call_on = call_log.last_call_on(journal, conversation, person)
    decision = rules.decision(day, log.timezone, sent, log.tiers, last_call_on)
    other = journal.other(conversation, person)
    partner_erased = journal.erased(other)
    unmet = {
        "person_is_not_deleted": log.erased,
        "person_is_active": not log.erased and not log.active,
        "partner_is_not_deleted": not log.erased and partner_erased,
        "pair_is_not_blocked": not (log.erased or partner_erased) and journal.apart(person, other),
        "daily_message_limit": decision["remaining"] == 0,
    }
    refusing = [rule for rule, refuses in unmet.items() if refuses]
    return {**decision, "allowed": not refusing, "refusing": refusing}


def _text(text: str) -> str | None:
    """Give a text as it is kept; None if it is none."""
    text = unicodedata.normalize("NFC", text)
    sound = text.strip() and "\0" not in text and len(text) <= rules.LONGEST_TEXT
    return text if sound else None


def _open(journal: Journal, command: Open) -> Answer:
    one, two = command.opener, command.partner
    if one == two:
        return INVALID
    if not journal.knows(one, two):
        return NOT_FOUND
    if journal.erased(one):
        return DELETED
    known = journal.conversation_of(one, two)
    if known is not None:
        return {"conversation": known, "created": False}
    if code := journal.forbidden(one, two):
        return {"error": code}
    conversation = len(journal.conversations)
    journal.conversations.append(ConversationLog((one, two), journal.now))
    journal.tell("conversation_opened", one, conversation_id=conversation, partner_id=two)
    return {"conversation": conversation, "created": True}


def _send(journal: Journal, command: Send) -> Answer:
    conversation, sender = command.conversation, command.sender
    text = _text(command.text)
    if text is None or command.client_message_id == "":
        return INVALID
    if not journal.takes_part(conversation, sender):
        return NOT_FOUND
    earlier = _earlier(journal, command)
    if earlier is not None:
        if journal.messages[earlier].texts[0] != text:
            return {"error": "client_message_id_reused"}
        return _sent(journal, earlier, created=False)
    decision = allowance(journal, conversation, sender)
    if not decision["allowed"]:
        code = journal.forbidden(sender, journal.other(conversation, sender))
        return {"error": code or "daily_message_limit_reached", "decision": decision}
    return _sent(journal, _store(journal, command, text, decision), created=True)


def _earlier(journal: Journal, command: Send) -> int | None:
    if command.client_message_id is None:
        return None
    for number in journal.conversations[command.conversation].messages:
        message = journal.messages[number]
        if (message.sender, message.client_message_id) == (
            command.sender,
            command.client_message_id,
        ):
            return number
    return None


def _store(journal: Journal, command: Send, text: str, decision: Answer) -> int:
    number = len(journal.messages)
    log = journal.persons[command.sender]
    day = log.counting_date(journal.now)
    log.counted.append(day)
    journal.messages.append(
        MessageLog(
            conversation=command.conversation,
            sender=command.sender,
            client_message_id=command.client_message_id,
            at=journal.now,
            counted_on=day,
            number=int(str(decision["sent"])) + 1,
            limit=int(str(decision["limit"])),
            texts=[text],
        )
    )
    journal.conversations[command.conversation].messages.append(number)
    journal.tell(
        "message_sent",
        command.sender,
        conversation_id=command.conversation,
        message_id=number,
        recipient_id=journal.other(command.conversation, command.sender),
        counted_on=day,
    )
    return number


def _sent(journal: Journal, number: int, *, created: bool) -> Answer:
    message = journal.messages[number]
    return {
        "message": seen(journal, number),
        "created": created,
        "allowance": allowance(journal, message.conversation, message.sender),
    }


def seen(journal: Journal, number: int) -> Answer:
    message = journal.messages[number]
    return {
        "message": number,
        "sender": message.sender,
        "text": "" if message.deleted_at else message.texts[-1],
        "at": message.at,
        "counted_on": message.counted_on,
        "number": message.number,
        "limit": message.limit,
        "edited_at": message.edited_at,
        "deleted_at": message.deleted_at,
    }


def _own(journal: Journal, conversation: int, message: int, person: int) -> MessageLog | None:
    if not 0 <= message < len(journal.messages):
        return None
    found = journal.messages[message]
    return found if (found.conversation, found.sender) == (conversation, person) else None


def _edit(journal: Journal, command: Edit) -> Answer:
    if journal.takes_part(command.conversation, command.editor) and journal.erased(command.editor):
        return DELETED
    message = _own(journal, command.conversation, command.message, command.editor)
    if message is None:
        return NOT_FOUND
    if message.deleted_at is not None:
        return {"error": "message_deleted"}
    text = _text(command.text)
    if text is None:
        return INVALID
    if journal.now - message.at > rules.EDIT_WITHIN:
        return {"error": "edit_window_closed"}
    other = journal.other(command.conversation, command.editor)
    if code := journal.forbidden(command.editor, other):
        return {"error": code}
    if text != message.texts[-1]:
        message.texts.append(text)
        message.edited_at = journal.now
        _tell_of(journal, "message_edited", command.message)
    return seen(journal, command.message)


def _delete(journal: Journal, command: Delete) -> Answer:
    if journal.erased(command.deleter):
        return DELETED
    message = _own(journal, command.conversation, command.message, command.deleter)
    if message is None:
        return NOT_FOUND
    if message.deleted_at is None:
        message.deleted_at = journal.now
        _tell_of(journal, "message_deleted", command.message)
    return {}


def _tell_of(journal: Journal, kind: str, number: int) -> None:
    message = journal.messages[number]
    journal.tell(kind, message.sender, conversation_id=message.conversation, message_id=number)


def _mark_read(journal: Journal, command: MarkRead) -> Answer:
    conversation, person = command.conversation, command.person
    if journal.erased(person):
        return DELETED
    if not journal.takes_part(conversation, person):
        return NOT_FOUND
    log = journal.conversations[conversation]
    if command.message not in log.messages:
        return NOT_FOUND
    log.read.setdefault(person, []).append(command.message)
    return {}


def _summary(journal: Journal, command: AskSummary) -> Answer:
    conversation, person = command.conversation, command.person
    if not journal.takes_part(conversation, person):
        return NOT_FOUND
    log, other = journal.conversations[conversation], journal.other(conversation, person)
    marker = max(log.read.get(person, [-1]))
    messages = [(number, journal.messages[number]) for number in log.messages]
    standing = [(number, message) for number, message in messages if not message.deleted_at]
    profile = journal.persons[other].profile
    friends = len({message.sender for _, message in messages}) == 2
    visible = {"public": True, "private": False, "friends_only": friends}
    seen_by = visible[str(profile["privacy_level"])] and not journal.apart(person, other)
    return {
        "other": other,
        "display_name": profile["display_name"] if seen_by else None,
        "unread": sum(number > marker and message.sender != person for number, message in standing),
        "messages": len(standing),
    }


def _messages(journal: Journal, command: AskMessages) -> Answer:
    conversation, reader = command.conversation, command.reader
    if not 0 <= conversation < len(journal.conversations):
        return NOT_FOUND
    if reader is not None and not journal.takes_part(conversation, reader):
        return NOT_FOUND
    latest = journal.conversations[conversation].messages[:-11:-1]
    return {"messages": [seen(journal, number) for number in latest]}
