"""`kithkin webhooks` on a database that runs."""

import json
from pathlib import Path
from uuid import uuid4

from tests.cli.conftest import RunCommand

URL = "https://example.org/kithkin"


def test_an_endpoint_from_its_making_to_its_end(kithkin: RunCommand, data: Path) -> None:
    made = kithkin("webhooks", "create", URL, "--type", "message_sent", "--data", data, "--json")
    assert made.status == 0, made.err
    endpoint = json.loads(made.out)
    ident, secret = endpoint["id"], endpoint["secret"]
    assert secret.startswith("whsec_")
    listed = kithkin("webhooks", "list", "--data", data)
    assert ident in listed.out
    assert URL in listed.out
    assert secret not in listed.out
    rotated = json.loads(kithkin("webhooks", "rotate", ident, "--data", data, "--json").out)
    assert rotated["secret"] != secret
    assert kithkin("webhooks", "rotate", ident, "--data", data).status == 0

    def status() -> str:
        known = json.loads(kithkin("webhooks", "list", "--data", data, "--json").out)
        return next(str(one["status"]) for one in known if one["id"] == ident)

    assert kithkin("webhooks", "disable", ident, "--data", data).status == 0
    assert status() == "disabled"
    assert kithkin("webhooks", "enable", ident, "--data", data).status == 0
    assert status() == "enabled"
    for flags in ((), ("--json",), ("--state", "dead")):
        shown = kithkin("webhooks", "deliveries", ident, "--data", data, *flags)
        assert shown.status == 0, shown.err
    assert json.loads(kithkin("webhooks", "deliveries", ident, "--data", data, "--json").out) == []
    requeued = kithkin("webhooks", "redeliver", ident, "--all-dead", "--data", data)
    assert "0 events" in requeued.out
    assert kithkin("webhooks", "delete", ident, "--data", data).status == 0
    gone = kithkin("webhooks", "delete", ident, "--data", data)
    assert (gone.status, "no such webhook endpoint" in gone.err) == (1, True)


def test_nothing_is_cut_off_in_a_narrow_terminal(kithkin: RunCommand, data: Path) -> None:
    url = f"{URL}/{'0123456789' * 20}"
    assert kithkin("webhooks", "create", url, "--data", data).status == 0
    shown = kithkin("webhooks", "list", "--data", data).out
    assert url in "".join(shown.split())


def test_a_secret_is_shown_for_a_person_too(kithkin: RunCommand, data: Path) -> None:
    made = kithkin("webhooks", "create", URL, "--data", data)
    assert "whsec_" in made.out
    assert "not shown again" in made.out


def test_what_is_wrong_is_told(kithkin: RunCommand, data: Path) -> None:
    plain = kithkin("webhooks", "create", "http://example.org", "--data", data)
    assert (plain.status, "https://" in plain.err) == (1, True)
    unknown = kithkin("webhooks", "create", URL, "--type", "nothing", "--data", data)
    assert (unknown.status, "no event type 'nothing'" in unknown.err) == (1, True)
    nobody = kithkin("webhooks", "redeliver", uuid4(), uuid4(), "--data", data)
    assert (nobody.status, "no delivery" in nobody.err) == (1, True)
    neither = kithkin("webhooks", "redeliver", uuid4(), "--data", data)
    assert (neither.status, "--all-dead" in neither.err) == (2, True)


def test_a_url_is_shown_as_it_is(kithkin: RunCommand, data: Path) -> None:
    url = "https://example.org/[bold]/[/x]"
    assert kithkin("webhooks", "create", url, "--data", data).status == 0
    shown = kithkin("webhooks", "list", "--data", data)
    assert (shown.status, shown.err) == (0, "")
    assert url in "".join(shown.out.split())
