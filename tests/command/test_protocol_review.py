"""``prescreen protocol review``: what a person decides stands in the file, and nothing else of it changes."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from bot.command import main
from bot.reviewing.file import Refusal, ReviewedFile, Written
from dialogs.loading import load
from tests.command.privileges import like_anybody

DRAFT = """# A made-up draft.
format = 2
id = "MADE-UP"
title = "A made-up trial"

# inclusion
[[criterion]]
code = "I1"
inclusion = "Platelets of at least 75 x 10^9/L"
rule = 'platelets >= "75 10*9/L"'  # as the sponsor says
review = "read as platelets >= 75 10*9/L"

[[criterion]]
code = "E1"
exclusion = "Chemotherapy within 4 weeks"
rule = 'last_chemotherapy < "4 wk"'
review = "read as a time since the last one"
"""
PRESCREEN = [sys.executable, "-c", "from bot.command import main; main()"]
TWO = DRAFT.replace("format = 2\n", "format = 2\nreviews = 2\n")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.toml"
    file.write_text(DRAFT, encoding="utf-8")
    return file


def review(file: Path, typed: str, by: str = "LW", lang: str = "en") -> Result:
    arguments = ["protocol", "review", str(file), "--by", by, "--lang", lang]
    return CliRunner().invoke(main, arguments, input=typed)


def test_what_is_read_back_is_what_runs(draft: Path) -> None:
    told = review(draft, "q\n").stdout
    assert "Record      Platelets of at least 75 x 10^9/L\n" in told
    assert "Proposed    read as platelets >= 75 10*9/L\n" in told
    assert "Rule        Met if: platelets at least 75 ×10⁹/L\n" in told
    assert "Limits      Platelets: 75 ×10⁹/L = 75 ×10³/µL = 75000 /µL\n" in told
    assert "Made up     Platelets: 75 ×10⁹/L → met\n              Platelets: 74 ×10⁹/L → not met\n" in told
    changed = DRAFT.replace('platelets >= "75', 'platelets > "57')
    draft.write_text(changed, encoding="utf-8")
    assert "Met if: platelets above 57 ×10⁹/L\n" in review(draft, "q\n").stdout


def test_it_is_read_in_chinese(draft: Path) -> None:
    told = review(draft, "l\nq\n", lang="zh").stdout
    assert "规则      满足条件：血小板不低于75 ×10⁹/L\n" in told
    assert "规则      适用条件：末次化疗距今不足4周，或“仍在持续”\n" in told
    assert "虚构病例  末次化疗：3周前 → 适用\n" in told


def test_what_it_says_itself_is_in_chinese_too(draft: Path) -> None:
    told = review(draft, "接受\n以后再审\n", lang="zh").stdout
    assert "第1条，共2条： a) 接受   w) 按原文提问   l) 以后再审   b) 返回   q) 停止\n" in told
    assert "I1已接受。" in told
    assert told.endswith("MADE-UP的2条标准中有1条未经审核（E1）。\n")
    assert "MADE-UP已全部审核。" in review(draft, "按原文提问\n", lang="zh").stdout


@pytest.mark.parametrize("keys", ["a\na\n", "Accept\naccept\n"])
def test_all_is_accepted(draft: Path, keys: str) -> None:
    told = review(draft, keys)
    assert told.exit_code == 0
    assert f"All of MADE-UP is reviewed. To serve it: prescreen run --protocol {draft}" in told.stdout
    after = draft.read_text(encoding="utf-8")
    assert not load(str(draft)).open_reviews
    entry = r'reviewed = \[\{ by = "LW", on = "\d{4}-\d\d-\d\d", of = "[0-9a-f]{8}", rule = ".*", proposed = ".+" \}\]'
    assert len(re.findall(rf"^{entry}$", after, re.MULTILINE)) == 2
    assert re.sub(rf"^{entry}\n", "", after, flags=re.MULTILINE) == re.sub(
        '^review = ".*"\n', "", DRAFT, flags=re.MULTILINE
    )


def test_a_question_in_words_is_made_of_it(draft: Path) -> None:
    told = review(draft, "w\nl\n")
    assert told.exit_code == 1
    assert "I1 is asked in the record's words from now on." in told.stdout
    assert "1 of 2 criteria of MADE-UP is not reviewed (E1)." in told.stdout
    protocol = load(str(draft))
    assert protocol.criteria[0].rule.text == 'i1 == "yes"'
    assert [each.code for each in protocol.open_reviews] == ["E1"]


def test_what_would_not_load_is_not_written(draft: Path) -> None:
    """Asked as it stands, I1 would be called as a question that there is already."""
    text = DRAFT.replace("# inclusion\n", '[[question]]\nid = "i1"\nask = "Something else?"\n')
    draft.write_text(text, encoding="utf-8")
    told = review(draft, "w\na\n")
    assert told.exit_code == 1
    assert "Nothing was written: the file would not load any more: " in told.stdout
    assert draft.read_text(encoding="utf-8") == text


def test_what_is_left_for_later_comes_again(draft: Path) -> None:
    assert review(draft, "l\na\n").exit_code == 1
    told = review(draft, "a\n")
    assert told.exit_code == 0
    assert "1 of 1: a) accept" in told.stdout


def test_a_second_person_is_needed_where_the_file_says_so(draft: Path) -> None:
    draft.write_text(TWO, encoding="utf-8")
    first = review(draft, "a\na\n")
    assert first.exit_code == 1
    assert "They wait for another person." in first.stdout
    again = review(draft, "a\na\n", by="l.w.")
    assert again.exit_code == 1
    assert "Met if" not in again.stdout
    second = review(draft, "a\na\n", by="QC")
    assert "Accepted    LW, " in second.stdout
    assert second.exit_code == 0
    assert [[each.by for each in criterion.reviewed] for criterion in load(str(draft)).criteria] == [
        ["LW", "QC"]
    ] * 2


def test_nothing_is_read_after_a_line_that_is_no_decision(draft: Path) -> None:
    told = review(draft, "yes\na\na\n")
    assert told.exit_code == 1
    assert draft.read_text(encoding="utf-8") == DRAFT


def test_who_reviews_must_be_said(draft: Path) -> None:
    assert review(draft, "a\n", by=" ").exit_code == 2
    assert CliRunner().invoke(main, ["protocol", "review", str(draft)]).exit_code == 2


def test_a_file_with_mistakes_is_told_and_not_reviewed(draft: Path) -> None:
    draft.write_text(DRAFT.replace("platelets >=", "plattelets >="), encoding="utf-8")
    told = review(draft, "a\n")
    assert told.exit_code == 2
    assert f"{draft} cannot be used:\n{draft}:10: " in told.stderr


def test_rights_and_line_ends_and_a_link_stay(draft: Path, tmp_path: Path) -> None:
    draft.write_bytes(b"\xef\xbb\xbf" + DRAFT.replace("\n", "\r\n").encode())
    draft.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(draft)
    assert review(link, "a\na\n").exit_code == 0
    after = draft.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n") == DRAFT.count("\n")
    assert (link.is_symlink(), draft.stat().st_mode & 0o777) == (True, 0o640)
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_told_and_left(draft: Path, tmp_path: Path, what: str) -> None:
    protected = draft if what == "file" else tmp_path
    rights = protected.stat().st_mode
    protected.chmod(0o444 if what == "file" else 0o555)
    try:
        with like_anybody():
            told = review(draft, "a\na\n")
    finally:
        protected.chmod(rights)
    assert told.exit_code == 2
    assert "Permission denied" in told.stderr or "may not" in told.stderr or "read-only" in told.stderr, (
        told.stderr
    )
    assert "Traceback" not in told.output
    assert draft.read_text(encoding="utf-8") == DRAFT
    assert list(tmp_path.iterdir()) == [draft]


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "may not be written here, so no decision could be kept"), ("zh", "不可写入，审核决定无法保存")],
)
def test_what_may_not_be_written_is_told_before_anything_is_read(draft: Path, lang: str, said: str) -> None:
    draft.chmod(0o444)
    with like_anybody():
        told = review(draft, "a\n", lang=lang)
    assert (told.exit_code, told.stdout) == (2, "")
    assert said in told.stderr


REFUSED = {
    "would not load": (
        DRAFT.replace("# inclusion\n", '[[question]]\nid = "i1"\nask = "Something else?"\n'),
        "w\n",
        "写入后文件将无法读取",
    ),
    "written in an array": (
        DRAFT.split("# inclusion", maxsplit=1)[0]
        + 'criterion = [{ code = "I1", inclusion = "Smokers", review = "read so" }]\n',
        "a\n",
        "按I1现在的写法无法写入审核记录",
    ),
}


@pytest.mark.parametrize(("text", "key", "why"), REFUSED.values(), ids=REFUSED)
def test_why_nothing_was_written_is_said_in_chinese(draft: Path, text: str, key: str, why: str) -> None:
    draft.write_text(text, encoding="utf-8")
    told = review(draft, key, lang="zh").stdout
    assert f"未写入文件：{why}" in told
    assert draft.read_text(encoding="utf-8") == text


def test_whoever_reviews_a_change_sees_what_was_accepted_beside_it(draft: Path) -> None:
    review(draft, "a\na\n")
    text = draft.read_text(encoding="utf-8")
    assert 'rule = "platelets >= \\"75 10*9/L\\""' in text
    draft.write_text(
        text.replace("""'platelets >= "75""", """'platelets >= "57""").replace("within 4", "in 4"),
        encoding="utf-8",
    )
    told = re.sub(r"\n {10,}", " ", review(draft, "l\nl\n").stdout)
    assert "before it was changed since then" in told
    assert 'since then the rule: platelets >= "[75 → 57] 10*9/L"\n' in told
    assert (
        "since then the same rule; the record's words, lines above it, a question, an alert or a point"
        in told
    )
    assert '此后规则改动：platelets >= "[75 → 57] 10*9/L"' in review(draft, "q\n", lang="zh").stdout


