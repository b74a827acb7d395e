"""The constant Python part of every rendered wrapper: it runs the phases that the shell part decided.

The shell ends with one exec of "python -I -c THIS WORD..."; each WORD is key=value (protocol 1). This part finds the project
root, checks what is installed, runs pytest once per phase in a process group of its own, holds the time limits, and ends with
a summary and the exit code of the worst phase. Nothing of the policy is pasted in here. It needs Python 3.8 and the standard
library, never imports pytest, and holds no character that a single-quoted shell word or a linter of shell would mind.

In order: the message of the shell part, output, versions, preflight, the command of a phase, signals and processes, what happened
in a phase, verdicts, the phases, the summary, the diagnosis, GitHub Actions, and at the end main.
"""
import json
import os
import re
import select
import shlex
import signal
import sys
import time
from contextlib import suppress
from types import SimpleNamespace

NO_PATH, UNFIT, BROKEN = 66, 69, 70  # as in sysexits.h: EX_NOINPUT, EX_UNAVAILABLE, EX_SOFTWARE
TIMED_OUT, INTERRUPTED = 124, 130


# The message of the shell part

KEYS = {  # by section: the keys with their defaults, a list where a key may be repeated
    "global": {
        "protocol": "", "name": "run_all_tests.sh", "script": "", "root": ".", "project": "", "policy": "", "mode": "run",
        "backend": "", "backend-from": "default", "python-from": "PATH", "venv": [], "keep-going": "1", "color": "auto",
        "preflight": "1", "grace": "15", "log-dir": "", "junit-dir": "", "xdist": "error", "pythonpath": [], "plugin": "", "shard": "",
        "pass": [], "env": [], "env-default": [], "unset": [], "note": [],
    },
    "need": {"need": "", "range": "", "checked": "", "why": ""},
    "because": {"because": "", "text": ""},
    "phase": {
        "phase": "", "limit": "", "workers": "0", "workers-from": "defaults", "dist": "", "restart": "", "max": "",
        "allow-empty": "0", "required": "1", "arg": [], "path": [], "env": [], "env-default": [], "unset": [], "note": [],
    },
}
SECTIONS = {"need": "needs", "because": "because", "phase": "phases"}


class Broken(Exception):
    """The words contradict the protocol: a bug of the wrapper, never of its user."""


class Unfit(Exception):
    """Something that a run needs is not there."""


def decode(words):
    """Return {"global": {...}, "needs": [...], "because": [...], "phases": [...]}.

    A section maps the keys of the protocol to text. Repeatable keys are always there, as lists; the others only where they were
    sent. global.pass holds [key, word] pairs, since the order of pass= and pass-path= among each other matters.
    """
    message = {"global": blank("global"), **{name: [] for name in SECTIONS.values()}}
    kind, section = "global", message["global"]
    for word in words:
        key, _, value = word.partition("=")
        if key in SECTIONS:
            kind, section = key, blank(key)
            message[SECTIONS[key]].append(section)
        place(section, kind, key, value)
    return message


def blank(kind):
    return {key: [] for key, default in KEYS[kind].items() if default == []}


def place(section, kind, key, value):
    if kind == "global" and key in ("pass", "pass-path"):
        section["pass"].append([key, value])
    elif isinstance(section.get(key), list):
        section[key].append(value)
    elif key in KEYS[kind] and key not in section:
        section[key] = value
    else:
        raise Broken("word %s= is unknown, repeated or out of place in section %s" % (key, kind))


def settle(message):
    """Give the decoded message its defaults, numbers and pairs, as attributes."""
    config = settings("global", message["global"])
    if config.protocol != "1":
        raise Broken("protocol %s is unknown, this runner speaks 1" % config.protocol)
    if config.mode not in ("run", "dry-run", "print-config", "verify"):
        raise Broken("mode=%s is unknown" % config.mode)
    config.grace = number("grace", config.grace)
    config.share = share(config.shard)
    config.words = [word for _, word in message["global"]["pass"]]
    config.user_paths = [word for key, word in message["global"]["pass"] if key == "pass-path"]
    for kind, name in SECTIONS.items():
        setattr(config, name, [settings(kind, section) for section in message[name]])
    for phase in config.phases:
        phase.seconds = number("limit", phase.limit) if phase.limit else None
    for section in [config, *config.phases]:
        section.env, section.env_default = pairs(section.env), pairs(section.env_default)
    return config


def settings(kind, section):
    return SimpleNamespace(**{key.replace("-", "_"): value for key, value in {**KEYS[kind], **section}.items()})


def pairs(words):
    if not all("=" in word for word in words):
        raise Broken("env= and env-default= need K=V")
    return [word.split("=", 1) for word in words]


def share(text):
    """2/4 gives "2 of 4"; nothing where the run is not one of several that share the tests."""
    found = re.fullmatch("([1-9][0-9]{0,2})/([1-9][0-9]{0,2})", text)
    if text and not (found and int(found[1]) <= int(found[2])):
        raise Broken("shard=%s is not one of several" % text)
    return "%s of %s" % found.groups() if found else ""


def number(key, text):
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", text):
        raise Broken("%s=%s is not a number of seconds" % (key, text))
    return float(text)


# Output: bytes as they came, straight to the descriptor, so that its order among the lines of pytest is right

def say(text="", descriptor=1):
    encoding = sys.getfilesystemencoding()
    try:
        data = text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode(encoding, "backslashreplace")
    put(descriptor, data + b"\n")


def put(descriptor, data):
    """Write everything, also where the other side made our stdout non-blocking (Node does); a reader that left is no error."""
    with suppress(OSError):
        while data:
            try:
                data = data[os.write(descriptor, data):]
            except BlockingIOError:
                select.select([], [descriptor], [])


def coloured(config):
    """Colour is for terminals, and for those who want it (https://no-color.org)."""
    refused = config.color != "auto" or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return os.isatty(1) and not refused


def paint(config, code, text):
    """Green for 0, red for 1, yellow for 2."""
    return "\x1b[%dm%s\x1b[0m" % ((32, 31, 33)[code], text) if coloured(config) else text


