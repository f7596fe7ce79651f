"""From a quote to what was paid for, through the sandbox's page in a real browser."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.http import given
from tests.http.api import Api, Json
from tests.http.chromium import Page, browser


@pytest_asyncio.fixture(scope="module")
async def window() -> AsyncIterator[Page]:
    async with browser() as page:
        yield page


@pytest.fixture
def page(window: Page) -> Page:
    window.said.clear()
    return window


async def a_checkout(api: Api, person: str, item: str) -> Json:
    quote = await given.a_quote(api, person, item)
    return await api.made("/v1/checkouts", quote_id=quote["id"])


async def tier_of(api: Api, person: str) -> str:
    return str((await api.get(f"/v1/persons/{person}"))["tier"])


async def status_of(api: Api, payment: Json) -> str:
    return str((await api.get(f"/v1/payments/{payment['id']}"))["status"])


async def test_who_pays_on_the_page_has_what_they_paid_for(api: Api, page: Page) -> None:
    person = await given.a_person(api)
    payment = await a_checkout(api, person, "premium_monthly")
    assert payment["status"] == "pending"
    assert await tier_of(api, person) == "free"
    await page.open(payment["page_url"])
    shown = await page.text()
    assert "Sandbox: no money moves here" in shown
    assert "24.99 USD" in shown
    assert "Premium, monthly" in shown
    await page.press('button[value="decline"]')
    assert "Declined; it can be tried again" in await page.text()
    assert await status_of(api, payment) == "failed"
    await page.press('button[value="pay"]')
    assert "Done, and Kithkin was told." in await page.text()
    assert await status_of(api, payment) == "success"
    assert await tier_of(api, person) == "premium"
    await page.press('button[value="refund"]')
    assert "Paid, and given back" in await page.text()
    for _ in range(2):
        assert await status_of(api, payment) == "refunded"
        assert await tier_of(api, person) == "free"
        await page.press('button[value="tell_again"]')
        assert "Done, and Kithkin was told." in await page.text()
    assert page.said == []


async def test_what_the_page_did_not_tell_is_found_by_reconciliation(api: Api, page: Page) -> None:
    person = await given.a_person(api)
    payment = await a_checkout(api, person, "premium_daily_pass")
    await page.open(payment["page_url"])
    await page.press('button[value="pay_silently"]')
    assert "Kithkin was not told" in await page.text()
    assert await status_of(api, payment) == "pending"
    found = await api.made("/v1/payments/reconciliations")
    assert payment["id"] in {difference["payment_id"] for difference in found["differences"]}
    assert await status_of(api, payment) == "success"
    assert await tier_of(api, person) == "premium"


async def test_the_page_fits_a_small_window_light_and_dark(api: Api, page: Page) -> None:
    person = await given.a_person(api)
    payment = await a_checkout(api, person, "video_credits_20")
    for scheme in ("light", "dark"):
        await page.show(320, 640, scheme)
        await page.open(payment["page_url"])
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == {"light": "rgb(238, 241, 247)", "dark": "rgb(17, 21, 31)"}[scheme]
    assert page.said == []
