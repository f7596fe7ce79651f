"""Who brings somebody who buys is rewarded, once the purchase has held."""

from datetime import datetime
from typing import Any

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, why_of
from entrypoints.cli.story.stage import Stage, instant, money

_RULES = ("another_person", "entered_in_time", "not_a_payer", "not_referred", "same_device")


def referrals(stage: Stage) -> Chapter:
    """Play a code, a purchase, the days it is held, and the rewards.

    Asha opens the app on each of these days.
    """
    code = stage.api.post(f"/v1/persons/{stage.asha}/referral-code")["code"]
    entered = stage.api.post("/v1/referrals/redeem", person_id=stage.lena, code=code)
    rows = [_row("code entered", stage, entered["referral"])]
    quote = stage.api.post("/v1/quotes", person_id=stage.lena, item="seconds_3600", currency="USD")
    payment = stage.buy(quote)
    # Reading what is the referee's takes their purchase in.
    stage.api.get(f"/v1/persons/{stage.lena}/referrals/progress")
    held = _referral(stage)
    rows.append(_row("bought", stage, held))
    ends = datetime.fromisoformat(held["hold_ends_at"])
    while stage.now < ends:
        stage.let_pass(days=1)
        stage.api.post(f"/v1/persons/{stage.asha}/activity", kind="app_open")
    stage.let_pass(minutes=1)
    paid = _referral(stage)
    rows.append(_row("hold over", stage, paid))
    credit = tuple(
        (name, money(account["balance"]))
        for name, person in (("Asha", stage.asha), ("Lena", stage.lena))
        for account in stage.api.get(f"/v1/persons/{person}/account-credit")["accounts"]
    )
    return Chapter(
        context="referrals",
        title="Who brought whom",
        steps=(
            Step("Lena enters Asha's code", f"{entered['outcome']}."),
            Step("She buys", f"{payment['item']['key']} for {money(payment['amount'])}."),
            Step("The reward is held", f"until {instant(held['hold_ends_at'])}."),
            Step("The hold ends", f"Asha's reward is {money(paid['as_reward']['reward_amount'])}."),
        ),
        sheets=(
            Sheet("The referral", ("when", "at", "state", "reward"), tuple(rows)),
            Sheet("Account credit", ("whose", "balance"), credit),
        ),
        decision="Did Lena come by Asha?",
        why=why_of(entered["reasons"], *_RULES),
    )


def _referral(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.of_asha("referrals")["items"][0]
    return found


def _row(when: str, stage: Stage, referral: dict[str, Any]) -> tuple[str, str, str, str]:
    reward = referral["as_reward"]["reward_status"]
    return when, instant(stage.now.isoformat()), referral["state"], reward