def table(rows, right=()):
    """Align the columns; those whose heading is in right hold numbers."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        cells = [cell.rjust(width) if head in right else cell.ljust(width) for head, cell, width in zip(rows[0], row, widths)]
        yield ("    " + "  ".join(cells)).rstrip()


def banner(config):
    found = ["%s %s" % (name, version) for name, version in config.versions.items() if version and name != "python"]
    yield "%s: %s" % (config.name, config.project)
    yield "  policy    %s" % config.policy
    yield "  backend   %s (from %s)" % (config.backend, config.backend_from)
    yield "  python    %s %s (from %s)" % (config.versions["python"], sys.executable, config.python_from)
    yield "  packages  %s" % ", ".join(found)
    yield "  root      %s" % os.getcwd()
    if config.share:
        yield "  shard     %s: only test files of this share run; a command as printed here, pasted, runs all of them" % config.share
    for phase in config.phases:
        yield "  phase     %s: %s" % (phase.phase, describe(config, phase))
    if config.seed:
        yield "  seed      PYTHONHASHSEED=%s (chosen at random)" % config.seed


def describe(config, phase):
    if phase.workers != "0" and without_xdist(config, phase):
        facts, parallel = ["serial, since pytest-xdist is switched off"], []
    else:
        facts = ["workers=%s (from %s)" % (phase.workers, phase.workers_from)]
        parallel = [("dist=%s", phase.dist), ("at most %s", phase.max), ("restarts=%s", phase.restart)] if phase.workers != "0" else []
    facts += [form % value for form, value in [*parallel, ("limit=%ss", phase.limit)] if value]
    facts += ["optional"] if phase.required == "0" else []
    facts += ["may be empty"] if phase.allow_empty == "1" else []
    return ", ".join(facts)


def print_config(config):
    for phase in config.phases:
        say("\nphase %s\n  %s" % (phase.phase, command_line(config, phase)))
    for need in config.needs:
        say("\nneeds %s%s\n  %s" % (need.need, need.range, need.why))
    for fact in config.because:
        say("\nworkaround in force: %s\n  %s" % (fact.because, fact.text))


# Versions: PEP 440, as packaging 26 decides with prereleases=True

VERSION = re.compile(
    r"v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(alpha|beta|preview|pre|a|b|c|rc)[-_.]?([0-9]*))?"
    r"(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?"
    r"(?:[-_.]?(dev)[-_.]?([0-9]*))?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?"
)
CLAUSE = re.compile(r"\s*(===|==|!=|<=|>=|~=|<|>)\s*(\S+)\s*")
LETTERS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def parse_version(text):
    found = VERSION.fullmatch(text.strip().lower())
    if not found:
        raise ValueError("%s is not a PEP 440 version" % text)
    epoch, release, letter, pre, implicit, word, post, dev, count, local = found.groups()
    significant = re.sub(r"(\.0+)+\Z", "", release)  # 1.0 equals 1
    return SimpleNamespace(
        epoch=int(epoch or 0), release=[int(part) for part in release.split(".")],
        base=(int(epoch or 0), [int(part) for part in significant.split(".")]),
        pre=(LETTERS.get(letter, letter), int(pre or 0)) if letter else None,
        post=int(implicit or post or 0) if implicit or word else None,
        dev=int(count or 0) if dev else None,
        local=tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.findall("[a-z0-9]+", local or "")),
    )


def order(version, **changes):
    """A key that sorts as PEP 440 does without local parts: 1.dev0 < 1a0 < 1 < 1.post0, and any dev before what it leads to."""
    version = SimpleNamespace(**{**vars(version), **changes})
    only_dev = version.pre is None and version.post is None and version.dev is not None
    pre = (-1,) if only_dev else (1,) if version.pre is None else (0, *version.pre)
    post = -1 if version.post is None else version.post
    return (*version.base, pre, post, float("inf") if version.dev is None else version.dev)


def pieces(version, width=0):
    """The parts that a prefix such as 1.2.* is compared by, the release padded to width."""
    padding = [0] * (width - len(version.release))
    suffixes = [("pre", version.pre), ("post", version.post), ("dev", version.dev)]
    return [version.epoch, *version.release, *padding] + [pair for pair in suffixes if pair[1] is not None]


def equals(version, text):
    if text.endswith(".*"):
        prefix = parse_version(text[:-2])
        return pieces(version, len(prefix.release))[:len(pieces(prefix))] == pieces(prefix)
    wanted = parse_version(text)
    return order(version) == order(wanted) and wanted.local in ((), version.local)


def above(version, limit):
    """>1.0 leaves 1.0.post1 and 1.0+local out, although they sort after 1.0."""
    if limit.dev is not None:
        return order(version) >= order(limit, dev=limit.dev + 1)
    if limit.post is not None:
        return order(version) >= order(limit, post=limit.post + 1, dev=0)
    follower = version.post is not None and (version.base, version.pre) == (limit.base, limit.pre)
    return order(version) > order(limit) and not follower


def meets(text, version, operator, wanted):
    if operator == "===":
        return text.strip().lower() == wanted.lower()
    if operator in ("==", "!="):
        return equals(version, wanted) == (operator == "==")
    limit = parse_version(wanted)
    if operator == "~=":
        series = "%d!%s.*" % (limit.epoch, ".".join(map(str, limit.release[:-1])))
        return equals(version, series) and order(version) >= order(limit)
    if operator in ("<=", ">="):
        return order(version) == order(limit) or (order(version) < order(limit)) == (operator == "<=")
    if operator == ">":
        return above(version, limit)
    early = limit.pre is not None or limit.dev is not None
    return order(version) < (order(limit) if early else order(limit, dev=0))  # <1.0 leaves 1.0rc1 out, although it sorts before 1.0


def within(text, ranges):
    """Tell whether an installed version is in a specifier set, or in any of several with || between them."""
    return any([within_set(text, clauses.strip()) for clauses in ranges.split("||")])


def within_set(text, clauses):
    found = [CLAUSE.fullmatch(clause) for clause in clauses.split(",") if clause.strip()]
    if not all(found):
        raise Broken("range=%s is not a specifier set" % clauses)
    try:
        version = parse_version(text)
    except ValueError:  # only === can be meant for what is not PEP 440
        return all(clause[1] == "===" and text.lower() == clause[2].lower() for clause in found)
    try:
        return all([meets(text, version, clause[1], clause[2]) for clause in found])
    except ValueError as error:
        raise Broken("range=%s: %s" % (clauses, error))


# Preflight: what the pytest process will find installed

def search_path(env):
    """The sys.path of "python -m pytest" under env; ours is shorter, because we run isolated (-I)."""
    import site
    folders = [] if env.get("PYTHONSAFEPATH") else [os.getcwd()]
    folders += [folder for folder in env.get("PYTHONPATH", "").split(os.pathsep) if folder]
    inside = sys.prefix + os.sep
    open_venv = any(folder.endswith("-packages") and not folder.startswith(inside) for folder in sys.path)
    if not env.get("PYTHONNOUSERSITE") and (sys.prefix == sys.base_prefix or open_venv):
        folders.append(site.getusersitepackages())  # a virtual environment has it only where it has that of the system
    return folders + sys.path


def installed(name, path):
    if name == "python":
        return sys.version.split()[0].rstrip("+")
    from importlib import metadata  # here, as it costs 25 ms
    for narrowed in ({"name": name}, {}):  # the second look is for names that Python 3.8 does not normalise
        for found in metadata.distributions(path=path, **narrowed):
            with suppress(Exception):  # a damaged one
                if canonical(found.metadata["Name"]) == canonical(name):
                    return str(found.version)
    return None


def canonical(name):
    return re.sub("[-_.]+", "-", name).lower()


def survey(config):
    """Look up once what everything else asks for: the seed, the search path, the installed versions."""
    config.seed, config.stopped = "", 0
    for phase in config.phases:
        environment(config, config, phase)
    config.search = search_path(environment(config, config))
    names = ["python", "pytest", "pytest-xdist"] + [need.need for need in config.needs]
    config.versions = {name: installed(name, config.search) for name in names}
    config.has_xdist = config.versions["pytest-xdist"] is not None


def prepare(config):
    """Print the banner and everything that stands against a run; return the exit code for it, or 0."""
    for line in banner(config):
        say(line)
    refused = preflight(config) if config.preflight == "1" else {}
    refused = {**absent(config), **refused}
    if config.shard and any(REMEMBERING.fullmatch(word) for word in config.words + added_options(environment(config, config))):
        config.note.append("what failed last is known to this machine only: shards that select by it are a whole only with one cache for all")
    for note in config.note + ["phase %s: %s" % (phase.phase, note) for phase in config.phases for note in phase.note]:
        say(paint(config, 2, "warning: " + note))
    lost = list(missing_paths(config))
    problems = [problem for name in refused for problem in refused[name]] + ([remedy(config, refused)] if refused else []) + lost
    for problem in problems:
        say("%s: %s" % (config.name, problem), 2)
    return UNFIT if refused else NO_PATH if lost else 0


def preflight(config):
    """Print the table; return what stands against a run, as {distribution: sentences}.

    A version newer than what was checked is only worth a note: facts end, tools go on.
    """
    rows, refused = [("distribution", "installed", "needed", "verdict")], {}
    for name in dict.fromkeys(need.need for need in config.needs):
        found, needs = config.versions[name], [need for need in config.needs if need.need == name]
        unmet = [need for need in needs if found is None or not within(found, need.range)]
        verdict = "ok" if not unmet else "outside" if found else "missing"
        if unmet and canonical(name) == "pytest-xdist" and not parallel(config):
            verdict += ", not needed by a serial run"
        elif unmet and not found and canonical(name) == "pytest-xdist" and config.xdist == "serial":
            verdict = "missing, so serial"
        elif unmet:
            refused[name] = [refusal(config, need, found) for need in unmet]
        elif needs[0].checked and not within(found, "<=" + needs[0].checked):
            verdict = "ok, unchecked"
            config.note.append("%s %s is newer than what the policy was checked with (%s)" % (name, found, needs[0].checked))
        ranges = list(dict.fromkeys(need.range for need in needs if need.range))
        needed = ",".join("(%s)" % text if "||" in text and len(ranges) > 1 else text for text in ranges)
        rows.append((name, found or "none", needed or "any", verdict))
    if config.needs:
        say("  preflight\n" + "\n".join(table(rows)))
    return refused


def refusal(config, need, found):
    state = "found " + found if found else "not installed"
    return "backend %s needs %s%s%s (%s)" % (config.backend, need.need, need.range, need.why and ": " + need.why, state)


def absent(config):
    """What no switch can skip, as preflight: without pytest, or without xdist where the policy insists, no phase can run."""
    from importlib.machinery import PathFinder
    refused = {}
    if config.versions["pytest"] is None and PathFinder.find_spec("pytest", config.search) is None:
        refused["pytest"] = ["pytest is not installed for %s" % sys.executable]
    if parallel(config) and not config.has_xdist:
        if config.xdist == "serial":
            config.note.append("pytest-xdist is not installed: EVERY PHASE RUNS SERIALLY")
        else:
            refused["pytest-xdist"] = ["backend %s needs pytest-xdist to run in parallel (not installed)" % config.backend]
    return refused


def parallel(config):
    return any(phase.workers != "0" and not without_xdist(config, phase) for phase in config.phases)


def remedy(config, names):
    """The command that installs what is missing; another Python is beyond pip. Of ranges with || between them the last will do."""
    words = []
    for name in sorted(names):
        ranges = [need.range.split("||")[-1].strip() for need in config.needs if need.need == name]
        words += [shlex.quote(name + ",".join(dict.fromkeys(filter(None, ranges))))] if name != "python" else []
    pip = "%s -m pip install %s" % (shlex.quote(sys.executable), " ".join(words))
    return "remedy: " + (pip if words else "use another Python")


def missing_paths(config):
    """Under xdist pytest drops a path that is missing without a word (pytest-xdist#109), so it is looked for before."""
    for phase in config.phases:
        if "--pyargs" not in config.words + phase.arg:
            for path in phase.path + config.user_paths:
                if not os.path.exists(path.split("::")[0]):
                    yield "phase %s: path %s does not exist in %s" % (phase.phase, path, os.getcwd())


# Environment and command line of a phase

def environment(config, *sections, plugin=None):
    """Apply sections in order to a copy of the environment: unset, then defaults, then values.

    A default gives way to the caller and to any value, but a later default replaces an earlier one. A hash seed that the policy
    wants to be random becomes one number for the whole run, which can be printed and used again. plugin is a folder of ours, which
    comes last on PYTHONPATH.
    """
    env, soft = dict(os.environ), set()
    for section in sections:
        for name in section.unset:
            env.pop(name, None)
        for name, value in section.env_default:
            if name not in env or name in soft:
                env[name] = value
                soft.add(name)
        for name, value in section.env:
            env[name] = value
            soft.discard(name)
    asked = any(["PYTHONHASHSEED", "random"] in section.env + section.env_default for section in sections)
    if asked and env["PYTHONHASHSEED"] == "random":
        config.seed = config.seed or str(int.from_bytes(os.urandom(4), "big"))
        env["PYTHONHASHSEED"] = config.seed
    folders = [os.path.normpath(os.path.join(os.getcwd(), folder)) for folder in config.pythonpath]
    folders += [env["PYTHONPATH"]] if env.get("PYTHONPATH") else []  # an empty element would be the working directory
    folders += [plugin] if plugin else []
    return {**env, "PYTHONPATH": os.pathsep.join(folders)} if folders else env


def pytest_words(config, phase):
    """The words after "python -m pytest". The guard stands last, so that no word of the user, of addopts or of a variable undoes
    the policy; behind a bare -- pytest would take it for paths, so it stands before one."""
    workers, guard = [], selection_guard(config, phase)
    if config.has_xdist and not without_xdist(config, phase):
        if phase.workers == "0":
            guard += ["-n", "0"]
        else:
            workers = ["-n", phase.workers] + (["--dist", phase.dist] if phase.dist else [])
            workers += ["--max-worker-restart=" + phase.restart] if phase.restart else []
            guard += restart_guard(config, phase) + (["--maxprocesses=" + phase.max] if phase.max else [])
    junit = ["--junitxml=" + artifact(config.junit_dir, config, phase, "xml")] if config.junit_dir else []
    end = config.words.index("--") if "--" in config.words else len(config.words)
    return phase.arg + workers + phase.path + junit + config.words[:end] + guard + config.words[end:]


def selection_guard(config, phase):
    """Of several -m (or -k) pytest takes the last: that of the user would undo the one that makes the phase what it is."""
    guard = []
    for option in ("-m", "-k"):
        ours, theirs = last_value(phase.arg, option), last_value(config.words, option)
        if ours and theirs is not None:
            guard += [option, "(%s) and (%s)" % (ours, theirs) if theirs.strip() else ours]
    return guard


def restart_guard(config, phase):
    """With a grouped mode of the user a crashed worker must not be replaced (pytest-xdist#714)."""
    mode = last_value(config.words, "--dist") or ""
    return ["--max-worker-restart=0"] if mode in GROUPED and phase.dist not in GROUPED and phase.restart != "0" else []


GROUPED = ("loadfile", "loadscope", "loadgroup")


def last_value(words, option):
    """The value of the last use of an option with a value, in any of its spellings; None where there is none."""
    value, end = None, words.index("--") if "--" in words else len(words)
    for word, following in zip(words[:end], words[1:end] + [None]):
        if word == option and following is not None:
            value = following
        elif word.startswith(option + "="):
            value = word[len(option) + 1:]
        elif len(option) == 2 and word.startswith(option) and word != option:
            value = word[2:]
    return value


def without_xdist(config, phase):
    """Say whether pytest-xdist is switched off for a phase; its options would be a usage error then."""
    env = environment(config, config, phase)
    words = phase.arg + config.words + added_options(env)
    loaded = [word[2:] for word in words if word.startswith("-p") and word != "-p"]
    loaded += [after for word, after in zip(words, words[1:]) if word == "-p"]
    by_hand = env.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD") and not any(name.startswith("xdist") for name in loaded)
    return bool(by_hand) or "no:xdist" in loaded


def added_options(env):
    with suppress(ValueError):
        return shlex.split(env.get("PYTEST_ADDOPTS", ""))
    return []


def artifact(folder, config, phase, suffix):
    """The files of all phases, backends and shards can lie in one folder."""
    parts = [phase.phase, config.backend] + ([config.shard.replace("/", "of")] if config.shard else [])
    return os.path.join(folder, "%s.%s" % ("-".join(parts), suffix))


def command_line(config, phase):
    """The command as a person can paste it, without the plugin that only serves our counts."""
    env = environment(config, config, phase)
    gone = sorted(name for name in os.environ if name not in env)
    ours = {name for name, _ in config.env + phase.env}
    changed = [(name, value) for name, value in env.items() if name in ours or os.environ.get(name) != value]
    through_env = gone or not all(re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) for name, _ in changed)
    words = ["env"] if through_env else []
    words += [part for name in gone for part in ("-u", shlex.quote(name))]
    words += [(name if name.isidentifier() else shlex.quote(name)) + "=" + shlex.quote(value) for name, value in changed]
    words += [shlex.quote(word) for word in [sys.executable, "-m", "pytest"] + pytest_words(config, phase)]
    return " ".join(words)


