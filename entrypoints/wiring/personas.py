"""The use cases of companions."""

from uuid import uuid4

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import (
    DependenciesContainer,
    Dependency,
    Factory,
    Object,
    Singleton,
)

from application.personas.answer_companion import AnswerCompanion
from application.personas.ask_companion import AskCompanion
from application.personas.change_message import (
    DeleteCompanionMessage,
    EditCompanionMessage,
    MessageChanger,
)
from application.personas.change_summary import DeleteObservation, ResetSummary
from application.personas.choose_persona import ChoosePersona
from application.personas.end_sessions import (
    EndCompanionSession,
    EndIdleSession,
    EndIdleSessions,
)
from application.personas.grow_summary import GrowSummary
from application.personas.keep_talk import TalkKeeper
from application.personas.open_companion import OpenCompanion
from application.personas.queries import CompanionQueries
from application.personas.record_call import RecordCall


class Personas(DeclarativeContainer):
    """Factories of the use cases of companions."""

    ports = DependenciesContainer()
    usage = DependenciesContainer()
    language_model = Dependency(instance_of=object)

    # Random, as what fences a transcript off must not be foreseen.
    nonce = Object(uuid4)
    keeper = Singleton(
        TalkKeeper,
        transactions=ports.transactions,
        participants=ports.participants,
        days=ports.senders,
        conversations=ports.companion_conversations,
        personas=ports.own_personas,
        sessions=ports.companion_sessions,
        messages=ports.companion_messages,
        jobs=ports.jobs,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    open_companion = Factory(OpenCompanion, keep=keeper)
    choose_persona = Factory(ChoosePersona, keep=keeper)
    ask_companion = Factory(
        AskCompanion,
        keep=keeper,
        transcripts=ports.companion_messages,
        answers=ports.answers,
        use=usage.companions,
        tally=ports.figures,
    )
    answer_companion = Factory(AnswerCompanion, keep=keeper, model=language_model, nonce=nonce)
    end_session = Factory(EndCompanionSession, keep=keeper)
    end_idle = Singleton(EndIdleSession, keep=keeper)
    end_idle_sessions = Factory(EndIdleSessions, idle=ports.companion_sessions, end=end_idle)
    record_call = Factory(RecordCall, keep=keeper, use=usage.companions, tally=ports.figures)
    grow_summary = Singleton(
        GrowSummary,
        keep=keeper,
        model=language_model,
        records=ports.companion_sessions,
        observations=ports.observations,
        latest=ports.latest_summaries,
        transcripts=ports.companion_messages,
        nonce=nonce,
    )
    delete_observation = Factory(
        DeleteObservation, keep=keeper, observations=ports.observations, grow=grow_summary
    )
    change_message = Singleton(
        MessageChanger, keep=keeper, observations=ports.observations, grow=grow_summary
    )
    edit_message = Factory(EditCompanionMessage, keep=keeper, change=change_message)
    delete_message = Factory(DeleteCompanionMessage, keep=keeper, change=change_message)
    reset_summary = Factory(
        ResetSummary,
        keep=keeper,
        observations=ports.observations,
        records=ports.companion_sessions,
        latest=ports.latest_summaries,
    )
    queries = Factory(
        CompanionQueries,
        keep=keeper,
        transcripts=ports.companion_messages,
        records=ports.companion_sessions,
        observations=ports.observations,
        latest=ports.latest_summaries,
        end_idle=end_idle,
    )