def test_a_rule_in_several_lines_that_stayed_is_not_shown_as_changed(draft: Path) -> None:
    text = draft.read_text(encoding="utf-8")
    wrapped = text.replace("""'platelets >= "75""", """'''platelets\n  >= "75""").replace(
        """L"'""", """L"'''"""
    )
    assert wrapped.count("'''") == 2
    draft.write_text(wrapped, encoding="utf-8")
    review(draft, "a\nl\n")
    reviewed = draft.read_text(encoding="utf-8")
    draft.write_text(reviewed.replace("Platelets of at", "A platelet count of at"), encoding="utf-8")
    assert "since then the same rule" in review(draft, "q\n").stdout


def test_a_criterion_that_was_asked_in_words_and_has_a_rule_now_shows_it_as_new(draft: Path) -> None:
    review(draft, "w\nl\n")
    text = draft.read_text(encoding="utf-8")
    draft.write_text(
        text.replace('code = "I1"', """code = "I1"\nrule = 'platelets >= "75 10*9/L"'"""), "utf-8"
    )
    assert 'since then the rule: [+ platelets >= "75 10*9/L"]\n' in review(draft, "q\n").stdout


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            [
                "words: Platelets of at least [75 → 57]",
                "rule: Met if: platelets at least [75 → 57]",
                "nothing",
            ],
        ),
        ("zh", ["文字：Platelets of at least [75 → 57]", "规则：满足条件：血小板不低于[75 → 57]", "无"]),
    ],
)
def test_beside_the_version_before_it_shows_what_changed_of_each(
    draft: Path, tmp_path: Path, lang: str, said: list[str]
) -> None:
    new = tmp_path / "new.toml"
    new.write_text(DRAFT.replace("75", "57"), encoding="utf-8")
    arguments = ["protocol", "review", str(new), "--by", "LW", "--lang", lang, "--since", str(draft)]
    told = CliRunner().invoke(main, arguments, input="l\nl\n").stdout
    label = {"en": "Changed     ", "zh": "改动      "}[lang]
    assert f"{label}{said[0]}" in told
    assert said[1] in told
    assert f"{label}{said[2]}\n" in told
    assert label not in review(new, "l\nl\n", lang=lang).stdout