# Signals, the terminal and the process group

STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def notice(number, frame):
    """Do nothing: a handler must exist for the signal to be written to the wakeup pipe."""


class Signals:
    """Turns signals into bytes on a pipe that select can wait for; one that was ignored at our start stays so (nohup)."""

    def __init__(self):
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in STOPPERS + (signal.SIGTSTP, signal.SIGCONT):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, notice)
        signal.signal(signal.SIGCHLD, notice)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # or taking the terminal back would stop us

    def wait(self, seconds, descriptors=()):
        """Return the signals that came, when one did, a descriptor can be read, or seconds (None: no limit) have passed."""
        ready = select.select([self.reader, *descriptors], [], [], seconds)[0]
        return list(os.read(self.reader, 4096)) if self.reader in ready else []


def foreground():
    """The process group that holds the terminal on stdin, or None where stdin is not our terminal."""
    with suppress(OSError):
        return os.tcgetpgrp(0) if os.isatty(0) else None


def pass_terminal(giver, taker):
    with suppress(OSError):
        if foreground() == giver:
            os.tcsetpgrp(0, taker)


def members(group):
    """Count the living processes of a group by /proc; 0 where there is no /proc."""
    count = 0
    for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
        with suppress(OSError, ValueError), open("/proc/%d/stat" % int(entry), "rb") as stat:
            state, _, owner = stat.read().rpartition(b")")[2].split()[:3]
            count += int(owner) == group and state not in (b"Z", b"X")
    return count


