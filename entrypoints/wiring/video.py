"""The use cases of video."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.video.answer_prompt import AnswerPrompt
from application.video.change_credits import (
    ChargeBackVideoCredits,
    CreditChanger,
    GrantVideoCredits,
    SellVideoCredits,
)
from application.video.close_call import CallCloser
from application.video.end_call import DeclineCall, EndCall, EndPairCalls, EndPersonCalls
from application.video.judge_reward import BundleDiscount, RewardJudge
from application.video.queries import VideoQueries
from application.video.read_prompt_totals import ReadPromptTotals
from application.video.report_presence import ReportPresence
from application.video.report_upload import ReportUploadComplete, ReportUploadFailed
from application.video.reward_queries import RewardQueries
from application.video.send_video_message import SendVideoMessage
from application.video.settle_calls import SettleCalls
from application.video.settle_overdue_calls import SettleOverdueCalls
from application.video.settle_rewards import SettleRewards
from application.video.show_prompt import ShowPrompt
from application.video.start_call import StartCall
from application.video.tell_reward import RewardTeller
from application.video.video_message_queries import VideoMessageQueries
from application.video.view_video_message import ViewVideoMessage
from application.video.void_call import VoidCall


class Video(DeclarativeContainer):
    """Factories of the use cases of video."""

    ports = DependenciesContainer()

    judge_reward = Singleton(RewardJudge, rewards=ports.rewards, rulebook=ports.rulebook)
    tell_reward = Singleton(
        RewardTeller,
        rewards=ports.rewards,
        judge=judge_reward,
        new_id=ports.new_id,
        tally=ports.figures,
    )
    closer = Singleton(
        CallCloser,
        transactions=ports.transactions,
        calls=ports.calls,
        histories=ports.histories,
        conversations=ports.conversations,
        standings=ports.standings,
        tell_reward=tell_reward,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    settle_calls = Singleton(
        SettleCalls, calls=ports.calls, close=closer, clock=ports.clock, rulebook=ports.rulebook
    )
    settle_overdue_calls = Factory(
        SettleOverdueCalls,
        overdue=ports.overdue_calls,
        settle_calls=settle_calls,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    start_call = Factory(
        StartCall,
        transactions=ports.transactions,
        calls=ports.calls,
        conversations=ports.conversations,
        standings=ports.standings,
        settle_calls=settle_calls,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
    )
    report_presence = Factory(
        ReportPresence,
        transactions=ports.transactions,
        calls=ports.calls,
        standings=ports.standings,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
    )
    end_call = Factory(EndCall, close=closer)
    decline_call = Factory(DeclineCall, close=closer)
    end_pair_calls = Factory(
        EndPairCalls, calls=ports.calls, conversations=ports.conversations, close=closer
    )
    end_person_calls = Factory(EndPersonCalls, calls=ports.calls, close=closer)
    queries = Factory(
        VideoQueries,
        calls=ports.calls,
        histories=ports.histories,
        conversations=ports.conversations,
        close=closer,
        settle_calls=settle_calls,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    bundle_discount = Singleton(BundleDiscount, rewards=ports.rewards, judge=judge_reward)
    send_video_message = Factory(
        SendVideoMessage,
        transactions=ports.transactions,
        conversations=ports.conversations,
        senders=ports.senders,
        wallets=ports.wallets,
        messages=ports.video_messages,
        discount=bundle_discount,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
    )
    report_upload_complete = Factory(
        ReportUploadComplete,
        transactions=ports.transactions,
        messages=ports.video_messages,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    show_prompt = Factory(
        ShowPrompt,
        transactions=ports.transactions,
        prompts=ports.prompts,
        participants=ports.participants,
        talks=ports.prompt_talks,
        rewards=ports.rewards,
        tell_reward=tell_reward,
        judge=judge_reward,
        calls=ports.calls,
        settle_calls=settle_calls,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        tally=ports.figures,
        prompt_tally=ports.figures,
    )
    answer_prompt = Factory(
        AnswerPrompt,
        transactions=ports.transactions,
        prompts=ports.prompts,
        participants=ports.participants,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        prompt_tally=ports.figures,
    )
    read_prompt_totals = Factory(ReadPromptTotals, totals=ports.prompt_totals)
    settle_rewards = Factory(
        SettleRewards,
        transactions=ports.transactions,
        due=ports.rewards,
        participants=ports.participants,
        settle_calls=settle_calls,
        tell_reward=tell_reward,
        clock=ports.clock,
    )
    void_call = Factory(
        VoidCall,
        transactions=ports.transactions,
        calls=ports.calls,
        standings=ports.standings,
        settle_calls=settle_calls,
        tell_reward=tell_reward,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    report_upload_failed = Factory(
        ReportUploadFailed,
        transactions=ports.transactions,
        messages=ports.video_messages,
        participants=ports.participants,
        wallets=ports.wallets,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    view_video_message = Factory(
        ViewVideoMessage,
        transactions=ports.transactions,
        messages=ports.video_messages,
        participants=ports.participants,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    change_credits = Singleton(
        CreditChanger,
        transactions=ports.transactions,
        participants=ports.participants,
        wallets=ports.wallets,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    grant_video_credits = Factory(
        GrantVideoCredits, change=change_credits, new_id=ports.new_id, rulebook=ports.rulebook
    )
    sell_video_credits = Factory(SellVideoCredits, change=change_credits)
    charge_back_video_credits = Factory(ChargeBackVideoCredits, change=change_credits)
    video_message_queries = Factory(
        VideoMessageQueries,
        messages=ports.video_messages,
        conversations=ports.conversations,
        participants=ports.participants,
        wallets=ports.wallets,
        discount=bundle_discount,
        settle_calls=settle_calls,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    reward_queries = Factory(
        RewardQueries,
        rewards=ports.rewards,
        participants=ports.participants,
        settle_calls=settle_calls,
        judge=judge_reward,
        clock=ports.clock,
    )
