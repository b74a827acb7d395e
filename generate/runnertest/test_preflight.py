"""What is checked before any phase."""
import hashlib
import os
import sys
import venv

import pytest


def needs(name, range="", why="it must", checked=""):
    return ["need=" + name, "range=" + range, "why=" + why] + (["checked=" + checked] if checked else [])


def row(result, name):
    return next(line.split() for line in result.out.splitlines() if line.split()[:1] == [name])


def test_the_table_names_every_need(project):
    result = project.run(*needs("pytest", ">=8"), *needs("python"), "phase=a", preflight="1")
    assert result.code == 0 and len(result.calls) == 1
    assert row(result, "pytest") == ["pytest", "8.4.2", ">=8", "ok"]
    assert row(result, "python")[1] == "%d.%d.%d" % sys.version_info[:3]


def test_everything_unmet_is_said_at_once_and_nothing_runs(project):
    result = project.run(*needs("robin-sparkless", ">=0.4.0", "the old one leaks"), *needs("pytest", "<8"), "phase=a", "path=gone", preflight="1")
    assert result.code == 69 and not result.calls
    assert "backend robin needs robin-sparkless>=0.4.0: the old one leaks (not installed)" in result.err
    assert "backend robin needs pytest<8: it must (found 8.4.2)" in result.err
    assert "gone does not exist" in result.err
    assert "-m pip install 'pytest<8' 'robin-sparkless>=0.4.0'" in result.err


def test_the_remedy_follows_what_it_remedies(project):
    result = project.run(*needs("robin-sparkless"), *needs("pytest", "<8"), "phase=a", "path=gone", preflight="1")
    kinds = [line.split()[1] for line in result.err.splitlines()]
    assert kinds == ["backend", "backend", "remedy:", "phase"]


def test_several_bounds_make_one_row_and_a_refusal_for_each_that_is_violated(project):
    words = [*needs("pytest", ">=7"), *needs("pytest", "!=8.4.*", "it hangs"), *needs("pytest", "<8", "it leaks"), *needs("pytest", ">=7", "again")]
    result = project.run(*words, "phase=a", preflight="1")
    assert [line.split() for line in result.out.splitlines() if line.split()[:1] == ["pytest"]] == [["pytest", "8.4.2", ">=7,!=8.4.*,<8", "outside"]]
    refusals = [line.split("robin needs ")[1] for line in result.err.splitlines() if "needs" in line]
    assert refusals == ["pytest!=8.4.*: it hangs (found 8.4.2)", "pytest<8: it leaks (found 8.4.2)"]
    assert "-m pip install 'pytest>=7,!=8.4.*,<8'\n" in result.err


def test_a_bound_may_be_any_of_several_sets(project):
    either = needs("pytest", "<7 || >=8,<8.1 || >=9")
    refused = project.run(*either, "phase=a", preflight="1")
    assert refused.code == 69 and "needs pytest<7 || >=8,<8.1 || >=9: it must (found 8.4.2)" in refused.err
    assert "-m pip install 'pytest>=9'\n" in refused.err
    accepted = project.run(*needs("pytest", "<7||>=8.2"), *needs("pytest", ">=7"), "phase=a", preflight="1")
    assert accepted.code == 0 and row(accepted, "pytest") == ["pytest", "8.4.2", "(<7||>=8.2),>=7", "ok"]


def test_too_old_is_named(project):
    project.distribution("robin_sparkless", "0.3.9")
    result = project.run(*needs("robin-sparkless", ">=0.4.0"), "phase=a", preflight="1")
    assert result.code == 69 and "(found 0.3.9)" in result.err and row(result, "robin-sparkless")[-1] == "outside"


def test_newer_than_checked_is_a_note(project):
    result = project.run(*needs("pytest-xdist", ">=3", checked="3.7.0"), "phase=a", preflight="1")
    assert result.code == 0 and "pytest-xdist 3.8.0 is newer than what the policy was checked with (3.7.0)" in result.out


def test_the_python_itself(project):
    result = project.run(*needs("python", "<3"), "phase=a", preflight="1")
    assert result.code == 69 and "backend robin needs python<3" in result.err and "another Python" in result.err


