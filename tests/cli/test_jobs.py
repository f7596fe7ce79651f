"""`kithkin jobs`, on a database that runs."""

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from adapters.postgres.embedded import running_url
from tests.cli.conftest import RunCommand

INSERT = """
    INSERT INTO jobs (id, kind, key, at, data, state, turn, tries, error, failed_at)
    VALUES ($1, 'send_mail', $2, '2026-03-02T12:00Z', '{"secret": 1}', $3, 1, 10,
            'SMTPError in mail.py:7',
            CASE $3 WHEN 'failed' THEN timestamptz '2026-03-02T12:30Z' END)
"""


@pytest.fixture
def url(data: Path) -> str:
    found = running_url(data)
    assert found
    return found


def a_job(url: str, state: str = "failed", key: str = "[a] key") -> str:
    async def insert() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(INSERT, job_id, key, state)
        await connection.close()

    job_id = str(uuid7())
    asyncio.run(insert())
    return job_id


def listed(kithkin: RunCommand, data: Path, *flags: str) -> dict[str, Any]:
    result = kithkin("jobs", "list", "--data", data, "--json", "--limit", 1000, *flags)
    assert (result.status, result.err) == (0, "")
    return {job["id"]: job for job in json.loads(result.out)}


def test_failed_jobs_are_listed_without_their_data(
    kithkin: RunCommand, data: Path, url: str
) -> None:
    job_id, retrying = a_job(url), a_job(url, "retrying")
    jobs = listed(kithkin, data)
    assert jobs[job_id] == {
        "id": job_id,
        "kind": "send_mail",
        "key": "[a] key",
        "at": "2026-03-02T12:00:00Z",
        "state": "failed",
        "tries": 10,
        "error": "SMTPError in mail.py:7",
        "failed_at": "2026-03-02T12:30:00Z",
    }
    assert retrying not in jobs
    assert retrying in listed(kithkin, data, "--state", "retrying")
    shown = kithkin("jobs", "list", "--data", data).out
    assert job_id in shown
    assert "[a] key" in shown
    assert "2026-03-02" in shown


def test_a_job_is_retried(kithkin: RunCommand, data: Path, url: str) -> None:
    job_id = a_job(url)
    result = kithkin("jobs", "retry", job_id, "--data", data)
    assert (result.status, result.out.split()) == (0, ["Retrying", job_id])
    assert job_id not in listed(kithkin, data)
    assert listed(kithkin, data, "--state", "retrying")[job_id]["tries"] == 0


def test_a_job_is_discarded(kithkin: RunCommand, data: Path, url: str) -> None:
    job_id = a_job(url)
    result = kithkin("jobs", "discard", job_id, "--data", data)
    assert (result.status, result.out.split()) == (0, ["Discarded", job_id])
    for state in ("failed", "retrying", "waiting", "queued"):
        assert job_id not in listed(kithkin, data, "--state", state)


@pytest.mark.parametrize("verb", ["retry", "discard"])
def test_only_failed_jobs_are_decided_on(
    kithkin: RunCommand, data: Path, url: str, verb: str
) -> None:
    for job_id in (a_job(url, "retrying"), "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"):
        result = kithkin("jobs", verb, job_id, "--data", data)
        assert (result.status, result.out) == (1, "")
        assert result.problems == [
            f"Error: There is no failed job {job_id}; `kithkin jobs list` shows those there are."
        ]


@pytest.mark.parametrize(
    "wrong",
    [
        ["list", "--state", "lost"],
        ["list", "--limit", "0"],
        ["list", "--limit", "1001"],
        ["retry"],
        ["retry", "7"],
        ["discard", "7"],
        ["forget"],
    ],
)
def test_a_wrong_use_is_told_in_one_line(kithkin: RunCommand, wrong: list[str]) -> None:
    result = kithkin("jobs", *wrong)
    assert (result.status, result.out, len(result.problems)) == (2, "", 1)


def test_the_doctor_tells_of_failed_jobs(kithkin: RunCommand, data: Path, url: str) -> None:
    def queue() -> dict[str, str]:
        out = kithkin("doctor", "--data", data, "--port", "0", "--json").out
        (check,) = (check for check in json.loads(out) if check["name"] == "job queue")
        return dict(check)

    kithkin("keys", "create", "--scope", "admin", "--data", data)
    job_id = a_job(url)
    assert queue()["verdict"] == "problem"
    assert "failed for good" in queue()["detail"]
    for job in listed(kithkin, data):
        kithkin("jobs", "discard", job, "--data", data)
    assert job_id not in listed(kithkin, data)
    for job in listed(kithkin, data, "--state", "retrying"):
        asyncio.run(forget(url, job))
    assert queue()["verdict"] == "ok"
    late = a_job(url, "waiting")
    assert queue()["detail"] == "jobs are overdue, as no worker runs"
    asyncio.run(forget(url, late))


async def forget(url: str, job_id: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM jobs WHERE id = $1", job_id)
    await connection.close()
