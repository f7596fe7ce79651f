"""What `kithkin doctor` looks at of the language model."""

from application.personas.language_model import ModelUnavailableError
from entrypoints.cli.checks import Check, fine, skipped, wrong
from entrypoints.llm_settings import Llm
from entrypoints.settings import Settings, SettingsError
from entrypoints.wiring.costliest import costliest
from entrypoints.wiring.llm import llm_of


async def check_llm(settings: Settings) -> Check:
    """Look at who runs the language model."""
    name = "language model"
    if settings.llm is Llm.OFFLINE:
        return skipped(name, "KITHKIN_LLM is offline: companions talk by word lists")
    try:
        llm = llm_of(settings)
    except SettingsError as error:
        return wrong(name, "; ".join(error.problems), "install it")
    where = settings.llm_base_url or settings.llm.value
    dearest, budget = costliest(llm), settings.llm_daily_budget_micros
    try:
        await llm.greet()
    except ModelUnavailableError as error:
        mend = "correct KITHKIN_LLM_BASE_URL or KITHKIN_LLM_API_KEY, or start the server"
        return wrong(name, f"{where} gives no answer: {error.detail}", mend)
    finally:
        await llm.close()
    sets_aside = (
        f"a person's day may cost {budget} millionths; a long reply sets {dearest.reply} aside, "
        f"and reading a long session {dearest.observe}"
    )
    if budget < max(dearest.reply, dearest.observe):
        mend = (
            f"raise KITHKIN_LLM_DAILY_BUDGET_MICROS to {max(dearest.reply, dearest.observe)} or "
            "more, or lower KITHKIN_LLM_MAX_OUTPUT_TOKENS; calls that may cost more are refused"
        )
        return wrong(name, f"{where} answers, but {sets_aside}", mend)
    return fine(name, f"{where} answers; {sets_aside}")
