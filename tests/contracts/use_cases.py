"""The use cases that the races run, on the stores under test."""

from uuid_utils.compat import uuid7

from application.achievements.award_back import AwardByNow, AwardToThoseWhoEarned
from application.achievements.change_award import ChangeAward
from application.achievements.publish_achievement import (
    ChangeAchievement,
    PublishAchievement,
    PublishCatalogue,
)
from application.achievements.queries import AchievementQueries
from application.achievements.reactions import EarnAchievements
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
from application.shared.reactions import Drain, DrainAll
from application.streaks.change_streak import StreakChanger
from application.streaks.queries import StreakQueries
from application.streaks.reactions import CountForStreaks
from application.streaks.record_activity import RecordActivity
from application.video.answer_prompt import AnswerPrompt
from application.video.close_call import CallCloser
from application.video.end_call import EndCall, EndPairCalls, EndPersonCalls
from application.video.judge_reward import RewardJudge
from application.video.settle_calls import SettleCalls
from application.video.settle_rewards import SettleRewards
from application.video.show_prompt import ShowPrompt
from application.video.start_call import StartCall
from application.video.tell_reward import RewardTeller
from application.video.void_call import VoidCall
from domain.shared.ids import PersonId
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


def drain_streaks(stores: Stores) -> Drain:
    reaction = CountForStreaks(stores.streaks, stores.last_credits, uuid7, RULEBOOK)
    return Drain(stores.transactions, stores.pending, reaction)


def record_activity(stores: Stores) -> RecordActivity:
    return RecordActivity(
        stores.transactions,
        stores.streaks,
        drain_streaks(stores),
        once(stores),
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def change_streak(stores: Stores) -> StreakChanger:
    return StreakChanger(
        stores.transactions, stores.streaks, drain_streaks(stores), stores.clock, uuid7, RULEBOOK
    )


def streak_queries(stores: Stores) -> StreakQueries:
    return StreakQueries(
        stores.streaks, stores.streak_days, drain_streaks(stores), stores.clock, RULEBOOK
    )


def drain_achievements(stores: Stores) -> DrainAll:
    reaction = EarnAchievements(stores.achievements, stores.achievers, uuid7, RULEBOOK)
    earn = Drain(stores.transactions, stores.pending, reaction)
    return DrainAll([drain_streaks(stores), earn])


def award_by_now(stores: Stores) -> AwardByNow:
    return AwardByNow(stores.transactions, stores.achievers, stores.clock, uuid7, RULEBOOK)


def achievement_queries(stores: Stores) -> AchievementQueries:
    return AchievementQueries(
        stores.achievements,
        stores.achievers,
        stores.awards,
        stores.sights,
        award_by_now(stores),
        drain_achievements(stores),
        stores.clock,
    )


def publish_achievement(stores: Stores) -> PublishAchievement:
    return PublishAchievement(
        stores.transactions, stores.achievements, stores.award_backs, stores.jobs, stores.clock
    )


def publish_catalogue(stores: Stores) -> PublishCatalogue:
    return PublishCatalogue(stores.achievements, publish_achievement(stores))


def change_achievement(stores: Stores) -> ChangeAchievement:
    return ChangeAchievement(stores.transactions, stores.achievements, stores.clock)


def award_back(stores: Stores) -> AwardToThoseWhoEarned:
    return AwardToThoseWhoEarned(
        stores.transactions,
        stores.achievements,
        stores.award_backs,
        award_by_now(stores),
        stores.clock,
    )


def change_award(stores: Stores) -> ChangeAward:
    return ChangeAward(
        stores.transactions,
        stores.achievements,
        stores.achievers,
        stores.awards,
        drain_achievements(stores),
        stores.clock,
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
        tell_reward(stores),
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def tell_reward(stores: Stores) -> RewardTeller:
    return RewardTeller(stores.rewards, RewardJudge(stores.rewards, RULEBOOK), uuid7)


def settle_rewards(stores: Stores) -> SettleRewards:
    return SettleRewards(
        stores.transactions,
        stores.due_rewards,
        stores.participants,
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        tell_reward(stores),
        stores.clock,
    )


def void_call(stores: Stores) -> VoidCall:
    return VoidCall(
        stores.transactions,
        stores.calls,
        stores.standings,
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        tell_reward(stores),
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


class NothingPaid:
    """Billing of persons who have bought nothing."""

    async def left(self, person_id: PersonId) -> None:
        pass


def erase_person(stores: Stores) -> ErasePerson:
    return ErasePerson(
        stores.transactions,
        stores.persons,
        EndPersonCalls(stores.calls, close_call(stores)),
        end_all_sessions(stores),
        ForgetCodes(stores.code_tallies, stores.sign_in_codes, PEPPER),
        (stores.personal_data, stores.referrals.personal_data),
        stores.erasures,
        stores.clock,
        uuid7,
        RULEBOOK,
        PEPPER,
        follow_person(stores),
        NothingPaid(),
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


def show_prompt(stores: Stores) -> ShowPrompt:
    return ShowPrompt(
        stores.transactions,
        stores.prompts,
        stores.participants,
        stores.prompt_talks,
        stores.rewards,
        tell_reward(stores),
        RewardJudge(stores.rewards, RULEBOOK),
        stores.calls,
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def answer_prompt(stores: Stores) -> AnswerPrompt:
    return AnswerPrompt(
        stores.transactions, stores.prompts, stores.participants, stores.clock, uuid7, RULEBOOK
    )
