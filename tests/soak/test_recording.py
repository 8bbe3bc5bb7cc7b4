"""Figures go into the documentation, one row a stage, in the order of the faults."""

from __future__ import annotations

from pathlib import Path

from tests.soak.recording import FAULTS, record
from tests.soak.tested import ROOT, TESTED


def test_the_newest_figures_of_each_stage_stand_in_order(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    page.write_text(FAULTS.read_text(encoding="utf-8").partition("| F")[0], encoding="utf-8")
    record("F12 long life", {"screenings": 3}, page)
    record("F1 killed", {"kills": 1, "lost": 1}, page)
    record("F1 killed", {"kills": 2, "lost": 0}, page)
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| F")]
    assert [row.split(" | ")[:3] for row in rows] == [
        ["| F1", "killed", "kills 2, lost 0"],
        ["| F12", "long life", "screenings 3"],
    ]


def test_every_fault_that_tests_provoke_has_them() -> None:
    names = [path.partition("::") for tests in TESTED.values() for path in tests]
    assert len(names) > 10
    for file, _, name in names:
        assert f"def {name}" in (ROOT / file).read_text(encoding="utf-8")