def test_no_preflight_skips_ranges(project):
    result = project.run(*needs("robin-sparkless", ">=0.4.0"), *needs("pytest", "<8"), "phase=a", preflight="0")
    assert result.code == 0 and "verdict" not in result.out


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """A Python without any distribution."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin" / "python"


@pytest.mark.parametrize("preflight", ["0", "1"])
class TestWithoutXdist:
    @pytest.fixture(autouse=True)
    def hide_xdist(self, project, bare):
        """The interpreter of these tests has xdist itself, so it runs in an environment that has not."""
        project.python = bare
        for name in project.site.glob("pytest_xdist*"):
            (name / "METADATA").unlink()
            name.rmdir()

    def test_is_an_error(self, project, preflight):
        result = project.run("phase=a", "workers=2", preflight=preflight)
        assert result.code == 69 and "needs pytest-xdist" in result.err and not result.calls

    def test_is_one_error_where_it_is_also_a_need(self, project, preflight):
        result = project.run(*needs("pytest-xdist", ">=3"), "phase=a", "workers=2", preflight=preflight)
        assert result.code == 69 and result.err.count("needs pytest-xdist") == 1

    def test_may_be_a_serial_run(self, project, preflight):
        result = project.run("xdist=serial", *needs("pytest-xdist", ">=3"), "phase=a", "workers=2", "max=2", "dist=load", preflight=preflight)
        assert result.code == 0 and "SERIALLY" in result.out and result.calls[0]["argv"] == ["-p", "policygen_events"]

    def test_does_not_matter_to_serial_phases(self, project, preflight):
        result = project.run("phase=a", "workers=0", preflight=preflight)
        assert result.code == 0 and result.calls[0]["argv"] == ["-p", "policygen_events"]

    def test_does_not_matter_where_the_user_switched_it_off(self, project, preflight):
        result = project.run("pass=-p", "pass=no:xdist", "phase=a", "workers=2", preflight=preflight)
        assert result.code == 0 and result.calls[0]["argv"][2:] == ["-p", "no:xdist"]

    def test_without_pytest_there_is_a_remedy(self, project, preflight):
        project.env.pop("PYTHONPATH")
        result = project.run("phase=a", "workers=0", preflight=preflight)
        assert result.code == 69 and "pytest is not installed" in result.err and "-m pip install pytest" in result.err


def test_a_distribution_on_the_policys_pythonpath_counts(project):
    project.distribution("robin_sparkless", "0.9")
    project.site.joinpath("robin_sparkless-0.9.dist-info").rename(project.root / "robin_sparkless-0.9.dist-info")
    words = [*needs("Robin.Sparkless", ">=0.4.0"), "phase=a"]
    assert project.run(*words, preflight="1").code == 0  # python -m puts the root on sys.path
    hidden = {"PYTHONSAFEPATH": "1"}
    assert project.run(*words, preflight="1", env=hidden).code == 69
    assert project.run("pythonpath=.", *words, preflight="1", env=hidden).code == 0


def test_missing_paths_are_all_listed(project):
    project.file("tests/here.py", "")
    result = project.run("pass-path=tests/here.py::T::test[a::b]", "pass-path=tests/none.py::t", "phase=a", "path=tests", "path=tests/gone",
                         "phase=b", "path=lost")
    assert result.code == 66 and not result.calls
    assert all(name in result.err for name in ("tests/gone", "tests/none.py::t", "lost")) and "here.py" not in result.err


def test_pyargs_names_packages_not_paths(project):
    assert project.run("pass=--pyargs", "pass-path=some.package", "phase=a").code == 0


@pytest.mark.parametrize("mode", ["dry-run", "print-config"])
def test_modes_that_only_inform(project, mode):
    result = project.run("mode=" + mode, *needs("nothing", ">=1"), "because=xdist-714", "text=restarts lose work", "phase=a", "path=gone", "workers=2",
                         "arg=-v", preflight="1")
    assert result.code == 0 and not result.calls and not project.left_over()
    assert "needs nothing>=1" in result.err and "gone" in result.err
    assert "-m pytest -v -n 2 gone" in result.out
    assert ("xdist-714" in result.out and "restarts lose work" in result.out) is (mode == "print-config")


def test_the_root_is_found_through_a_symlink_from_anywhere(project, tmp_path):
    link = tmp_path / "link.sh"
    link.symlink_to(project.root / "tests" / "w.sh")
    command = ["script=link.sh" if word.startswith("script=") else word for word in project.command("phase=a")]
    project.command = lambda *words, **options: command
    result = project.run(cwd=tmp_path)
    assert result.code == 0 and result.calls[0]["cwd"] == str(project.root)


def test_the_venv_of_the_root_is_preferred_where_the_shell_could_not_find_it(project, tmp_path):
    venv.create(project.root / "venv", with_pip=False, symlinks=True)
    os.symlink(project.root / "tests" / "w.sh", tmp_path / "link.sh")
    command = ["script=link.sh" if word.startswith("script=") else word
               for word in project.command("python-from=PATH", "venv=.venv", "venv=venv", "pass=venv=1", "phase=a")]
    project.command = lambda *words, **options: command
    result = project.run(cwd=tmp_path)
    assert result.code == 0 and "(from venv)" in result.out
    assert str(project.root / "venv" / "bin" / "python") in result.out and result.calls[0]["cwd"] == str(project.root)
    assert "venv=1" in result.calls[0]["argv"]


def test_banner(project):
    result = project.run("python-from=.venv", "note=be warned", "phase=unit", "workers=4", "workers-from=env W", "dist=load", "max=4", "limit=90",
                         "note=stays serial", preflight="1")
    for text in ("w.sh: demo\n", "demo 1", "robin (from flag)", "(from .venv)", "pytest 8.4.2, pytest-xdist 3.8.0",
                 "workers=4 (from env W), dist=load, at most 4, limit=90s", "warning: be warned", "stays serial"):
        assert text in result.out
    assert "\x1b" not in result.out


def test_verify_holds_the_script_against_its_header(project):
    body = "set -u\nexec true # 4\n"
    digest = hashlib.sha256(body.encode()).hexdigest()
    script = project.root / "tests" / "w.sh"
    for header, text, code in [(digest, body, 0), (digest, body.replace("4", "5"), 1), (digest, body + "\n", 1), ("-", body, 1), (digest[:-1], body, 1)]:
        script.write_text("#!/usr/bin/env bash\n# Policy demo (policygen.cue); everything below this line is sha256:%s\n%s" % (header, text))
        result = project.run("mode=verify", *needs("nothing", ">=1"), "phase=a", "path=gone", preflight="1")
        assert (result.code, bool(result.out), bool(result.err)) == (code, not code, bool(code)) and not result.calls
    script.write_text(body)
    assert project.run("mode=verify", "phase=a").code == 1
