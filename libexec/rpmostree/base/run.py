"""The one door for programs.

A child gets a null stdin, a clean environment, its own process group (so that Ctrl-C reaches us
first and we decide), and dies when we die. Its words are kept, and shown only when it fails.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import ToolFailed, ToolMissing

SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = frozenset(
    {
        "DBUS_SYSTEM_BUS_ADDRESS",
        "GNUPGHOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
        "SOURCE_DATE_EPOCH",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
PACKAGES = {
    "bwrap": "bubblewrap",
    "dnf": "dnf or dnf5",
    "dracut": "dracut (Debian: dracut-core)",
    "mount": "util-linux (Debian: mount)",
    "rpm2archive": "rpm (Debian: rpm2cpio)",
    "rpmkeys": "rpm",
    "setfiles": "policycoreutils",
    "setpriv": "util-linux",
}
_TAIL = 4096
_PATIENCE = 5.0


@dataclass(frozen=True)
class Done:
    """How a program ended; both streams decoded, undecodable bytes escaped."""

    status: int
    stdout: str
    stderr: str


def search_path() -> str:
    """The caller's PATH, then the system's own directories (PATH may be empty in a kickstart)."""
    given = os.environ.get("PATH", "")
    return f"{given}:{SEARCH_PATH}" if given else SEARCH_PATH


def find(program: str) -> str | None:
    """Where `program` is, or None."""
    return shutil.which(program, path=search_path())


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a child sees: proxies and clocks of the caller, the C.UTF-8 locale, nothing else."""
    env = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    env |= {"PATH": search_path(), "LC_ALL": "C.UTF-8", "HOME": "/root"}
    return env | dict(extra or {})


def _additions(env: Mapping[str, str] | None) -> dict[str, str]:
    """What of `env` is not there for every child."""
    usual = environment()
    return {name: value for name, value in (env or {}).items() if usual.get(name) != value}


def run(
    argv: Sequence[str | Path],
    *,
    ok: Sequence[int] = (0,),
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    merge: bool = False,
    hear: Callable[[str], None] | None = None,
    what: str | None = None,
) -> Done:
    """Run a program to its end and return its words.

    `ok` lists the statuses that are no error; `merge` interleaves stderr into stdout, in order.
    `hear` is told each line as it comes; that needs `merge`, since one stream can be waited for.
    Raises ToolMissing when there is no such program, ToolFailed (beginning with `what`) when it
    ends with another status or by a signal. On any exception the child is ended and waited for.
    """
    words = [os.fspath(word) for word in argv]
    program = find(words[0])
    if program is None:
        raise _missing(words[0])
    with (
        events.command(words, _additions(env), cwd),
        _started(_dying_with_us([program, *words[1:]]), stdin, env, cwd, merge) as child,
    ):
        out, err = _hear_out(child, hear) if hear else child.communicate(stdin)
    done = Done(child.returncode, out, err or "")
    if done.status not in ok:
        raise ToolFailed(what or f"{words[0]} {_ending(done.status)}", _tail(done))
    return done


def _hear_out(child: "subprocess.Popen[str]", hear: Callable[[str], None]) -> tuple[str, str]:
    assert child.stdin is None and child.stdout is not None and child.stderr is None
    lines = []
    for line in child.stdout:
        lines.append(line)
        hear(line)
    child.wait()
    return "".join(lines), ""


def run_on_terminal(argv: Sequence[str]) -> None:
    """Run a program that talks to the person at the terminal, with their own environment.

    Raises ToolMissing, or ToolFailed if it ends with another status than 0.
    """
    if find(argv[0]) is None:
        raise _missing(argv[0])
    done = subprocess.run(argv, check=False)
    if done.returncode:
        raise ToolFailed(f"{argv[0]} {_ending(done.returncode)}")


def pipe(argv: Sequence[str | Path], source: Path, target: Path, *, what: str) -> None:
    """Run a program with `source` as its stdin and `target` as its stdout; raises as `run`."""
    words = [os.fspath(word) for word in argv]
    program = find(words[0])
    if program is None:
        raise _missing(words[0])
    with (
        events.command(words, streams=(source, target)),
        source.open("rb") as stdin,
        target.open("wb") as stdout,
    ):
        done = subprocess.run(
            _dying_with_us([program, *words[1:]]),
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment(),
            process_group=0,
            encoding="utf-8",
            errors="backslashreplace",
            check=False,
        )
    if done.returncode:
        raise ToolFailed(what, done.stderr[-_TAIL:])


def _dying_with_us(words: list[str]) -> list[str]:
    setpriv = find("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--", *words] if setpriv else words


@contextmanager
def _started(
    words: list[str],
    stdin: str | None,
    env: Mapping[str, str] | None,
    cwd: Path | None,
    merge: bool,
) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merge else subprocess.PIPE,
        env=environment(env),
        cwd=cwd,
        process_group=0,
        encoding="utf-8",
        errors="backslashreplace",
    ) as child:
        try:
            yield child
        except BaseException:
            _end(child)
            raise


def _end(child: "subprocess.Popen[str]") -> None:
    """Ask the child's whole group to stop, insist after some seconds, and wait."""
    for patience, signum in ((_PATIENCE, signal.SIGTERM), (None, signal.SIGKILL)):
        try:
            os.killpg(child.pid, signum)
            child.wait(patience)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            child.wait()
            return


def _missing(program: str) -> ToolMissing:
    package = PACKAGES.get(program, program)
    return ToolMissing(f"{program} is not installed", hint=f"install the package {package}")


def _ending(status: int) -> str:
    if status < 0:
        known = {s.value: s.name for s in signal.Signals}  # not every real-time signal has a name
        return f"was killed by {known.get(-status, f'signal {-status}')}"
    return f"failed with status {status}"


def _tail(done: Done) -> str:
    words = done.stderr.strip() or done.stdout.strip()
    return words[-_TAIL:]
