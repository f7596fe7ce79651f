"""What `doctor` finds of the language model."""

import asyncio
from pathlib import Path
from typing import Any

from tests.adapters.model_server import Plan, model_server
from tests.cli.conftest import RunCommand
from tests.cli.test_sign_in_settings import checks


async def test_doctor_greets_the_model(kithkin: RunCommand, folder: Path) -> None:
    async with model_server() as server:
        settings = {
            "KITHKIN_LLM": "openai",
            "KITHKIN_LLM_BASE_URL": f"{server.url}/v1",
            "KITHKIN_LLM_MODEL": "a-model",
            "KITHKIN_LLM_API_KEY": "sk-secret",
            "KITHKIN_LLM_INPUT_PRICE_MICROS": "0",
            "KITHKIN_LLM_OUTPUT_PRICE_MICROS": "0",
        }

        async def found(**more: str) -> dict[str, Any]:
            flags = ("doctor", "--data", folder / "new", "--port", "0", "--json")
            return checks(await asyncio.to_thread(kithkin, *flags, **more))["language model"]

        well = await found(**settings)
        assert (well["verdict"], server.url in well["detail"]) == ("ok", True)
        dear = {
            "KITHKIN_LLM_INPUT_PRICE_MICROS": "3000000",
            "KITHKIN_LLM_OUTPUT_PRICE_MICROS": "15000000",
        }
        assert (await found(**settings | dear))["verdict"] == "ok"
        short = await found(**settings | dear, KITHKIN_LLM_DAILY_BUDGET_MICROS="100000")
        assert short["verdict"] == "problem"
        needed = int(short["mend"].split(" to ")[1].split()[0])
        assert 200_000 < needed < 500_000
        enough = await found(**settings | dear, KITHKIN_LLM_DAILY_BUDGET_MICROS=str(needed))
        assert enough["verdict"] == "ok"
        server.plans.append(Plan(status=401))
        ill = await found(**settings)
    assert ill["verdict"] == "problem"
    assert "status 401" in ill["detail"]
    assert "KITHKIN_LLM_API_KEY" in ill["mend"]
    assert "sk-secret" not in str(ill)
    assert (await found())["verdict"] == "skipped"
