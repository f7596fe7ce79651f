"""The use cases that the races run, on the stores under test."""

from uuid_utils.compat import uuid7

from application.conversations.open_conversation import OpenConversation
from application.conversations.ports import SendGate
from application.conversations.send_message import SendMessage
from application.identity.block_person import BlockPerson
from application.identity.change_person import PersonChanger
from application.identity.erase_person import ErasePerson
from application.identity.export_person import ExportPerson
from application.identity.file_report import FileReport
from application.identity.forget_codes import ForgetCodes
from application.identity.set_preferences import SetPreferences
from application.shared.idempotency import Once
from application.video.close_call import CallCloser
from application.video.end_call import EndCall, EndPairCalls, EndPersonCalls
from application.video.settle_calls import SettleCalls
from application.video.start_call import StartCall
from tests.contracts.sign_in import end_all_sessions
from tests.contracts.stores import Stores
from tests.contracts.usage import follow_person
from tests.contracts.values import PEPPER, RULEBOOK


def send_message(stores: Stores, gate: SendGate | None = None) -> SendMessage:
    return SendMessage(
        stores.transactions,
        gate or stores.send_gate,
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        Once(stores.transactions, stores.answers, stores.clock),
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def open_conversation(stores: Stores) -> OpenConversation:
    return OpenConversation(
        stores.transactions,
        stores.conversations,
        stores.standings,
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def block_person(stores: Stores) -> BlockPerson:
    close = close_call(stores)
    return BlockPerson(
        stores.transactions,
        stores.persons,
        stores.blocks,
        EndPairCalls(stores.calls, stores.pair_conversations, close),
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def close_call(stores: Stores) -> CallCloser:
    return CallCloser(
        stores.transactions,
        stores.calls,
        stores.histories,
        stores.pair_conversations,
        stores.standings,
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def end_call(stores: Stores) -> EndCall:
    return EndCall(close_call(stores))


def change_person(stores: Stores) -> PersonChanger:
    return PersonChanger(stores.transactions, stores.persons, uuid7, follow_person(stores))


def once(stores: Stores) -> Once:
    return Once(stores.transactions, stores.answers, stores.clock)


def erase_person(stores: Stores) -> ErasePerson:
    return ErasePerson(
        stores.transactions,
        stores.persons,
        EndPersonCalls(stores.calls, close_call(stores)),
        end_all_sessions(stores),
        ForgetCodes(stores.code_tallies, stores.sign_in_codes, PEPPER),
        (stores.personal_data,),
        stores.erasures,
        stores.clock,
        uuid7,
        RULEBOOK,
        PEPPER,
        follow_person(stores),
    )


def set_preferences(stores: Stores) -> SetPreferences:
    return SetPreferences(
        stores.transactions, stores.persons, stores.preferences, stores.clock, uuid7, RULEBOOK
    )


def export_person(stores: Stores) -> ExportPerson:
    return ExportPerson(stores.persons, stores.preferences, stores.records, stores.clock)


def file_report(stores: Stores) -> FileReport:
    return FileReport(
        stores.transactions, stores.persons, stores.reports, stores.clock, uuid7, RULEBOOK
    )


def start_call(stores: Stores) -> StartCall:
    return StartCall(
        stores.transactions,
        stores.calls,
        stores.pair_conversations,
        stores.standings,
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        stores.clock,
        uuid7,
        RULEBOOK,
    )
