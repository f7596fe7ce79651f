"""A plan is paid for, and seconds are used: billing and usage."""

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, Why, why_of
from entrypoints.cli.story.stage import Stage, instant, money

_BEATS = 20
_BEAT_SECONDS = 45  # less than the silence that settles a session


def billing(stage: Stage) -> Chapter:
    """Play a purchase of a plan, from the quote to the tier."""
    quote = stage.api.post("/v1/quotes", person_id=stage.asha, item="plus_monthly", currency="INR")
    payment = stage.buy(quote)
    plan = stage.of_asha("subscription")
    may_use = stage.of_asha("entitlements")
    lines = tuple((line["kind"], line["label"], money(line["amount"])) for line in quote["lines"])
    rows = tuple(
        (one["name"], str(one["value"]), one["tier"], one["source"])
        for one in may_use["entitlements"]
    )
    return Chapter(
        context="billing",
        title="A plan",
        steps=(
            Step("Asha is quoted", f"{money(quote['total'])} for {quote['item']['key']}."),
            Step(
                "She pays in the sandbox",
                f"{payment['status']}, {money(payment['amount'])} by {payment['provider']}.",
            ),
            Step("Her subscription", f"{plan['status']}; her tier is {may_use['tier']}."),
        ),
        sheets=(
            Sheet("The quote", ("line", "for", "amount"), (*lines, _total(money(quote["total"])))),
            Sheet("What she may use", ("may use", "how much", "tier", "because of"), rows),
        ),
        decision=f"Why is Asha's tier {may_use['tier']}?",
        why=tuple(
            Why(
                grant["source"],
                satisfied=True,
                detail=f"It gives {grant['tier']} until {instant(grant['until'])}.",
            )
            for grant in may_use["grants"]
        ),
    )


def usage(stage: Stage) -> Chapter:
    """Play a session that holds seconds, and what it used of them."""
    asked = stage.of_asha("paywall", action="session")
    begun = stage.api.post("/v1/usage/sessions", person_id=stage.asha)
    held = stage.of_asha("usage")
    path = f"/v1/usage/sessions/{begun['id']}"
    for _ in range(_BEATS):
        stage.let_pass(seconds=_BEAT_SECONDS)
        stage.api.post(f"{path}/heartbeat")
    settled = stage.api.post(f"{path}/settle")
    after = stage.of_asha("usage")
    rows = tuple(
        (when, one["granted"], one["used"], one["held"], one["remaining"]["total"])
        for when, one in (("as it began", held), ("settled", after))
    )
    lines = tuple(
        (line["number"], line["kind"], line["banked"], line["monthly"], line["purchased"])
        for line in stage.of_asha("usage/statement")["items"]
    )
    return Chapter(
        context="usage",
        title="Seconds",
        steps=(
            Step("A session begins", f"and holds {begun['held_seconds']} s."),
            Step(
                "It settles",
                f"after {settled['duration_seconds']} s; {settled['seconds_consumed']} s are used.",
            ),
        ),
        sheets=(
            Sheet(
                f"Seconds of {after['period']}",
                ("session", "granted", "used", "held", "left"),
                rows,
            ),
            Sheet("The statement", ("no.", "line", "banked", "monthly", "purchased"), lines),
        ),
        decision=f"May Asha begin a session? {asked['outcome'].capitalize()}.",
        why=why_of(asked["reasons"]),
    )


def _total(amount: str) -> tuple[str, str, str]:
    return ("total", "", amount)