def test_what_changed_of_its_questions_is_shown_too(draft: Path, tmp_path: Path) -> None:
    question = '[[question]]\nuse = "platelets"\nask = "{}"\n\n'
    for file, asked in ((draft, "Platelets?"), (tmp_path / "new.toml", "Newest platelets?")):
        file.write_text(DRAFT.replace("# inclusion\n", question.format(asked)), encoding="utf-8")
    arguments = ["protocol", "review", str(tmp_path / "new.toml"), "--by", "LW", "--since", str(draft)]
    told = CliRunner().invoke(main, arguments, input="q\n").stdout
    assert "Changed     Question platelets: words: [Platelets → Newest platelets]?\n" in told


# meanwhile ------------------------------------------------------------------------------------------


@contextmanager
def at_a_pipe(file: Path) -> Iterator[subprocess.Popen[str]]:
    """A review that waits for its first decision."""
    command = [
        sys.executable,
        "-c",
        "from bot.command import main; main()",
        "protocol",
        "review",
        str(file),
        "--by",
        "LW",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    try:
        read_until(process, "1 of 2:")
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def test_what_another_editor_writes_meanwhile_stays(draft: Path) -> None:
    with at_a_pipe(draft) as process:
        draft.write_text(DRAFT.replace("A made-up draft", "Somebody's remark"), encoding="utf-8")
        process.stdin.write("a\n")
        read_until(process, "I1 is accepted")
    after = draft.read_text(encoding="utf-8")
    assert "# Somebody's remark." in after
    assert 'reviewed = [{ by = "LW"' in after


def test_what_was_changed_while_it_was_read_is_not_accepted(draft: Path) -> None:
    with at_a_pipe(draft) as process:
        changed = DRAFT.replace("75 10*9", "57 10*9")
        draft.write_text(changed, encoding="utf-8")
        process.stdin.write("a\na\n")
        said = read_until(process, "are not reviewed")
        assert "Nothing was written: I1 was changed in the meantime." in said
        assert "is accepted" not in said
    assert draft.read_text(encoding="utf-8") == changed


def test_at_a_terminal_it_is_shown_again_as_it_is_now(draft: Path) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*PRESCREEN, "protocol", "review", str(draft), "--by", "LW"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    try:
        shown_until(controller, "stop")
        draft.write_text(DRAFT.replace("75 10*9", "57 10*9"), encoding="utf-8")
        os.write(controller, b"a\n")
        said = shown_until(controller, "stop")
        assert "I1 was changed in the meantime" in said
        assert "Met if: platelets at least 57" in said
        os.write(controller, b"a\n")
        assert "I1 is accepted." in shown_until(controller, "stop")
        os.write(controller, b"q\n")
        assert process.wait(timeout=20) == 1
    finally:
        process.kill()
        process.wait()
        os.close(controller)
    assert "rule = 'platelets >= \"57 10*9/L\"'" in draft.read_text(encoding="utf-8")


def shown_until(controller: int, words: str) -> str:
    """Read a terminal until some words stand there."""
    said, until = "", time.monotonic() + 30
    while words not in said and time.monotonic() < until:
        if select.select([controller], [], [], 0.2)[0]:
            said += os.read(controller, 65536).decode(errors="replace")
    assert words in said, said
    return said


def test_leaving_in_the_middle_loses_no_decision(draft: Path) -> None:
    with at_a_pipe(draft) as process:
        process.stdin.write("a\n")
        read_until(process, "2 of 2:")
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
        assert process.wait(timeout=10) == 1
    assert "Stopped. Every decision until here is in the file." in said
    assert [each.code for each in load(str(draft)).open_reviews] == ["E1"]


def test_what_an_editor_saves_while_a_decision_is_written_stays(
    draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.fsync
    saved: list[int] = []

    def save_first(number: int) -> None:
        if not saved:
            saved.append(number)
            draft.write_text(
                draft.read_text("utf-8").replace("# inclusion", "# by an editor"), encoding="utf-8"
            )
        written(number)

    monkeypatch.setattr(os, "fsync", save_first)
    assert "I1 is accepted." in review(draft, "a\nq\n").stdout
    text = draft.read_text("utf-8")
    assert saved
    assert "# by an editor" in text
    assert 'reviewed = [{ by = "LW"' in text
    assert [each.name for each in draft.parent.iterdir()] == ["draft.toml"]


def accepted_by(draft: Path, by: str, code: str) -> Written | Refusal:
    reviewed = ReviewedFile(draft, by, "2026-11-26")
    shown = reviewed.show(code)
    assert shown is not None
    return reviewed.accept(shown)


def test_two_who_decide_at_once_write_one_after_the_other(
    draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one decides when the first has seen that nobody wrote, and has not written yet."""
    put = Path.replace
    others: list[Thread] = []

    def put_later(made: Path, target: Path) -> Path:
        if not others:
            others.append(Thread(target=accepted_by, args=(draft, "QC", "E1")))
            others[0].start()
            others[0].join(0.5)
        return put(made, target)

    monkeypatch.setattr(Path, "replace", put_later)
    assert isinstance(accepted_by(draft, "LW", "I1"), Written)
    others[0].join()
    assert [[each.by for each in criterion.reviewed] for criterion in load(str(draft)).criteria] == [
        ["LW"],
        ["QC"],
    ]


def test_words_that_changed_are_shown_beside_what_stayed(draft: Path) -> None:
    asked = 'ask = "Is this true of the patient?\\n“Chemotherapy within 3 weeks”"'
    changed = DRAFT.replace("at least 75", "at least 80").replace(
        "rule = 'last_chemotherapy < \"4 wk\"'", asked
    )
    draft.write_text(changed, encoding="utf-8")
    told = review(draft, "l\nq\n").stdout
    assert 'Drafted anew  platelets >= "80 10*9/L"\n' in told
    assert "Quotes old words  Chemotherapy within [3 → 4] weeks\n" in told


def test_what_a_machine_said_stays_with_what_was_accepted(draft: Path, tmp_path: Path) -> None:
    review(draft, "a\nw\n")
    loaded = load(str(draft)).criterion_by_code
    assert [each.proposed for each in loaded["I1"].reviewed] == ["read as platelets >= 75 10*9/L"]
    assert [each.proposed for each in loaded["E1"].reviewed] == [""]  # of a rule that is no more
    paper = tmp_path / "paper.html"
    printed = CliRunner().invoke(main, ["protocol", "print", str(draft), "--output", str(paper)])
    assert printed.exit_code == 0
    assert "read as platelets &gt;= 75 10*9/L" in paper.read_text(encoding="utf-8")


def test_two_persons_accept_what_a_machine_said(draft: Path) -> None:
    draft.write_text(TWO, encoding="utf-8")
    review(draft, "a\nq\n")
    review(draft, "a\nq\n", by="MK")
    found = load(str(draft)).criterion_by_code["I1"]
    assert [each.proposed for each in found.reviewed] == ["read as platelets >= 75 10*9/L"] * 2


CHANGES = {
    "the rule": (("75 10*9/L\"'", "100 10*9/L\"'"), [""]),
    "its words": (("Platelets of", "Thrombocytes of"), ["read as platelets >= 75 10*9/L"]),
    "to a question": (("rule = 'platelets >= \"75 10*9/L\"'", ""), [""]),
}


@pytest.mark.parametrize(("change", "kept"), CHANGES.values(), ids=CHANGES)
def test_what_a_machine_said_stays_when_its_rule_does_and_it_is_accepted_again(
    draft: Path, change: tuple[str, str], kept: list[str]
) -> None:
    review(draft, "a\na\n")
    draft.write_text(draft.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    told = review(draft, "a\n")
    assert (re.search("Proposed +read as platelets >= 75 10", told.stdout) is not None) == (kept != [""])
    assert ("of the rule before" in told.stdout) == ("100" in change[1])
    assert [each.proposed for each in load(str(draft)).criterion_by_code["I1"].reviewed] == kept


SAID_OF_BEFORE = {
    "en": "of the rule before: read as platelets &gt;= 75 10*9/L",
    "zh": "针对改动前的规则：read as platelets &gt;= 75 10*9/L",
}


@pytest.mark.parametrize(("language", "said"), SAID_OF_BEFORE.items(), ids=SAID_OF_BEFORE)
def test_what_a_machine_said_of_the_rule_before_is_said_to_be_so_until_this_one_is_accepted(
    draft: Path, tmp_path: Path, language: str, said: str
) -> None:
    review(draft, "a\na\n")
    changed = draft.read_text(encoding="utf-8").replace("75 10*9/L\"'", "100 10*9/L\"'")
    draft.write_text(changed, encoding="utf-8")
    assert said in printed(draft, tmp_path / "before.html", language)
    review(draft, "a\n")
    assert "read as platelets" not in printed(draft, tmp_path / "after.html", language)


def printed(draft: Path, paper: Path, language: str) -> str:
    called = ["protocol", "print", str(draft), "--output", str(paper), "--language", language]
    assert CliRunner().invoke(main, called).exit_code == 0
    return paper.read_text(encoding="utf-8")


def test_what_a_machine_said_of_a_criterion_in_words_stays_when_these_change(draft: Path) -> None:
    text = DRAFT.replace("rule = 'last_chemotherapy < \"4 wk\"'\n", "")
    draft.write_text(text, encoding="utf-8")
    review(draft, "a\na\n")
    draft.write_text(draft.read_text(encoding="utf-8").replace("4 weeks", "5 weeks"), encoding="utf-8")
    review(draft, "a\n")
    (found,) = load(str(draft)).criterion_by_code["E1"].reviewed
    assert (found.fits, found.proposed) == (True, "read as a time since the last one")


def test_what_was_said_of_the_rule_before_does_not_stay_with_the_acceptances_of_two(draft: Path) -> None:
    draft.write_text(TWO, encoding="utf-8")
    for by in ("LW", "QC"):
        review(draft, "a\na\n", by)
    changed = draft.read_text(encoding="utf-8").replace("75 10*9/L\"'", "100 10*9/L\"'")
    draft.write_text(changed, encoding="utf-8")
    for by in ("QC", "MK"):
        review(draft, "a\n", by)
    found = load(str(draft)).criterion_by_code["I1"]
    assert {each.by: each.proposed for each in found.reviewed if each.fits} == dict.fromkeys(("QC", "MK"), "")
