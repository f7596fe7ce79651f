"""Figures: what the background says, and the folder in which processes add them up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.prometheus import FOLDER, Figures, forget_process, shared_figures
from application.shared.tally import BackgroundFigures, ModelFigures, Tally

ROOT = Path(__file__).parents[2]
ONE_PROCESS = """
from adapters.prometheus import Figures
figures = Figures()
figures((("a_rule", True),))
figures.request("GET", "/x", 200, 0.5)
figures.connections(free=7, lent=3, waiting=1)
figures.relay_lag("webhooks", events={lag}, seconds=2.0)
figures.pour()
"""


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)


def lines(figures: Figures) -> list[str]:
    figures.pour()
    return figures.text().decode().splitlines()


def test_the_background_says_how_far_it_is() -> None:
    figures = Figures()
    background: BackgroundFigures = figures
    for _ in range(2):
        background.job_ended("send_mail", outcome="done", seconds=0.3)
    background.job_ended("send_mail", outcome="failed", seconds=0.3)
    background.jobs_waiting("send_mail", 7)
    background.jobs_waiting("send_mail", 4)
    background.relay_lag("webhooks", events=12, seconds=3.5)
    shown = lines(figures)
    assert 'kithkin_jobs_total{kind="send_mail",outcome="done"} 2.0' in shown
    assert 'kithkin_jobs_total{kind="send_mail",outcome="failed"} 1.0' in shown
    assert 'kithkin_job_seconds_bucket{kind="send_mail",le="0.5"} 3.0' in shown
    assert 'kithkin_job_seconds_bucket{kind="send_mail",le="0.1"} 0.0' in shown
    assert 'kithkin_jobs_waiting{kind="send_mail"} 4.0' in shown
    assert 'kithkin_relay_lag_events{relay="webhooks"} 12.0' in shown
    assert 'kithkin_relay_lag_seconds{relay="webhooks"} 3.5' in shown


def test_calls_of_a_model_are_counted_with_what_they_came_to() -> None:
    figures = Figures()
    model: ModelFigures = figures
    for outcome in ("done", "done", "model_unavailable"):
        model.model_call(
            "reply", outcome=outcome, seconds=3, input_tokens=200, output_tokens=7, price_micros=11
        )
    shown = lines(figures)
    assert 'kithkin_model_calls_total{outcome="done",task="reply"} 2.0' in shown
    assert 'kithkin_model_calls_total{outcome="model_unavailable",task="reply"} 1.0' in shown
    assert 'kithkin_model_call_seconds_bucket{le="5.0",task="reply"} 3.0' in shown
    assert 'kithkin_model_call_seconds_bucket{le="1.0",task="reply"} 0.0' in shown
    assert 'kithkin_model_tokens_total{direction="input",task="reply"} 600.0' in shown
    assert 'kithkin_model_tokens_total{direction="output",task="reply"} 21.0' in shown
    assert 'kithkin_model_price_micros_total{task="reply"} 33.0' in shown


def test_each_rule_of_a_decision_is_counted() -> None:
    figures = Figures()
    tally: Tally = figures
    for _ in range(3):
        tally((("one", True), ("two", False)))
    assert 'kithkin_decisions_total{result="allowed",rule="one"} 3.0' in lines(figures)
    tally((("two", True),))
    shown = lines(figures)
    assert 'kithkin_decisions_total{result="refused",rule="two"} 3.0' in shown
    assert 'kithkin_decisions_total{result="allowed",rule="two"} 1.0' in shown


def test_requests_fall_into_buckets_and_strange_methods_into_one() -> None:
    figures = Figures()
    figures.request("GET", "/x", 200, 0.003)
    figures.request("BREW", "/x", 405, 20.0)
    figures.request("LINK", "/x", 405, 0.0)
    shown = lines(figures)
    assert 'kithkin_http_request_seconds_bucket{le="0.0025",method="GET",route="/x"} 0.0' in shown
    assert 'kithkin_http_request_seconds_bucket{le="0.005",method="GET",route="/x"} 1.0' in shown
    assert 'kithkin_http_request_seconds_bucket{le="+Inf",method="OTHER",route="/x"} 2.0' in shown
    assert 'kithkin_http_requests_total{method="OTHER",route="/x",status="405"} 2.0' in shown


def test_one_process_needs_no_folder() -> None:
    with shared_figures(1):
        assert FOLDER not in os.environ


def run(program: str) -> None:
    subprocess.run((sys.executable, "-c", program), cwd=ROOT, env=os.environ, check=True)


def total() -> list[str]:
    """What all processes of the folder come to, as one that is none of them sees it."""
    program = "from adapters.prometheus import Figures; print(Figures().text().decode())"
    ran = subprocess.run(
        (sys.executable, "-c", program),
        cwd=ROOT,
        env=os.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.splitlines()


def test_processes_add_up_in_a_folder_of_their_own() -> None:
    with shared_figures(2):
        folder = Path(os.environ[FOLDER])
        for lag in (5, 4):
            run(ONE_PROCESS.format(lag=lag))
        shown = total()
        assert 'kithkin_decisions_total{result="allowed",rule="a_rule"} 2.0' in shown
        assert 'kithkin_http_requests_total{method="GET",route="/x",status="200"} 2.0' in shown
        assert 'kithkin_http_request_seconds_sum{method="GET",route="/x"} 1.0' in shown
        assert 'kithkin_database_connections{state="free"} 14.0' in shown
        assert 'kithkin_relay_lag_events{relay="webhooks"} 4.0' in shown
        for file in folder.glob("gauge_livesum_*.db"):
            forget_process(int(file.stem.rpartition("_")[2]))
        shown = total()
        assert 'kithkin_decisions_total{result="allowed",rule="a_rule"} 2.0' in shown
        assert not [line for line in shown if line.startswith("kithkin_database_connections{")]
    assert not folder.exists()
    assert FOLDER not in os.environ


def test_a_folder_that_is_named_begins_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "figures"
    monkeypatch.setenv(FOLDER, str(folder))
    with shared_figures(2):
        run(ONE_PROCESS.format(lag=1))
        (folder / "notes.txt").touch()
        (folder / "app.db").touch()
    assert list(folder.glob("*.db"))
    with shared_figures(1):
        assert {file.name for file in folder.iterdir()} == {"app.db", "notes.txt"}
    assert os.environ[FOLDER] == str(folder)
