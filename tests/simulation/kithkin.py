"""A Kithkin, on whichever store, to which the commands of the simulation are put."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random
from traceback import format_exc
from typing import Any, assert_never
from uuid import UUID

from attrs import define, field
from dependency_injector.providers import Object

from application.conversations.edit_message import EditMessageRequest
from application.conversations.send_message import SendMessageRequest, SentMessage
from application.identity.file_report import FileReportRequest
from application.shared.outbox import OutboxEvent
from application.video.start_call import StartCallRequest
from domain.achievements.events import AchievementEarned
from domain.billing.events import BillingEvent, EntitlementsChanged
from domain.identity.events import TierChanged
from domain.identity.learning import LearningPreferences
from domain.identity.profile import PrivacyLevel, Profile
from domain.personas.events import PersonaEvent
from domain.referrals.codes import ALPHABET, CODE_CHARACTERS
from domain.referrals.events import ReferralEvent
from domain.shared.errors import DomainError, RefusedError
from domain.shared.events import Event
from domain.shared.ids import ConversationId, MessageId, PersonId, VideoCallId
from domain.shared.tiers import Tier
from domain.streaks.events import StreakEvent
from domain.usage.events import UsageEvent
from domain.video.call_commands import ReportPresence
from domain.video.events import Presence
from domain.video.unlock import MessageAllowance
from entrypoints.wiring.kithkin import Kithkin
from tests.simulation import (
    companion_kithkin,
    referral_kithkin,
    shop_kithkin,
    usage_kithkin,
    video_kithkin,
)
from tests.simulation.bank import Bank
from tests.simulation.commands import (
    Answer,
    AskAllowance,
    AskCall,
    AskHistory,
    AskMessages,
    AskReward,
    AskSummary,
    Block,
    CallCommand,
    ChangeProfile,
    Command,
    Connect,
    Decline,
    Delete,
    Edit,
    EndCall,
    Erase,
    IdentityCommand,
    Leave,
    MarkRead,
    Open,
    PersonalCommand,
    Prefer,
    Register,
    Reinstate,
    Report,
    RewardCommand,
    Send,
    SetTier,
    StartCall,
    Suspend,
    TalkCommand,
    Unblock,
    VoidCall,
    Wait,
)
from tests.simulation.plain import Plain
from tests.simulation.usage_commands import UsageCommand
from tests.simulation.video_commands import VideoCommand
from tests.simulation.whole_commands import (
    CompanionCommand,
    ReferralCommand,
    ShopCommand,
    Spend,
)
from tests.simulation.whole_facts import buys

_LATEST = 10
_TOLD_ELSEWHERE = StreakEvent | AchievementEarned | UsageEvent | PersonaEvent | ReferralEvent


def _code(number: int) -> str:
    """Give a code that is the same each time."""
    letters = ""
    while len(letters) < CODE_CHARACTERS:
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return letters


def repeatable_ids(seed: int) -> Callable[[], UUID]:
    """Give ids that sort by age, as new ones do, and are the same each time."""
    chance, ages = Random(seed), count(1)
    return lambda: UUID(int=next(ages) << 64 | chance.getrandbits(62))


@define
class Simulated:
    """Puts commands to a Kithkin, and gives its answers in plain values.

    Attributes:
        kithkin: The one under test.
        outbox: Reads all events that it has committed.
        since: Reads those after so many, and how many there are then.
        bank: Who takes the money, where something is sold.
    """

    kithkin: Kithkin
    outbox: Callable[[], Awaitable[list[OutboxEvent]]]
    since: Callable[[int], Awaitable[tuple[list[OutboxEvent], int]]]
    bank: Bank | None = None
    plain: Plain = field(factory=Plain)

    def take_ids_of(self, seed: int) -> None:
        ports = self.kithkin.ports
        ports.new_id.override(Object(repeatable_ids(seed)))
        # How many ids jobs take is each store's own affair.
        ports.jobs.set_args(ports.store, Object(repeatable_ids(seed)))
        ports.jobs.reset()

    async def open_shop(self, bank: Bank) -> None:
        """Let people buy, refer others and have companions."""
        codes, tokens = count(1), count(1)
        self.kithkin.referrals.make_code.add_kwargs(new_code=lambda: _code(next(codes)))
        self.kithkin.referrals.invite_person.add_kwargs(new_token=lambda: f"token-{next(tokens)}")
        self.bank = bank
        await referral_kithkin.publish(self)

    def person(self, number: int) -> PersonId:
        return PersonId(self.plain.persons.id(number))

    def conversation(self, number: int) -> ConversationId:
        return ConversationId(self.plain.conversations.id(number))

    def message(self, number: int) -> MessageId:
        return MessageId(self.plain.messages.id(number))

    def call(self, number: int) -> VideoCallId:
        return VideoCallId(self.plain.calls.id(number))

    async def put(self, command: Command) -> Answer:
        try:
            return await self._answer(command)
        except RefusedError as error:
            if not isinstance(error.decision, MessageAllowance):
                return {"error": error.code}
            return {"error": error.code, "decision": self.plain.allowance(error.decision)}
        except DomainError as error:
            return {"error": error.code}
        except Exception:  # noqa: BLE001 - whatever else it is, it is a fault to be shown
            return {"error": "fault", "fault": format_exc()}

    async def _answer(self, command: Command) -> Answer:
        parts: tuple[tuple[Any, Callable[[Any], Awaitable[Answer]]], ...] = (
            (IdentityCommand, self._about_persons),
            (PersonalCommand, self._about_personal_data),
            (TalkCommand, self._about_talks),
            (CallCommand, self._about_calls),
            (RewardCommand, self._about_rewards),
            (VideoCommand, partial(video_kithkin.put, self)),
            (UsageCommand, partial(usage_kithkin.put, self)),
            (ShopCommand, partial(shop_kithkin.put, self)),
            (ReferralCommand, partial(referral_kithkin.put, self)),
            (CompanionCommand, partial(companion_kithkin.put, self)),
            (Spend, partial(companion_kithkin.spend, self)),
            (Wait, self._wait),
        )
        return await next(put for kinds, put in parts if isinstance(command, kinds))(command)

    async def told(self) -> list[Answer]:
        # What is reacted to, or brought by time, comes when somebody looks: streaks.py,
        # achievements.py, usage_ledger.py and whole.py hold it.
        return [
            self.plain.event(outgoing.event)
            for outgoing in await self.outbox()
            if not isinstance(outgoing.event, _TOLD_ELSEWHERE)
            and not self._of_buyer(outgoing.event)
        ]

    def _of_buyer(self, event: Event) -> bool:
        """Tell whether it is about money, or the tier of somebody who buys."""
        if not isinstance(event, TierChanged | EntitlementsChanged):
            return isinstance(event, BillingEvent)
        return self.bank is not None and buys(self.plain.persons.of(event.person_id))

    async def _wait(self, command: Wait) -> Answer:
        waited = await self.kithkin.clock.now() + timedelta(microseconds=command.microseconds)
        await self.kithkin.shared.move_clock()(waited)
        return {}

    async def _about_persons(self, command: IdentityCommand) -> Answer:
        identity, plain = self.kithkin.identity, self.plain
        match command:
            case Register(name=name, timezone=timezone, email=email):
                profile = Profile(name=name, timezone=timezone, email=email)
                return plain.person(await identity.register_person()(profile))
            case ChangeProfile(person=number, field=name, value=value):
                new = PrivacyLevel(str(value)) if name == "privacy_level" else value
                changed = await identity.change_profile()(self.person(number), {name: new})
                return plain.person(changed)
            case SetTier(person=number, tier=tier):
                return plain.person(await identity.set_tier()(self.person(number), Tier(tier)))
            case Suspend(person=number, reason=reason):
                return plain.person(await identity.suspend_person()(self.person(number), reason))
            case Reinstate(person=number):
                return plain.person(await identity.reinstate_person()(self.person(number)))
            case Block(blocker=one, blocked=two):
                await identity.block_person()(self.person(one), self.person(two))
            case Unblock(blocker=one, blocked=two):
                await identity.unblock_person()(self.person(one), self.person(two))
            case Report():
                return plain.report(await identity.file_report()(self._report(command)))
            case _:
                assert_never(command)
        return {}

    async def _about_personal_data(self, command: PersonalCommand) -> Answer:
        identity, plain = self.kithkin.identity, self.plain
        match command:
            case Prefer(person=number, target_language=language, speaking_level=level):
                preferences = LearningPreferences(
                    person_id=self.person(number), target_language=language, speaking_level=level
                )
                return plain.preferences(await identity.set_preferences()(preferences))
            case Erase(person=number):
                return plain.erasure(await identity.erase_person()(self.person(number)))
            case _:
                assert_never(command)

    def _report(self, command: Report) -> FileReportRequest:
        return FileReportRequest(
            reporter_id=self.person(command.reporter),
            reported_id=self.person(command.reported),
            reason=command.reason,
            evidence_message_ids=tuple(self.message(number) for number in command.evidence),
        )

    async def _about_talks(self, command: TalkCommand) -> Answer:
        talks, plain = self.kithkin.conversations, self.plain
        match command:
            case Open(opener=one, partner=two):
                opened = await talks.open_conversation()(self.person(one), self.person(two))
                number = plain.conversations.of(opened.conversation.id)
                return {"conversation": number, "created": opened.created}
            case Send():
                return await self._send(command)
            case Edit():
                return await self._edit(command)
            case Delete(conversation=number, message=message, deleter=person):
                await talks.delete_message()(
                    self.conversation(number), self.message(message), self.person(person)
                )
            case MarkRead(conversation=number, person=person, message=message):
                await talks.mark_read()(
                    self.conversation(number), self.person(person), self.message(message)
                )
            case AskAllowance(conversation=number, person=person):
                queries = talks.queries()
                return plain.allowance(
                    await queries.allowance(self.conversation(number), self.person(person))
                )
            case AskSummary(conversation=number, person=person):
                queries = talks.queries()
                return plain.summary(
                    await queries.summary(self.conversation(number), self.person(person))
                )
            case AskMessages(conversation=number, reader=reader):
                return {"messages": await self.messages(number, reader, _LATEST)}
            case _:
                assert_never(command)
        return {}

    async def messages(self, number: int, reader: int | None, limit: int) -> list[Answer]:
        """Give the latest messages of a conversation, the newest first."""
        page = await self.kithkin.conversations.queries().messages_of(
            self.conversation(number),
            None if reader is None else self.person(reader),
            None,
            limit,
            newest_first=True,
        )
        return [self.plain.message(message) for message in page.items]

    async def _send(self, command: Send) -> Answer:
        sent = await self.kithkin.conversations.send_message()(
            SendMessageRequest(
                conversation_id=self.conversation(command.conversation),
                sender_id=self.person(command.sender),
                text=command.text,
                client_message_id=command.client_message_id,
            )
        )
        assert isinstance(sent, SentMessage)
        return self.plain.sent(sent)

    async def _edit(self, command: Edit) -> Answer:
        edited = await self.kithkin.conversations.edit_message()(
            EditMessageRequest(
                conversation_id=self.conversation(command.conversation),
                message_id=self.message(command.message),
                editor_id=self.person(command.editor),
                text=command.text,
            )
        )
        return self.plain.message(edited)

    async def _about_calls(self, command: CallCommand) -> Answer:
        video, plain = self.kithkin.video, self.plain
        match command:
            case StartCall():
                return await self._start(command)
            case Connect(call=number, person=person):
                return await self._report_presence(number, person, Presence.CONNECTED)
            case Leave(call=number, person=person):
                return await self._report_presence(number, person, Presence.DISCONNECTED)
            case Decline(call=number, person=person):
                declined = await video.decline_call()(self.call(number), self.person(person))
                return plain.call(declined)
            case EndCall(call=number, person=ends):
                by = None if ends is None else self.person(ends)
                return plain.call(await video.end_call()(self.call(number), by))
            case AskCall(call=number):
                return plain.call(await video.queries().call(self.call(number)))
            case AskHistory(conversation=number):
                return await self._history(number)
            case _:
                assert_never(command)

    async def settle_rewards(self) -> None:
        """Do what the job does at its next minute."""
        kind = self.kithkin.jobs.kinds().by_name["settle_rewards"]
        settle = self.kithkin.video.settle_rewards()
        await settle(kind.planned(await self.kithkin.clock.now()))

    async def _about_rewards(self, command: RewardCommand) -> Answer:
        video = self.kithkin.video
        match command:
            case AskReward(person=number):
                return self.plain.reward(await video.reward_queries().reward(self.person(number)))
            case VoidCall(call=number, reason=reason):
                voided = await video.void_call()(self.call(number), reason)
                return {"voided": self.plain.calls.of(voided.id)}
            case _:
                assert_never(command)

    async def _start(self, command: StartCall) -> Answer:
        scheduled_for = None
        if command.ahead is not None:
            now = await self.kithkin.clock.now()
            scheduled_for = now + timedelta(seconds=command.ahead)
        started = await self.kithkin.video.start_call()(
            StartCallRequest(
                conversation_id=self.conversation(command.conversation),
                initiator_id=self.person(command.initiator),
                scheduled_for=scheduled_for,
            )
        )
        return self.plain.call(started)

    async def _report_presence(self, number: int, person: int, presence: Presence) -> Answer:
        report = ReportPresence(person_id=self.person(person), presence=presence)
        return self.plain.call(
            await self.kithkin.video.report_presence()(self.call(number), report)
        )

    async def _history(self, number: int) -> Answer:
        conversation_id = self.conversation(number)
        history = await self.kithkin.video.queries().history(conversation_id)
        queries = self.kithkin.conversations.queries()
        conversation = await queries.conversation(conversation_id)
        return self.plain.history(history, *conversation.participants)
