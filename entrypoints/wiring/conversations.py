"""The use cases of conversations."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.conversations.delete_message import DeleteMessage
from application.conversations.edit_message import EditMessage
from application.conversations.mark_read import MarkRead
from application.conversations.open_conversation import OpenConversation
from application.conversations.queries import ConversationQueries
from application.conversations.send_message import SendMessage


class Conversations(DeclarativeContainer):
    """Factories of the use cases of conversations."""

    ports = DependenciesContainer()
    video = DependenciesContainer()
    shared = DependenciesContainer()

    open_conversation = Factory(
        OpenConversation,
        transactions=ports.transactions,
        conversations=ports.conversations,
        standings=ports.standings,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
    )
    send_message = Singleton(
        SendMessage,
        transactions=ports.transactions,
        gate=ports.send_gate,
        settle_calls=video.settle_calls,
        once=shared.once,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
    )
    edit_message = Factory(
        EditMessage,
        transactions=ports.transactions,
        conversations=ports.conversations,
        messages=ports.messages,
        standings=ports.standings,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
    )
    delete_message = Factory(
        DeleteMessage,
        transactions=ports.transactions,
        messages=ports.messages,
        standings=ports.standings,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    mark_read = Factory(
        MarkRead,
        transactions=ports.transactions,
        conversations=ports.conversations,
        messages=ports.messages,
        standings=ports.standings,
    )
    queries = Singleton(
        ConversationQueries,
        conversations=ports.conversations,
        summaries=ports.conversation_list,
        messages=ports.messages,
        gate=ports.send_gate,
        settle_calls=video.settle_calls,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
