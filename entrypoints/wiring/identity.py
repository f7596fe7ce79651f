"""The use cases of identity."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.identity.authenticate_service import AuthenticateService
from application.identity.block_person import BlockPerson, UnblockPerson
from application.identity.change_person import PersonChanger
from application.identity.change_profile import ChangeProfile
from application.identity.erase_person import ErasePerson
from application.identity.export_person import ExportPerson
from application.identity.file_report import FileReport
from application.identity.manage_keys import CreateKey, RevokeKey
from application.identity.queries import IdentityQueries
from application.identity.register_person import RegisterPerson
from application.identity.set_preferences import SetPreferences
from application.identity.set_tier import SetTier
from application.identity.suspend_person import ReinstatePerson, SuspendPerson


class Identity(DeclarativeContainer):
    """Factories of the use cases of identity."""

    ports = DependenciesContainer()
    video = DependenciesContainer()
    sign_in = DependenciesContainer()
    reactions = DependenciesContainer()
    usage = DependenciesContainer()
    billing = DependenciesContainer()

    changer = Factory(
        PersonChanger,
        transactions=ports.transactions,
        persons=ports.persons,
        new_id=ports.new_id,
        usage=usage.follow_person,
    )
    register_person = Factory(
        RegisterPerson,
        transactions=ports.transactions,
        admit=sign_in.admit,
        clock=ports.clock,
    )
    change_profile = Factory(
        ChangeProfile,
        transactions=ports.transactions,
        change=changer,
        dates_ahead=ports.rewards,
        settle=reactions.drain_all,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    set_tier = Factory(SetTier, change=changer, give=billing.give_tier)
    suspend_person = Factory(
        SuspendPerson,
        transactions=ports.transactions,
        change=changer,
        end_sessions=sign_in.end_all_sessions,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    reinstate_person = Factory(
        ReinstatePerson, change=changer, clock=ports.clock, rulebook=ports.rulebook
    )
    block_person = Factory(
        BlockPerson,
        transactions=ports.transactions,
        persons=ports.persons,
        blocks=ports.blocks,
        end_pair_calls=video.end_pair_calls,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    unblock_person = Factory(
        UnblockPerson,
        transactions=ports.transactions,
        persons=ports.persons,
        blocks=ports.blocks,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    file_report = Factory(
        FileReport,
        transactions=ports.transactions,
        persons=ports.persons,
        reports=ports.reports,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    set_preferences = Factory(
        SetPreferences,
        transactions=ports.transactions,
        persons=ports.persons,
        preferences=ports.preferences,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    export_person = Factory(
        ExportPerson,
        persons=ports.persons,
        preferences=ports.preferences,
        records=ports.exported_records,
        clock=ports.clock,
    )
    erase_person = Factory(
        ErasePerson,
        transactions=ports.transactions,
        persons=ports.persons,
        calls=video.end_person_calls,
        end_sessions=sign_in.end_all_sessions,
        forget_codes=sign_in.forget_codes,
        personal_data=ports.personal_data,
        erasures=ports.erasures,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        pepper=ports.pepper,
        usage=usage.follow_person,
        billing=billing.leave,
    )
    create_key = Factory(CreateKey, keys=ports.service_keys, clock=ports.clock, new_id=ports.new_id)
    revoke_key = Factory(RevokeKey, keys=ports.service_keys, clock=ports.clock)
    authenticate_service = Singleton(
        AuthenticateService, keys=ports.service_keys, clock=ports.clock
    )
    queries = Factory(
        IdentityQueries,
        persons=ports.persons,
        directory=ports.directory,
        reports=ports.reports,
        keys=ports.service_keys,
        preferences=ports.preferences,
        sessions=ports.sessions,
        clock=ports.clock,
    )