def sweep(group, grace):
    """Leave nothing of a group behind. TERM comes first, since a JVM removes its temporary folders on TERM."""
    for number, patience in ((signal.SIGTERM, min(grace, 2.0)), (signal.SIGKILL, 2.0)):
        with suppress(OSError):
            os.killpg(group, number)
        end = time.monotonic() + patience
        while members(group) and time.monotonic() < end:
            time.sleep(0.02)


class Child:
    """One pytest process, the leader of its group, and the ladder of signals that ends it."""

    def __init__(self, argv, env, seconds, grace, output):
        actions = [(os.POSIX_SPAWN_DUP2, output, target) for target in (1, 2)] if output is not None else []
        defaults = [signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTTOU]
        self.pid = os.posix_spawn(argv[0], argv, env, file_actions=actions, setpgroup=0, setsigdef=defaults)
        self.grace = grace
        self.deadline = time.monotonic() + seconds if seconds is not None else None
        self.ladder = []
        self.reason = None  # why it is being ended: "limit" or the number of a signal that we were sent
        self.status = None
        self.resume()  # it may have asked for the terminal already and been stopped for it

    def send(self, number):
        """INT goes to pytest alone, so that it prints its summary; the rest to the group. CONT wakes what ctrl-Z stopped."""
        with suppress(OSError):
            (os.kill if number == signal.SIGINT else os.killpg)(self.pid, number)
            os.killpg(self.pid, signal.SIGCONT)

    def halt(self, reason, number):
        """Send number, and more forceful ones after each grace; a second request never prolongs the first."""
        self.reason = reason if self.reason is None else self.reason
        self.send(number)
        rest = [signal.SIGTERM, signal.SIGKILL] if number == signal.SIGINT else [signal.SIGKILL]
        if not self.ladder or len(rest) < len(self.ladder):
            now = time.monotonic()
            self.ladder = [(now + self.grace * (step + 1), rung) for step, rung in enumerate(rest)]

    def tick(self):
        """Do what is due now; return the seconds until more is due, or None where only a signal can bring more."""
        due = self.ladder[0][0] if self.ladder else self.deadline if self.reason is None else None
        left = None if due is None else due - time.monotonic()
        if left is None or left > 0:
            return left
        if self.ladder:
            self.send(self.ladder.pop(0)[1])
        else:
            self.halt("limit", signal.SIGINT)
        return self.tick()

    def take(self, number):
        """Act on a signal that we were sent."""
        if number in STOPPERS:
            self.halt(number, number)
        elif number == signal.SIGCONT:
            self.resume()
        elif number == signal.SIGTSTP:
            with suppress(OSError):
                os.killpg(self.pid, signal.SIGTSTP)
            self.suspend(os.getpid())

    def resume(self):
        pass_terminal(os.getpgrp(), self.pid)
        with suppress(OSError):
            os.killpg(self.pid, signal.SIGCONT)

    def suspend(self, target):
        """Stop target (0: our whole job, as the terminal would have done) too; time spent stopped does not count."""
        began = time.monotonic()
        pass_terminal(self.pid, os.getpgrp())
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(target, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, notice)
        if self.deadline is not None:
            self.deadline += time.monotonic() - began
        self.resume()

    def stopped(self, number):
        """pytest was stopped: by ctrl-Z or by reading a terminal it does not hold our job stops with it, else it goes on."""
        if foreground() is not None and number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
            self.suspend(0)
        elif number != signal.SIGSTOP:
            self.resume()

    def ended(self):
        """Look without reaping: while its leader is a zombie the number of the group cannot be given to a stranger."""
        if hasattr(os, "waitid"):
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
                return True
            with suppress(ChildProcessError):  # it ended just now: the next look will see it
                halted = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG)
                if halted:
                    self.stopped(halted.si_status)
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)  # macOS before Python 3.13 has to reap
        if pid and os.WIFSTOPPED(status):
            self.stopped(os.WSTOPSIG(status))
        elif pid:
            self.status = status
        return self.status is not None

    def bury(self):
        """End the group, take the terminal back, reap; return the exit code, or -N for signal N."""
        sweep(self.pid, self.grace)
        pass_terminal(self.pid, os.getpgrp())
        if self.status is None:
            self.status = os.waitpid(self.pid, 0)[1]
        return -os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else os.WEXITSTATUS(self.status)


