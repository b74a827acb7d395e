"""Says what pytest, pytest-xdist and pytest-timeout make of command lines.

Each line of standard input is a case: files of a repository, working directory, arguments, environment. Each line of
standard output is the answer. Every case runs in a fork of this process, which has imported pytest once, and ends
before a test or a worker is started.
"""
import gc
import hashlib
import json
import os
import shutil
import sys
import tempfile
import traceback

import pytest

# The number of CPUs, as the tests know it too. No case asks for so many workers by number.
AUTO = 7777

STOPS = ["help", "version", "collectonly", "markers", "showfixtures", "show_fixtures_per_test", "cacheshow", "setupplan", "setuponly"]
# These start workers, although no test runs.
PLANS = ["setupplan", "setuponly"]


class Probe:
    def __init__(self, root):
        self.root = root
        self.report = None

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_xdist_auto_num_workers(self, config):
        try:
            int(os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS", ""))
        except ValueError:
            return AUTO
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config):
        # xdist's hook is tryfirst too, and registered later, so it has run already.
        option = config.option
        stops = [name for name in STOPS if getattr(option, name, None)]
        report = {
            "runs": not stops,
            "markers": option.markexpr,
            "keywords": option.keyword,
            "config": self.relative(config.inipath),
            "root": self.relative(config.rootpath),
            "paths": [str(a) for a in getattr(config, "args", [])],
        }
        if hasattr(option, "numprocesses"):
            self.xdist(report, config, all(name in PLANS for name in stops))
        if hasattr(option, "timeout_method"):
            self.timeout(report, config)
        self.report = report
        return 0

    def relative(self, path):
        return "" if path is None else os.path.relpath(path, self.root)

    def xdist(self, report, config, starts):
        from xdist.dsession import get_default_max_worker_restart
        from xdist import workermanage

        parse = getattr(workermanage, "parse_tx_spec_config", None) or workermanage.parse_spec_config
        option = config.option
        workers = 0
        if starts and option.dist != "no" and option.tx:
            workers = len(parse(config))
        report.update(
            workers=workers,
            dist=option.dist,
            maxprocesses=option.maxprocesses,
            restart=get_default_max_worker_restart(config),
        )

    def timeout(self, report, config):
        import pytest_timeout

        settings = pytest_timeout.get_env_settings(config)
        report.update(timeout=settings.timeout, method=settings.method)


def run(case, root, out):
    os.chdir(os.path.join(root, case["dir"]))
    for name in list(os.environ):
        if name.startswith("PYTEST") or name == "COLUMNS":
            del os.environ[name]
    os.environ.update(case["env"])
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    errors = tempfile.TemporaryFile()
    os.dup2(errors.fileno(), 2)
    probe = Probe(root)
    try:
        code = int(pytest.main(case["args"], plugins=[probe]))
    except BaseException:
        code = 1
        traceback.print_exc()
    sys.stderr.flush()
    errors.seek(0)
    answer = {"code": code, "errors": errors.read().decode(errors="replace")[-2000:], "report": probe.report}
    os.write(out, json.dumps(answer).encode() + b"\n")


def tree(base, case):
    digest = hashlib.sha256(json.dumps(case["files"], sort_keys=True).encode()).hexdigest()[:16]
    root = os.path.join(base, digest)
    if not os.path.isdir(root):
        os.mkdir(root)
        for name, text in case["files"].items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(text)
    os.makedirs(os.path.join(root, case["dir"]), exist_ok=True)
    return root


def answer(case, base):
    root = tree(base, case)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            run(case, root, write)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as f:
        text = f.read()
    os.waitpid(child, 0)
    return text


def main():
    import pytest_timeout  # noqa: F401, so that the forks need not
    import xdist.dsession  # noqa: F401
    import xdist.plugin  # noqa: F401

    from importlib.metadata import version

    gc.disable()
    gc.freeze()
    base = os.path.realpath(tempfile.mkdtemp(prefix="policygen-pytest-"))
    try:
        print(json.dumps({"pytest": version("pytest"), "xdist": version("pytest-xdist")}), flush=True)
        for line in sys.stdin:
            case = json.loads(line)
            text = answer(case, base)
            sys.stdout.write((text or json.dumps({"code": -1, "errors": "no answer", "report": None}) + "\n").replace(base, "BASE"))
            sys.stdout.flush()
    finally:
        shutil.rmtree(base, ignore_errors=True)


main()
