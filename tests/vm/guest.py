"""A machine spoken to in the words of a test."""

from __future__ import annotations

import json
import shlex
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.kit.vm import VM, Outcome
from tests.vm.world import PROGRAM, World

MINUTES = 60
LONG = 10 * MINUTES  # an emulated processor shared with others


class Guest:
    """A running machine; `with Guest(...)` boots it and shuts it down."""

    def __init__(self, world: World, disk: Path) -> None:
        self.vm = VM(disk, drives=[world.drive], log=disk.with_suffix(".log"))
        self._stack = ExitStack()

    def __enter__(self) -> Guest:
        with ExitStack() as stack:
            stack.enter_context(self.vm)
            self.check_boot(self.vm.wait_booted(LONG))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    # ------------------------------------------------------------ life

    def check_boot(self, state: str) -> None:
        """The whole system came up."""
        failed = self("systemctl --failed --no-legend --plain || :") if state != "running" else ""
        assert (state, failed) == ("running", "")

    def reboot(self, command: str = "systemctl reboot") -> None:
        """In good order, so that what is staged is finished."""
        self.check_boot(self.vm.reboot(LONG, command))

    def cut_power(self) -> None:
        """At once."""
        self.vm.kill()

    # ------------------------------------------------------- questions

    def __call__(self, command: str, timeout: float = 2 * MINUTES) -> str:
        """The output of a shell command that succeeds."""
        return self.vm.run(command, timeout).output

    def succeeds(self, command: str) -> bool:
        return self.vm.run(command, check=False).status == 0

    def read(self, path: str) -> str:
        return self(f"cat {path}")

    def rpm_ostree(self, *words: str) -> str:
        """Run the program; what it said."""
        return self(shlex.join([PROGRAM, *words]), LONG)

    def try_rpm_ostree(self, *words: str) -> Outcome:
        """Run the program, which may fail."""
        return self.vm.run(shlex.join([PROGRAM, *words]), LONG, check=False)

    def status(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.rpm_ostree("status", "--json"))
        return document

    def deployments(self) -> list[dict[str, Any]]:
        """As `status --json` lists them, the next to be booted first."""
        found: list[dict[str, Any]] = self.status()["deployments"]
        return found

    def booted(self) -> dict[str, Any]:
        (found,) = (d for d in self.deployments() if d["booted"])
        return found

    def packages(self) -> set[str]:
        """All that is installed in the running system."""
        return set(self("rpm -qa").split())

    def names(self) -> set[str]:
        """As `packages`, but the names alone."""
        return set(self("rpm -qa --queryformat '%{NAME}\\n'").split())

    def mounts(self) -> list[str]:
        return sorted(self.read("/proc/self/mounts").splitlines())

    def staging_area(self) -> str:
        """What unfinished transactions have left."""
        return self("ls /ostree/repo/extensions/rpmostree/private 2>/dev/null || :")