class Tee:
    """Copies what pytest prints to our stdout and to a log; without a log pytest keeps our stdout itself."""

    def __init__(self, log):
        self.writer = self.log = None
        self.sources = []  # the end of the pipe that we read from, until it has ended
        if log:
            self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            reader, self.writer = os.pipe()
            os.set_blocking(reader, False)
            self.sources = [reader]

    def copy(self):
        """Copy what is there; False when there is nothing more for now."""
        data = b""
        with suppress(BlockingIOError):
            data = os.read(self.sources[0], 65536)
            if not data:
                os.close(self.sources.pop())
        put(1, data)
        put(self.log, data)
        return bool(data)

    def close(self):
        """Copy the rest, but do not wait for the end: a daemon outside of the group may hold the pipe for ever."""
        while self.sources and self.copy():
            pass
        for descriptor in self.sources + ([] if self.log is None else [self.log]):
            os.close(descriptor)


def supervise(signals, child, tee):
    """Wait until pytest has ended, obeying signals and clocks; return its exit code, or -N for signal N."""
    try:
        while not child.ended():
            for number in signals.wait(child.tick(), tee.sources):
                child.take(number)
            if tee.sources:
                tee.copy()
    finally:
        code = child.bury()
        tee.close()
    return code


# What happened, from the events alone

