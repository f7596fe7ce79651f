"""The ports in memory, under the same names as on PostgreSQL."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, List, Object, Singleton
from uuid_utils.compat import uuid7

from adapters.clock import SystemClock
from adapters.memory.clock import MemoryClock
from adapters.memory.conversations import (
    MemoryConversationList,
    MemoryConversations,
    MemoryMessages,
)
from adapters.memory.erasure import MemoryErasures, MemoryPersonalData
from adapters.memory.google import MemoryGoogleAttempts, MemoryGoogleLinks
from adapters.memory.idempotency import MemoryKeptAnswers
from adapters.memory.identity import (
    MemoryBlocks,
    MemoryPersonDirectory,
    MemoryPersons,
    MemoryReports,
    MemoryServiceKeys,
)
from adapters.memory.learning import MemoryPreferences
from adapters.memory.send_gate import MemorySendGate
from adapters.memory.sign_in import (
    MemoryCodeTallies,
    MemoryLoginSessions,
    MemoryPersonsByEmail,
    MemorySignInCodes,
)
from adapters.memory.standing import MemoryPairStandings
from adapters.memory.store import MemoryStore
from adapters.memory.stored_records import memory_records
from adapters.memory.transaction import MemoryTransactions
from adapters.memory.video import MemoryCalls, MemoryHistories
from application.shared.rulebook import Rulebook
from domain.identity.pepper import Pepper


class NoConnection:
    """Memory needs no connecting."""

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Do nothing."""


class MemoryPorts(DeclarativeContainer):
    """The ports in memory."""

    store = Singleton(MemoryStore)
    connection = Singleton(NoConnection)
    new_id = Object(uuid7)
    rulebook = Dependency(instance_of=Rulebook)
    real_clock = Singleton(SystemClock)
    clock = Singleton(SystemClock)
    test_clock = Singleton(MemoryClock, store)
    transactions = Singleton(MemoryTransactions, store)
    answers = Singleton(MemoryKeptAnswers, store)
    persons = Singleton(MemoryPersons, store)
    directory = Singleton(MemoryPersonDirectory, store)
    blocks = Singleton(MemoryBlocks, store)
    reports = Singleton(MemoryReports, store)
    service_keys = Singleton(MemoryServiceKeys, store)
    code_tallies = Singleton(MemoryCodeTallies, store)
    sign_in_codes = Singleton(MemorySignInCodes, store)
    persons_by_email = Singleton(MemoryPersonsByEmail, store)
    sessions = Singleton(MemoryLoginSessions, store)
    google_attempts = Singleton(MemoryGoogleAttempts, store)
    google_links = Singleton(MemoryGoogleLinks, store)
    standings = Singleton(MemoryPairStandings, store)
    conversations = Singleton(MemoryConversations, store)
    conversation_list = Singleton(MemoryConversationList, store)
    messages = Singleton(MemoryMessages, store)
    send_gate = Singleton(MemorySendGate, store)
    calls = Singleton(MemoryCalls, store)
    histories = Singleton(MemoryHistories, store)
    preferences = Singleton(MemoryPreferences, store)
    erasures = Singleton(MemoryErasures, store)
    personal_data = List(Singleton(MemoryPersonalData, store))
    stored_records = Singleton(memory_records, store)
    pepper = Dependency(instance_of=Pepper)
