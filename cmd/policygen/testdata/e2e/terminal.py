"""Type into an interactive bash on a pseudo-terminal: terminal.py STEP...

A step is one of

    type=TEXT       type a line
    key=TEXT        type it without the end of a line: a control character
    expect=REGEX    wait for it in what was printed since the last match
    file=PATH       wait for a file

After the last step the shell is left with "exit". What the terminal showed goes to stdout. The exit code is 0 when every
step was met and the shell has gone, else 1 and the step on stderr.
"""
import os
import pty
import re
import select
import sys
import time

PATIENCE = 50  # seconds for one step


class Terminal:
    def __init__(self):
        self.shown, self.fresh = b"", b""
        pid, self.descriptor = pty.fork()
        if pid == 0:
            os.execvp("bash", ["bash", "--noprofile", "--norc", "--noediting", "-i"])
        self.pid = pid

    def read(self):
        """Take what was printed; False when the shell has gone."""
        if not select.select([self.descriptor], [], [], 0.05)[0]:
            return True
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:
            data = b""
        self.shown += data
        self.fresh += data
        return bool(data)

    def met(self, kind, value):
        if kind == "file":
            return os.path.exists(value)
        found = re.search(value.encode(), self.fresh)
        if found:
            self.fresh = self.fresh[found.end():]
        return bool(found)

    def take(self, step):
        """Do one step; return whether it was met."""
        kind, _, value = step.partition("=")
        if kind in ("type", "key"):
            os.write(self.descriptor, value.encode() + (b"\n" if kind == "type" else b""))
            return True
        end = time.monotonic() + PATIENCE
        while not self.met(kind, value):
            if time.monotonic() > end or not self.read():
                return self.met(kind, value)
        return True

    def leave(self):
        """Leave the shell; return whether it went. Closing hangs up on whatever is still running there."""
        os.write(self.descriptor, b"exit\n")
        end = time.monotonic() + PATIENCE
        gone = False
        while not gone and time.monotonic() < end:
            gone = not self.read()
        return gone

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


def main(steps):
    terminal = Terminal()
    unmet = next((step for step in steps if not terminal.take(step)), None)
    if unmet is None and not terminal.leave():
        unmet = "exit"
    terminal.close()
    sys.stdout.buffer.write(terminal.shown)
    if unmet is not None:
        print("not met: " + unmet, file=sys.stderr)
    return int(unmet is not None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
