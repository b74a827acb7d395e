"""The pytest plugin of a rendered wrapper: what really happened to every test, as one JSON line per event.

The runner writes this text to policygen_events.py in a temporary folder and loads it with -p. Lines are written with one
os.write on an O_APPEND descriptor, by the controller and by each xdist worker, so they survive a native crash, a KILL and an
INTERNALERROR, which neither a log nor a junit file does. The fields of a line: event, worker ("main" outside of xdist workers) and

    imported    pytest has read this file; a conftest that ends the process comes before any hook
    loaded      the plugin works in this process
    begun       the session has started; --help and the like have none
    dealt       tests: how many were dealt out to all shards together
    collected   ids: tests to be run, after deselection; only ids not named before; never under --collect-only
    started     id: written by the process that runs the test
    reported    id, when, outcome: written by the controller; worker is where it ran; a passed setup is left out, as started says it
    down        error: a worker ended without saying goodbye
    internal    error: the last line of an INTERNALERROR
    interrupt   ctrl-C, as against the Interrupted of a collection error, which shares the exit code 2
    finish      status, reason: why the session was stopped on purpose, if it was

Under --shard it also deals the tests out. A run of the wrong tests must not look like a good one, so a failure of that ends pytest. Nothing
else here may disturb the run: every other hook swallows its own failure. Works with pytest 7.0 to 9 and xdist 2.5 to 3.8, or without.
"""
import json
import os
from contextlib import suppress

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))


def take_environment():
    """Return the path of the event file and the shard, and remove our traces, so that tests see the environment the policy describes.

    Workers need none of the variables: xdist sends them sys.path through execnet, and file and shard arrive in their workerinput.
    """
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if HERE in folders:
        folders.remove(HERE)
        if folders:
            os.environ["PYTHONPATH"] = os.pathsep.join(folders)
        else:
            del os.environ["PYTHONPATH"]
    return os.environ.pop("POLICYGEN_EVENTS", None), os.environ.pop("POLICYGEN_SHARD", "")


class Recorder:
    """Writes the events of one process; a controller that distributes leaves the started lines to its workers."""

    def __init__(self, config, path):
        self.config = config
        self.path = path
        self.worker = getattr(config, "workerinput", {}).get("workerid", "main")
        self.named = set()
        self.reason = ""
        self.descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.write("loaded")

    def write(self, event, **fields):
        line = json.dumps({"event": event, "worker": self.worker, **fields}) + "\n"
        os.write(self.descriptor, line.encode("ascii"))

    def distributor(self):
        return self.config.pluginmanager.getplugin("dsession")

    def collected(self, ids):
        fresh = [name for name in ids if name not in self.named]
        self.named.update(fresh)
        if fresh and not self.config.option.collectonly:
            self.write("collected", ids=fresh)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self):
        with suppress(Exception):
            if self.worker == "main":
                self.write("begun")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        with suppress(Exception):
            if self.worker == "main":
                self.collected([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        with suppress(Exception):
            self.collected(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        with suppress(Exception):
            node.workerinput["policygen_events"] = self.path

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid):
        with suppress(Exception):
            if self.worker != "main" or not self.distributor():
                self.write("started", id=nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        with suppress(Exception):
            if self.worker == "main" and (report.when, report.outcome) != ("setup", "passed"):
                self.report(report, report.when)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report):
        with suppress(Exception):
            if self.worker == "main" and report.outcome != "passed":
                self.report(report, "collect")

    def report(self, report, when):
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = {"skipped": "xfailed", "passed": "xpassed"}.get(outcome, outcome)
        node = getattr(report, "node", None)
        where = {"worker": node.gateway.id} if node is not None else {}
        self.write("reported", id=report.nodeid, when=when, outcome=outcome, **where)

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_testnodedown(self, node, error):
        with suppress(Exception):
            if error:
                self.write("down", worker=node.gateway.id, error=str(error))

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr):
        with suppress(Exception):
            lines = str(excrepr).strip().splitlines() or [""]
            self.write("internal", error=lines[-1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo):
        """pytest also calls this for pytest.exit and for the subclasses by which it and xdist stop themselves."""
        with suppress(Exception):
            if excinfo.type is KeyboardInterrupt:
                self.write("interrupt")
            elif excinfo.type is pytest.exit.Exception:
                self.reason = str(excinfo.value) or "pytest.exit"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        with suppress(Exception):
            reasons = [getattr(session, "shouldstop", ""), getattr(session, "shouldfail", ""), self.reason]
            reasons.append(getattr(self.distributor(), "shouldstop", ""))
            if self.worker == "main":
                reason = next((str(text) for text in reasons if text), "")
                self.write("finish", status=int(exitstatus), reason=reason)


def deal(sizes, count):
    """Map files to shards 1 to count: the largest file first, each to the shard that has the fewest tests by then.

    Ties go by name and number, so that every process on every machine deals alike. sizes maps files to their number of tests.
    """
    loads, dealt = [0] * count, {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        lightest = loads.index(min(loads))
        loads[lightest] += sizes[name]
        dealt[name] = lightest + 1
    return dealt


def file_of(item):
    """The path below rootdir, with slashes on every system; what --dist loadfile goes by too."""
    return item.nodeid.partition("::")[0]


class Dealer:
    """Leaves one shard of the tests; those of one file stay together, since they may share state."""

    def __init__(self, config, shard):
        self.config = config
        self.shard = shard

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node):
        node.workerinput["policygen_shard"] = self.shard

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        """Deal what all others have left: --lf is a tryfirst wrapper as well, registered before us, and so it has ended before us."""
        outcome = yield
        outcome.get_result()
        index, count = map(int, self.shard.split("/"))
        sizes = {}
        for item in items:
            sizes[file_of(item)] = sizes.get(file_of(item), 0) + 1
        dealt = deal(sizes, count)
        others = [item for item in items if dealt[file_of(item)] != index]
        self.announce(len(items))
        items[:] = [item for item in items if dealt[file_of(item)] == index]
        if others:
            self.config.hook.pytest_deselected(items=others)

    def announce(self, tests):
        recorder = self.config.pluginmanager.getplugin("policygen_recorder")
        with suppress(Exception):
            recorder.write("dealt", tests=tests)


def pytest_configure(config):
    given = getattr(config, "workerinput", {})
    shard = given.get("policygen_shard") or SHARD
    if shard and not config.pluginmanager.hasplugin("policygen_dealer"):
        config.pluginmanager.register(Dealer(config, shard), "policygen_dealer")
    with suppress(Exception):
        path = given.get("policygen_events") or EVENTS
        if path and not config.pluginmanager.hasplugin("policygen_recorder"):
            config.pluginmanager.register(Recorder(config, path), "policygen_recorder")


EVENTS, SHARD = take_environment()
if EVENTS:
    with suppress(Exception), open(EVENTS, "a", encoding="ascii") as lines:
        lines.write(json.dumps({"event": "imported", "worker": "main"}) + "\n")
