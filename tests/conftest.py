"""For all tests: in CI nothing is skipped, Hypothesis looks at no clock, and one file of random screenings is made."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

from tests.state.random_files import fill

settings.register_profile("project", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.register_profile("matchings", deadline=None, max_examples=10_000)
settings.load_profile("project")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _not_skipped((yield))


def _not_skipped(report: Report) -> Report:
    """A test that CI skips has failed: it shows nothing there, and nobody looks."""
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with 160 screenings of all kinds; tests only read it, and enter their exports in its register."""
    path = tmp_path_factory.mktemp("filled") / "site.db"
    fill(path, 160).conn.close()
    return path
