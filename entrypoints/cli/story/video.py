"""Calls with three partners lower prices, and video messages are free up to a number."""

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, why_of
from entrypoints.cli.story.stage import Stage, money


def reward(stage: Stage) -> Chapter:
    """Play calls with two more partners, which earn the monthly reward."""
    found = [stage.of_asha("reward")]
    for other in stage.others:
        stage.call(other)
        found.append(stage.of_asha("reward"))
    rows = tuple(
        (one["partners_this_month"], one["status"], f"{one['discount_percent']} %", one["needed"])
        for one in found
    )
    earned = found[-1]
    change = earned["next_change"]
    return Chapter(
        context="video",
        title="The monthly reward",
        steps=(
            Step("Asha calls Chitra, then Dev", f"the reward is {earned['status']}."),
            Step("It changes", f"to {change['status']} on {change['on']}."),
        ),
        sheets=(
            Sheet("After each call", ("partners", "reward", "discount", "still needed"), rows),
        ),
        decision="Are Asha's prices lower?",
        why=why_of(earned["reasons"]),
    )


def video_messages(stage: Stage) -> Chapter:
    """Play the free video messages of a day, and the refusal of one more."""
    path = f"{stage.in_room(stage.lena)}/video-messages"
    offered = stage.of_asha("video-messages/allowance")
    sent = [
        stage.api.post(path, sender_id=stage.asha, upload_ref=f"uploads/{number}")
        for number in range(offered["free_remaining"])
    ]
    refusal = stage.api.refused(path, 402, sender_id=stage.asha, upload_ref="uploads/more")
    rows = tuple(
        (
            bundle["credits"],
            *(money(price) for price in bundle["full_prices"]),
            *(money(price) for price in bundle["prices"]),
        )
        for bundle in refusal["video_allowance"]["bundles"]
    )
    return Chapter(
        context="video",
        title="Video messages",
        steps=(
            Step("Asha sends", f"{len(sent)} video messages, each {sent[-1]['source']}."),
            Step("One more", f"{refusal['status']} {refusal['code']}: {refusal['detail']}"),
        ),
        sheets=(
            Sheet(
                "What Asha could buy",
                ("credits", "USD", "INR", "her USD", "her INR"),
                rows,
            ),
        ),
        decision="May Asha send one more?",
        why=why_of(refusal["reasons"]),
    )