class Tally:
    """The events of one phase, counted by test and not by report: a test counts once, under its worst outcome."""

    RANK = ("crashed", "failed", "xpassed", "xfailed", "skipped", "passed")

    def __init__(self, lines=()):
        self.imported = self.loaded = self.begun = self.finished = self.interrupted = False
        self.status = 0  # what the session ended with, whatever the process did then
        self.dealt = 0  # how many tests there were for all shards together
        self.collected, self.outcomes, self.crashed, self.running = {}, {}, {}, {}
        self.deaths, self.internal, self.reason, self.quiet = [], "", "", False
        for line in lines:
            with suppress(ValueError, KeyError, TypeError):  # a line that a KILL cut short
                self.add(json.loads(line))

    def add(self, event):
        kind, worker = event["event"], event["worker"]
        if kind in ("imported", "loaded", "begun"):
            setattr(self, kind, True)
        elif kind == "collected":
            self.collected.update(dict.fromkeys(event["ids"]))
        elif kind == "dealt":
            self.dealt = event["tests"]
        elif kind == "started":
            self.running[worker] = event["id"]
        elif kind == "reported":
            self.report(event["id"], worker, event["when"], event["outcome"])
        elif kind == "down":
            self.deaths.append("%s: %s" % (worker, event["error"]))
            if worker in self.running:
                self.crashed[self.running.pop(worker)] = True
        elif kind == "internal":
            self.internal = self.internal or event["error"] or "INTERNALERROR"
        elif kind == "interrupt":
            self.interrupted = True
        elif kind == "finish":
            self.finished, self.status, self.reason = True, event["status"], event["reason"]

    def report(self, name, worker, when, outcome):
        if when == "???":  # the word of xdist for a test that took its worker down
            self.crashed[name] = True
        if when in ("teardown", "???") and self.running.get(worker) == name:
            del self.running[worker]
        self.outcomes.setdefault(name, set()).update([] if (when, outcome) == ("teardown", "passed") else [outcome])

    def close(self, ended_by_us):
        """A serial pytest that ended without a word in the middle of a test crashed in it."""
        if "main" in self.running and not (ended_by_us or self.finished or self.interrupted):
            self.crashed[self.running.pop("main")] = True

    def cut_short(self):
        """Something ended the process with 0 in the middle: os._exit in a test, sys.exit in a conftest."""
        return not self.finished and (self.begun or (self.imported and not self.quiet))

    def lost(self):
        known = {*self.outcomes, *self.crashed, *self.running.values()}
        return [name for name in self.collected if name not in known]

    def counts(self):
        found = dict.fromkeys(self.RANK, 0)
        for name, outcomes in {**dict.fromkeys(self.crashed, ()), **self.outcomes}.items():
            seen = {"crashed"} if name in self.crashed else outcomes
            worst = next((outcome for outcome in self.RANK if outcome in seen), None)
            if worst:
                found[worst] += 1
        return {**found, "not run": len(self.lost())}


# Verdicts

WORDS = {0: "passed", 1: "failed", 2: "stopped: interrupted or errors during collection", 3: "internal error", 4: "usage error",
         5: "empty", TIMED_OUT: "timed out", INTERRUPTED: "interrupted"}
NARROWING = re.compile(r"-[hlqsvx]*[km].*|--(lf|last-failed|deselect|ignore|ignore-glob|sw|stepwise|sw-skip|stepwise-skip)(=.*)?")
REMEMBERING = re.compile("--(lf|last-failed|sw|stepwise|sw-skip|stepwise-skip)")


SESSIONLESS = {"--version", "-V", "--help", "-h", "--markers"}  # pytest answers these and runs no session


def signal_name(number):
    with suppress(ValueError):
        return signal.Signals(number).name
    return "signal %d" % number


def judge_phase(code, reason, tally, may_be_empty):
    """Return (exit code, words) for one phase: what we did to it first, then how it died, then what it said and what is missing.

    code is the exit code of pytest or -N for signal N; reason is why we ended it, as Child.reason.
    """
    if reason == "limit":
        return TIMED_OUT, WORDS[TIMED_OUT]
    if signal.SIGINT in (reason, -code) or tally.interrupted:
        return INTERRUPTED, WORDS[INTERRUPTED]
    if reason is not None:
        return 128 + reason, "stopped by " + signal_name(reason)
    if code < 0:
        return 128 - code, "killed by " + signal_name(-code)
    return judge_exit(code, tally, may_be_empty)


def judge_exit(code, tally, may_be_empty):
    """pytest can end with 0 or 1 although tests were never run (pytest-xdist#814, #714), and xdist with 0 after a death."""
    died, lost, ran = len(tally.deaths), len(tally.lost()), bool(tally.outcomes)
    if code == 0 and tally.internal:
        return 3, WORDS[3]
    if code == 0 and tally.cut_short():
        return 3, "incomplete: pytest ended before it was done"
    if code == 0 and tally.status in (1, 2, 3):
        code = tally.status
    if lost and (code == 0 or (code == 1 and not tally.reason)):
        return 3, "incomplete: tests never ran"
    if code == 0 and died:
        return (1, "failed: a worker died") if ran else (3, "incomplete: a worker died and nothing ran")
    if code == 5 and died:
        return 5, "empty: a worker died and nothing ran"
    if code == 5 and tally.dealt:  # other shards have them
        return 0, "no test in this shard"
    if code == 5 and may_be_empty:
        return 0, WORDS[5]
    if code == 0 and tally.loaded and not ran:
        return 0, "nothing ran"
    died_by = " (%s)" % signal_name(code - 128) if code > 128 else ""
    return code, WORDS.get(code) or "exit code %d%s" % (code, died_by)


def severity(code):
    """Sort key, worst first: 130 > 128+N > 124 > other codes > 3 > 4 > 2 > 1 > 5 > 0."""
    order = {INTERRUPTED: 0, TIMED_OUT: 2, 3: 4, 4: 5, 2: 6, 1: 7, 5: 8, 0: 9}
    return order.get(code, 1 if code > 128 else 3)


def overall(results, stopped=0):
    """The worst code decides; optional phases only count where they were interrupted, which ends the run for all."""
    counted = [result.code for result in results if result.required or result.ends_run]
    worst = min(counted + ([128 + stopped] if stopped else []), key=severity, default=0)
    return 5 if worst == 0 and all(result.empty for result in results) else worst


# Running the phases

