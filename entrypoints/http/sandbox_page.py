"""The sandbox's page as HTML: without scripts, and without anything from elsewhere."""

import base64
import hashlib
from html import escape

from domain.billing.catalogue import item_of
from entrypoints.http.item_labels import label_of
from entrypoints.wiring.payments import (
    Action,
    EventType,
    SandboxEvent,
    SandboxView,
    charges,
    shown,
)

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2333; --soft: #566075; --line: #d5dae5;
  --paper: #fff; --ground: #eef1f7; --main: #2447b3; --on-main: #fff; --warn: #fff3cd;
  --on-warn: #5c4300; --good: #dcf3e4; --on-good: #14532d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf3; --soft: #a9b2c6; --line: #3a4359;
  --paper: #1b2130; --ground: #11151f; --main: #8fb0ff; --on-main: #0d1530; --warn: #4a3a0c;
  --on-warn: #ffe9a8; --good: #173d27; --on-good: #c8f2d6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
.banner { background: var(--warn); color: var(--on-warn); padding: .75rem 1rem;
  text-align: center; font-weight: 600; }
main { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.5rem; margin-bottom: 1.25rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
.what { margin: 0 0 1rem; color: var(--soft); font-size: 1.05rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem .75rem;
  margin: 1.25rem 0; }
legend { padding: 0 .35rem; font-weight: 600; }
label { display: flex; gap: .6rem; align-items: baseline; padding: .35rem 0; }
.buttons { display: flex; flex-direction: column; gap: .75rem; }
button { font: inherit; width: 100%; min-height: 2.9rem; padding: .6rem 1rem; cursor: pointer;
  border-radius: .5rem; border: 1px solid var(--soft); background: transparent;
  color: var(--ink); text-align: start; }
button.main { background: var(--main); border-color: var(--main); color: var(--on-main);
  font-weight: 700; text-align: center; }
button small { display: block; color: var(--soft); }
button:hover { border-color: var(--main); }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
.said { background: var(--good); color: var(--on-good); border-radius: .5rem;
  padding: .75rem 1rem; margin: 0 0 1.25rem; }
.said.unheard { background: var(--warn); color: var(--on-warn); }
ol { margin: 0; padding-left: 1.25rem; }
time, .soft { color: var(--soft); font-size: .9rem; }
footer { color: var(--soft); font-size: .9rem; text-align: center; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

_OFFERED = (
    (Action.DECLINE, "Decline it", "The bank says no. It can still be paid after that."),
    (
        Action.PAY_SILENTLY,
        "Pay, and lose the notification",
        "Kithkin is not told, and has to find it out by asking.",
    ),
    (Action.PAY_AGAIN, "Charge it a second time", "Nothing is given for it: it is to go back."),
    (Action.RENEW, "Pay the next period", "As the provider does by itself at a period's end."),
    (Action.FAIL_RENEWAL, "Fail the next period", "The card no longer works."),
    (Action.REFUND, "Refund it", "The last payment is given back in full."),
    (Action.FAIL_REFUND, "Fail the refund", "A bank does not take the last refund after all."),
    (Action.DISPUTE, "Dispute it", "The payer's bank takes the last payment back."),
    (
        Action.TELL_AGAIN,
        "Send all notifications again",
        "The newest first. It must make no difference.",
    ),
)
_TOLD = {
    EventType.SUCCEEDED: "Paid {amount}",
    EventType.FAILED: "Declined ({failure})",
    EventType.REFUNDED: "Refunded {amount}",
    EventType.REFUND_FAILED: "The refund of {amount} failed",
    EventType.DISPUTE_LOST: "Lost {amount} in a dispute",
    EventType.SUBSCRIPTION: "Subscription: {plan}",
}
_NOTICES = {
    "heard": ("", "Done, and Kithkin was told."),
    "unheard": (
        " unheard",
        "Done, but Kithkin did not take the notification. It finds out when it asks.",
    ),
    "silent": (" unheard", "Done, and Kithkin was not told. It finds out when it asks."),
    "impossible": (" unheard", "That cannot be done to this order any more."),
}
NOTICES = frozenset(_NOTICES)


def page_of(view: SandboxView, notice: str | None) -> str:
    """Give the page of an order.

    Args:
        view: The order.
        notice: What came of the last thing done, one of `NOTICES`.
    """
    order = view.account.order
    amount = escape(shown(order.amount_minor, order.currency))
    what = escape(label_of(item_of(order.item_key)))
    status, open_ = _status(view), Action.PAY in view.possible
    said = ""
    if notice is not None:
        kind, text = _NOTICES[notice]
        said = f'<p class="said{kind}" role="status">{text}</p>'
    body = f"""{said}<section class="card"><h1>{amount}</h1>
<p class="what">{what}</p>
<dl><dt>Status</dt><dd>{status}</dd>
<dt>Order</dt><dd>{order.payment_id}</dd>
<dt>Pay until</dt><dd>{order.ends_at:%Y-%m-%d %H:%M} UTC</dd></dl>
{_form(view, amount) if open_ else ""}</section>
{_more(view)}{_history(view)}"""
    return _page(f"Pay {amount}" if open_ else f"{amount}: {status}", body)


def missing_page() -> str:
    """Give the page for an order that there is not."""
    return _page(
        "No such order",
        '<section class="card"><h1>No such order</h1><p>This sandbox has no order at this '
        "address. Start a new checkout, and open the page that it names.</p></section>",
    )


def _page(title: str, body: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title} - Kithkin sandbox</title>
<style>{_STYLE}</style></head>
<body><div class="banner" role="note">Sandbox: no money moves here, and no card is asked for.</div>
<main>{body}
<footer>This page stands in for a payment provider's. Kithkin runs it for trying things out.
You can close it at any time and go back to the app.</footer></main></body></html>
"""


def _form(view: SandboxView, amount: str) -> str:
    return f"""<form method="post"><fieldset><legend>Pay with</legend>
<label><input type="radio" name="card" value="own" checked>
<span>My own test card<br><span class="soft">No one else pays with it.</span></span></label>
<label><input type="radio" name="card" value="shared">
<span>A shared test card<br><span class="soft">Others here pay with it too.</span></span></label>
</fieldset><div class="buttons">
<button class="main" name="action" value="pay">Pay {amount}</button>
{_buttons(view, {Action.DECLINE, Action.PAY_SILENTLY})}</div></form>"""


def _more(view: SandboxView) -> str:
    buttons = _buttons(view, set(Action) - {Action.DECLINE, Action.PAY_SILENTLY})
    if not buttons:
        return ""
    return f"""<section class="card"><h2>What may happen later</h2>
<form method="post"><div class="buttons">{buttons}</div></form></section>"""


def _buttons(view: SandboxView, among: set[Action]) -> str:
    return "\n".join(
        f'<button name="action" value="{action}">{name}<small>{told}</small></button>'
        for action, name, told in _OFFERED
        if action in view.possible and action in among
    )


def _history(view: SandboxView) -> str:
    if not view.account.events:
        return ""
    lines = "\n".join(f"<li>{_line(event)}</li>" for event in view.account.events)
    return f'<section class="card"><h2>What has happened</h2><ol>{lines}</ol></section>'


def _line(event: SandboxEvent) -> str:
    plan = event.subscription
    told = _TOLD[event.type].format(
        amount=shown(event.amount_minor, event.currency),
        failure=(event.failure_code or "").replace("_", " "),
        plan="" if plan is None else _plan(plan.past_due, plan.cancels_at_period_end),
    )
    if plan is not None:
        told += f", until {plan.period_ends_at:%Y-%m-%d}"
    if event.bill_id is not None:
        told += ", for a renewal"
    at = event.created
    return f"{escape(told)} <time datetime='{at.isoformat()}'>{at:%Y-%m-%d %H:%M:%S} UTC</time>"


def _plan(past_due: bool, cancels: bool) -> str:  # noqa: FBT001 - as they stand beside each other
    if past_due:
        return "past due"
    return "not to be renewed" if cancels else "active"


def _status(view: SandboxView) -> str:
    made = charges(view.account)
    if not made:
        if view.now >= view.account.order.ends_at:
            return "Not paid in time"
        declined = any(event.type is EventType.FAILED for event in view.account.events)
        return "Declined; it can be tried again" if declined else "Waiting for payment"
    if any(charge.left_minor > 0 for charge in made):
        return "Paid"
    return "Paid, and given back"
