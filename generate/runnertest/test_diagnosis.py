"""What the runner does with policygen diagnose: it asks where it is, and never lets it change or hold up anything."""
import os

import pytest

LOST = "event('loaded'); event('begun'); event('collected', ids=['a.py::one', 'a.py::two']); event('started', id='a.py::one', worker='gw1'); "
CRASHED = LOST + "event('down', error='Not properly terminated', worker='gw1'); print('output of pytest'); sys.exit(1)"
HINT = "diagnosis: to see what died, whose defect it is and what to try: policygen diagnose LOG"


def tool(tmp_path, script):
    """Put a policygen of ours first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "policygen").write_text("#!/bin/sh\n" + script)
    (folder / "policygen").chmod(0o755)
    return {"PATH": "%s%s%s" % (folder, os.pathsep, os.environ["PATH"])}


def without(tmp_path):
    """A PATH that surely has no policygen."""
    return {"PATH": str(tmp_path / "nothing")}


def asking(tmp_path, answer="-: it crashed", code=1):
    """A policygen that keeps what it was asked, and its arguments."""
    return tool(tmp_path, "cat >%s; echo \"$*\" >%s; echo '%s'; exit %d\n" % (tmp_path / "asked", tmp_path / "words", answer, code))


def test_a_broken_run_is_diagnosed(project, tmp_path):
    result = project.run("phase=unit", "workers=2", "dist=load", env={**asking(tmp_path), "FAKE_CODE": CRASHED})
    lines = result.out.splitlines()
    assert "diagnosis: it crashed" in lines and lines[-1].startswith("w.sh: exit 3") and result.code == 3
    asked = (tmp_path / "asked").read_text().splitlines()
    assert (tmp_path / "words").read_text() == "diagnose --brief -\n"
    assert "  backend   robin (from flag)" in asked and "  phase     unit: workers=2 (from defaults), dist=load" in asked
    assert "unit: worker died: gw1: Not properly terminated" in asked and "unit: crashed: a.py::one" in asked and "unit: never ran: a.py::two" in asked
    assert asked[-1] == "w.sh: exit 3: incomplete: tests never ran in unit"
    assert "output of pytest" not in asked  # there is no log of it


def test_the_log_is_part_of_the_story(project, tmp_path):
    project.run("log-dir=logs", "phase=unit", env={**asking(tmp_path), "FAKE_CODE": CRASHED})
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked.index("output of pytest") < asked.index("w.sh: summary")
    assert [line for line in asked if line.startswith("+ ")]


@pytest.mark.parametrize("code", ["sys.exit(0)", LOST + "event('reported', id='a.py::one', when='call', outcome='failed'); "
                                  "event('reported', id='a.py::two', when='call', outcome='passed'); event('finish', status=1, reason=''); sys.exit(1)"])
def test_other_runs_are_not(project, tmp_path, code):
    result = project.run("phase=unit", env={**asking(tmp_path), "FAKE_CODE": code})
    assert "diagnosis" not in result.out and not (tmp_path / "asked").exists()


def test_without_policygen_there_is_a_hint(project, tmp_path):
    assert HINT in project.run("phase=unit", env={**without(tmp_path), "FAKE_CODE": CRASHED}).out


@pytest.mark.parametrize("answer, code", [("-: nothing is wrong", 0), ("no policy", 2), ("broken", 3)])
def test_no_answer_is_a_hint(project, tmp_path, answer, code):
    result = project.run("phase=unit", env={**asking(tmp_path, answer, code), "FAKE_CODE": CRASHED})
    assert HINT in result.out and result.code == 3 and answer not in result.out


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "exec <&-; echo '-: half'; exit 1", "printf '\\377\\n'; exit 1"])
def test_an_odd_policygen_harms_nothing(project, tmp_path, script):
    result = project.run("log-dir=logs", "phase=unit", env={**tool(tmp_path, script), "FAKE_CODE": "sys.stdout.write('x' * 999999 + chr(10)); " + CRASHED})
    assert result.code == 3 and "diagnosis: " in result.out and result.err == "" and not project.left_over()


def test_the_job_summary_has_it(project, tmp_path):
    page = tmp_path / "summary.md"
    project.run("phase=unit", env={**asking(tmp_path), "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page), "FAKE_CODE": CRASHED})
    assert page.read_text().endswith("\n\n~~~text\ndiagnosis: it crashed\n~~~\n")