def run_phases(config):
    """Run the phases in order; return one result per phase that was begun."""
    import shutil
    import tempfile
    signals, results = Signals(), []
    folder = tempfile.mkdtemp(prefix="policygen-")
    try:
        with open(os.path.join(folder, "policygen_events.py"), "w", encoding="utf-8") as plugin:
            plugin.write(config.plugin)
        for phase in config.phases:
            config.stopped = next((number for number in signals.wait(0) if number in STOPPERS), 0)
            if config.stopped:
                break
            results.append(run_phase(config, phase, signals, folder))
            last = results[-1]
            if last.ends_run or (config.keep_going == "0" and last.code and last.required):
                break
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return results


def run_phase(config, phase, signals, folder):
    events = os.path.join(folder, "events-%d" % config.phases.index(phase))
    log = artifact(config.log_dir, config, phase, "log") if config.log_dir else ""
    for directory in filter(None, (config.log_dir, config.junit_dir)):
        os.makedirs(directory, exist_ok=True)
    say("::group::" + phase.phase if on_github() else "")
    say("+ " + command_line(config, phase))
    began = time.monotonic()
    code, reason = start(config, phase, signals, folder, events, log)
    seconds = time.monotonic() - began
    tally = Tally()
    with suppress(OSError, UnicodeError), open(events, encoding="ascii") as lines:
        tally = Tally(lines)
    tally.close(reason is not None)
    words = config.words + added_options(environment(config, config, phase))
    tally.quiet = not SESSIONLESS.isdisjoint(words)
    narrowed = any(NARROWING.fullmatch(word) for word in words)
    verdict, words = judge_phase(code, reason, tally, narrowed or phase.allow_empty == "1")
    result = SimpleNamespace(name=phase.phase, code=verdict, words=words, seconds=seconds, log=log, tally=tally,
                             empty=code == 5 and not tally.dealt, required=phase.required != "0", ends_run=verdict == INTERRUPTED or isinstance(reason, int))
    close_group(result)
    return result


def start(config, phase, signals, folder, events, log):
    """Run pytest to its end; return its exit code, or -N for signal N, and the reason for which we ended it."""
    env = {**environment(config, config, phase, plugin=folder), "POLICYGEN_EVENTS": events, "POLICYGEN_SHARD": config.shard}
    argv = [sys.executable, "-m", "pytest", "-p", "policygen_events"]
    chosen = any(word.startswith("--color") for word in config.words + added_options(env))
    if config.color == "never" and not chosen:
        argv.append("--color=no")
    elif log and coloured(config) and not chosen:  # through the pipe of a log pytest cannot see that its output ends on a terminal
        argv.append("--color=yes")
    tee = Tee(log)
    child = Child(argv + pytest_words(config, phase), env, phase.seconds, config.grace, tee.writer)
    if log:
        os.close(tee.writer)  # our copy, or the pipe would never end
    return supervise(signals, child, tee), child.reason


# The summary

COLUMNS = ("passed", "failed", "skipped", "xfailed", "xpassed", "crashed", "not run")


def summarize(config, results, code):
    rows = summary_rows(config, results)
    say("\n%s: summary" % config.name)
    say("\n".join(table(rows, right=(*COLUMNS, "seconds"))))
    for result in results:
        for line in remarks(result):
            say("%s: %s" % (result.name, line))
    told = diagnosis(config, results)
    if told:
        say("\n".join(["", *told, ""]))
    say(paint(config, bool(code), "%s: exit %d: %s" % (config.name, code, conclusion(config, results, code))))
    write_job_summary(config, rows, results, code, told)


def summary_rows(config, results):
    """Counts come from events; where there are none there are dashes, not zeros. Columns of rare outcomes show only when used."""
    counts = [result.tally.counts() for result in results]
    shown = [column for column in COLUMNS if column not in ("xfailed", "xpassed") or any(count[column] for count in counts)]
    rows = [["phase", "result", *shown, "seconds", "log"]]
    for result, count in zip(results, counts):
        cells = [str(count[column]) if result.tally.loaded else "-" for column in shown]
        name = result.name if result.required else result.name + " (optional)"
        rows.append([name, result.words, *cells, "%.1f" % result.seconds, result.log])
    rows += [[phase.phase, "not run", *["-" for _ in shown], "-", ""] for phase in config.phases[len(results):]]
    total = [str(sum(count[column] for count in counts)) for column in shown]
    rows.append(["total", "", *total, "%.1f" % sum(result.seconds for result in results), ""])
    return rows if config.log_dir else [row[:-1] for row in rows]


def remarks(result):
    tally, lost = result.tally, result.tally.lost()
    if not tally.loaded and result.code != 4:
        yield "pytest did not get as far as our events plugin: counts are unknown, the result is its exit code alone"
    if tally.internal:
        yield "internal error: " + tally.internal
    if tally.reason:
        yield "stopped early: " + tally.reason
    yield from ["worker died: " + death for death in tally.deaths]
    yield from ["crashed: " + name for name in tally.crashed]
    yield from ["was running: " + name for name in tally.running.values() if result.code >= TIMED_OUT]
    yield from ["never ran: " + name for name in lost[:20]]
    if len(lost) > 20:
        yield "never ran: and %d more" % (len(lost) - 20)


def conclusion(config, results, code):
    """Say what the exit code means, and claim nothing for what was not run."""
    blamed = [result for result in results if code and result.code == code and (result.required or result.ends_run)]
    if blamed:
        texts = ["%s in %s" % (words, ", ".join(result.name for result in blamed if result.words == words))
                 for words in dict.fromkeys(result.words for result in blamed)]
    elif config.stopped:
        texts = ["stopped by " + signal_name(config.stopped)]
    elif any(result.tally.outcomes or not result.tally.loaded for result in results) and not code:
        texts = ["passed" if any(result.tally.outcomes for result in results) else "nothing was counted"]
    else:
        texts = ["nothing ran at all"]
    texts[-1] += ", shard " + config.share if config.share else ""
    late = len(config.phases) - len(results)
    uncounted = [result.name for result in results if result.code and not result.required and result not in blamed]
    texts[-1] += ", %d of %d phases not run" % (late, len(config.phases)) if late else ""
    texts += ["optional and not passed: " + ", ".join(uncounted)] if uncounted else []
    return "; ".join(texts)


# The diagnosis

def diagnosis(config, results):
    """What policygen makes of a run that broke, where it is on PATH; else how to ask it. The result of the run stays what it is."""
    if not any(broke(result) for result in results):
        return []
    import shutil
    tool = shutil.which("policygen")
    told = ask(tool, story(config, results)) if tool else []
    told = told or ["to see what died, whose defect it is and what to try: policygen diagnose LOG, with the output of this run in LOG"]
    return ["diagnosis: " + told[0], *told[1:]]


def broke(result):
    """Workers died, pytest broke off, was killed or ran out of time: not tests that failed, nor what a person ended."""
    ended = result.code in (3, TIMED_OUT) or result.code > 128
    return bool(result.tally.deaths or result.tally.internal or ended) and not result.ends_run


def story(config, results):
    """The run as policygen reads it, as bytes: banner, what pytest printed where there is a log of it, and what we know of each phase."""
    yield from [line + "\n" for line in banner(config)]
    for result, phase in zip(results, config.phases):
        if result.log:
            yield "+ %s\n" % command_line(config, phase)
            with suppress(OSError), open(result.log, "rb") as log:
                yield from iter(lambda: log.read(65536), b"")
            yield "\n"
    yield "%s: summary\n" % config.name
    yield from ["%s: %s\n" % (result.name, line) for result in results for line in remarks(result)]
    yield from ["%s: exit %d: %s in %s\n" % (config.name, result.code, result.words, result.name) for result in results if result.code]


def ask(tool, pieces):
    """Return the lines that policygen prints; none where it finds nothing, fails, or takes more than ten seconds."""
    import subprocess
    import tempfile
    with suppress(Exception), tempfile.TemporaryFile() as answer:
        child = subprocess.Popen([tool, "diagnose", "--brief", "-"], stdin=subprocess.PIPE, stdout=answer, stderr=subprocess.DEVNULL)
        try:
            with suppress(OSError), child.stdin as stream:
                for piece in pieces:
                    stream.write(piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace"))
            found = child.wait(10) == 1
        finally:
            child.kill()
        answer.seek(0)
        text = answer.read().decode("utf-8", "replace")
        return text.partition(": ")[2].rstrip().splitlines() if found else []
    return []


# GitHub Actions

def on_github():
    return os.environ.get("GITHUB_ACTIONS") == "true"


def close_group(result):
    """The empty line is for a pytest that was killed in the middle of one: commands only count at the start of a line."""
    if not on_github():
        return
    say("\n::endgroup::")
    if result.code:
        text = "phase %s: %s" % (result.name, "; ".join([result.words, *remarks(result)]))
        say("::%s::%s" % ("error" if result.required else "warning", escape_command(text)))


def escape_command(text):
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def write_job_summary(config, rows, results, code, told):
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if not (on_github() and page):
        return
    head, *body = ["| " + " | ".join(map(escape_cell, row)) + " |" for row in rows]
    title = "### %s: exit %d: %s" % (config.name, code, conclusion(config, results, code))
    lines = [title, "", head, "|" + " --- |" * len(rows[0]), *body, ""]
    lines += ["- %s: %s" % (result.name, escape_cell(line)) for result in results for line in remarks(result)]
    lines += ["", "~~~text", *told, "~~~"] if told else []
    with suppress(OSError), open(page, "ab") as target:
        target.write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))


def escape_cell(text):
    return re.sub(r"([\\|*_<>\[\]])", r"\\\1", text).replace("\n", " ")


# The start

def enter_root(config, words):
    """Where the script is a symlink the shell cannot find the environment of the root: start again in it."""
    if not os.path.exists(config.script):  # a shell found it on PATH and did not say where
        raise Unfit("cannot find the script %s from here; start it by its path" % config.script)
    config.script = os.path.realpath(config.script)
    os.chdir(os.path.normpath(os.path.join(os.path.dirname(config.script), config.root)))
    for folder in config.venv:
        python = os.path.abspath(os.path.join(folder, "bin", "python"))
        if os.access(python, os.X_OK):
            kept = [word for word in words if not word.startswith(("venv=", "python-from=", "script="))]
            os.execv(python, [python, "-I", "-c", own_source(), "python-from=" + folder, "script=" + config.script, *kept])


def own_source():
    """The text after -c. Before Python 3.10 only the C library of Python knows it."""
    if hasattr(sys, "orig_argv"):
        return sys.orig_argv[sys.orig_argv.index("-c") + 1]
    import ctypes
    count, argv = ctypes.c_int(), ctypes.POINTER(ctypes.c_wchar_p)()
    ctypes.pythonapi.Py_GetArgcArgv(ctypes.byref(count), ctypes.byref(argv))
    words = argv[:count.value]
    return words[words.index("-c") + 1]


def verify(config):
    """Hold the script against the digest that its header has of everything below it."""
    import hashlib
    with open(config.script, "rb") as script:
        text = script.read()
    header = re.search(rb"^# .*; everything below this line is sha256:([0-9a-f]{64})\n", text, re.M)
    if header and hashlib.sha256(text[header.end():]).hexdigest().encode() == header[1]:
        say("%s: as it was rendered" % config.name)
        return 0
    say("%s: changed since it was rendered, or not rendered as a whole; edit the policy instead, its header says how" % config.name, 2)
    return 1


def act(words):
    config = settle(decode(words))
    enter_root(config, words)
    if config.mode == "verify":
        return verify(config)
    survey(config)
    code = prepare(config)
    if config.mode == "print-config":
        print_config(config)
    elif config.mode == "dry-run":
        for phase in config.phases:
            say("+ " + command_line(config, phase))
    elif not code:
        results = run_phases(config)
        code = overall(results, config.stopped)
        summarize(config, results, code)
    return code if config.mode == "run" else 0


def main(words):
    try:
        return act(words)
    except Unfit as error:
        say(str(error), 2)
        return UNFIT
    except Broken as error:
        say("broken wrapper: %s" % error, 2)
    except OSError as error:
        say("%s: %s" % (error.filename or "the system", error.strerror), 2)
    except Exception:  # exit 1 would mean failed tests
        import traceback
        traceback.print_exc()
    return BROKEN


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until phases run, ctrl-C may end us without a traceback
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor < 3:  # a stream that the caller closed (w.sh >&-) has to be open for pytest, and a pipe of ours must not be it
        os.set_inheritable(descriptor, True)
        descriptor = os.open(os.devnull, os.O_RDWR)
    sys.exit(main(sys.argv[1:]))
