"""Boot a disk image in QEMU and drive a root shell in it.

    with VM(image, snapshot=True) as vm:
        assert vm.wait_booted() == "running"
        print(vm.run("rpm-ostree status").output)

The system in the image needs no agent: systemd's debug shell is on the second
serial port (``systemd.debug_shell=ttyS1``), the first one has the messages of
GRUB and the kernel.  Everything is emulated, /dev/kvm is not used.
"""

from __future__ import annotations

import base64
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

CPU = "Nehalem"  # newer models have the emulator do much that nothing here needs
LINE_LIMIT = 2000  # what a terminal takes as one line is 4095 bytes


class VMError(RuntimeError):
    """The machine ended, or did not do what it was to do in time."""


class GuestCommandError(RuntimeError):
    """A command inside the machine ended with another status than 0."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended; ``output`` has both its output streams."""

    status: int
    output: str


class VM:
    """A machine that runs from an image, from entering the context to leaving it.

    ``snapshot`` leaves the image as it was.  ``drives`` are files the machine has
    read-only as /dev/vdb, /dev/vdc and so on.  The messages of the first serial
    port are in ``log``; a log of its own making stays only after a failure.
    """

    def __init__(
        self,
        image: Path,
        *,
        drives: Sequence[Path] = (),
        snapshot: bool = False,
        memory: int = 1536,
        cpus: int = 2,
        log: Path | None = None,
    ) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="vm-"))
        self.image = image
        self.drives = tuple(drives)
        self.snapshot = snapshot
        self.memory = memory
        self.cpus = cpus
        self.log = log or self._directory / "console.log"
        self._commands = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = socket.socket(socket.AF_UNIX)

    # ------------------------------------------------------------ life

    def __enter__(self) -> VM:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind:
            self.kill()
        else:
            self.stop()
            shutil.rmtree(self._directory, ignore_errors=True)

    def describe_drive(self, image: Path, *options: str) -> list[str]:
        """The arguments for a disk."""
        kind = "qcow2" if image.suffix == ".qcow2" else "raw"
        return ["-drive", ",".join((f"file={image}", "if=virtio", f"format={kind}", *options))]

    def build_command(self) -> list[str]:
        """QEMU with all its arguments."""
        shell = f"socket,id=shell,path={self._directory}/shell,server=on,wait=off"
        drives = [self.describe_drive(drive, "readonly=on") for drive in self.drives]
        return [
            "qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35",
            "-accel", "tcg,thread=multi", "-cpu", CPU,
            "-m", str(self.memory), "-smp", str(self.cpus),
            *self.describe_drive(
                self.image, "cache=unsafe", *(["snapshot=on"] if self.snapshot else [])
            ),
            *(word for drive in drives for word in drive),
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-device", "virtio-rng-pci",
            "-serial", f"file:{self.log}",
            "-chardev", shell, "-serial", "chardev:shell",
        ]  # fmt: skip

    def start(self) -> None:
        """Switch the machine on; VMError if there is no machine."""
        errors = self._directory / "qemu.log"
        with errors.open("wb") as log:
            self._process = subprocess.Popen(
                self.build_command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _ in range(100):
            try:
                self._socket.connect(str(self._directory / "shell"))
                break
            except OSError:
                if not self.is_running():
                    raise VMError(f"no machine: {errors.read_text()}") from None
                time.sleep(0.1)
        else:
            raise VMError("QEMU does not listen")
        self._socket.settimeout(1)

    def is_running(self) -> bool:
        """Is there a QEMU?"""
        return self._process is not None and self._process.poll() is None

    def stop(self, timeout: float = 90) -> None:
        """Shut down in good order; a machine that forgets everything is just switched off."""
        if self.is_running() and not self.snapshot and self._process:
            try:
                self._send("systemctl poweroff")
                self._process.wait(timeout)
            except (OSError, subprocess.TimeoutExpired):
                pass
        self.kill()

    def kill(self) -> None:
        """Switch off."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._socket.close()

    # ----------------------------------------------------------- shell

    def _send(self, line: str) -> None:
        self._socket.sendall(line.encode() + b"\n")

    def _read_until(self, pattern: str, timeout: float) -> re.Match[str]:
        """Read what the shell writes until the pattern is in it."""
        received = b""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                part = self._socket.recv(1 << 16)
            except TimeoutError:
                part = b""
                if not self.is_running():
                    raise VMError(f"QEMU ended\n{self.read_log()}") from None
            else:
                if not part:
                    raise VMError(f"the console was closed\n{self.read_log()}")
            received += part
            found = re.search(pattern, received.decode("utf-8", "replace"), re.DOTALL)
            if found:
                return found
        raise TimeoutError(f"no {pattern!r} in {timeout:.0f} s, but {received[-1500:]!r}")

    def read_log(self) -> str:
        """The last messages on the first serial port."""
        try:
            return self.log.read_bytes()[-3000:].decode("utf-8", "replace")
        except OSError:
            return ""

    def wait_shell(self, timeout: float = 300) -> None:
        """Wait for the shell and make it a quiet one; VMError when there is none in time."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self._commands += 1
            token = f"ready-{self._commands}"
            try:
                self._socket.sendall(b"\x03")  # what came before may have lost a quotation mark
                time.sleep(0.1)
                self._send(
                    '[ "$0" = /bin/sh ] || exec env TERM=dumb PATH=/usr/sbin:/usr/bin /bin/sh'
                )
                # the echo of this line has the quotes in it, so only the answer fits
                self._send(f"stty -echo -onlcr; PS1= PS2=; echo 'ready'-{self._commands}.")
                self._read_until(rf"{token}\.", 3)
                return
            except TimeoutError:  # nobody reads the port yet; its buffer may even be full
                continue
        raise VMError(f"no shell in {timeout:.0f} s\n{self.read_log()}")

    def run(self, cmd: str, timeout: float = 120, check: bool = True) -> Outcome:
        """Run a shell command (any text sh understands), in a subshell, as root.

        GuestCommandError if it fails and ``check`` is on; TimeoutError if it takes
        longer than ``timeout``.
        """
        self._commands += 1
        mark = f"end-{self._commands}"
        if max(map(len, cmd.encode().split(b"\n"))) > LINE_LIMIT:
            coded = base64.encodebytes(cmd.encode()).decode()
            cmd = f"base64 -d > /run/command <<'{mark}'\n{coded}{mark}\n. /run/command"
        self._send(f"echo 'begin'-{mark}; (\n{cmd}\n) </dev/null 2>&1; echo '{mark}'=$?=")
        found = self._read_until(rf"begin-{mark}\r?\n(.*?){mark}=(\d+)=", timeout)
        outcome = Outcome(int(found[2]), found[1].replace("\r\n", "\n").rstrip("\n"))
        if check and outcome.status:
            raise GuestCommandError(f"{cmd}\nended with {outcome.status}\n{outcome.output}")
        return outcome

    # ------------------------------------------------------------ boot

    def wait_booted(self, timeout: float = 600) -> str:
        """Wait until systemd has started everything; ``running`` or ``degraded``."""
        self.wait_shell(timeout)
        return self.run("systemctl is-system-running --wait", timeout, check=False).output.strip()

    def reboot(self, timeout: float = 600, command: str = "systemctl reboot") -> str:
        """Reboot in good order, so that staged deployments get finished; as wait_booted."""
        identity = "cat /proc/sys/kernel/random/boot_id"
        before = self.run(identity).output
        self._send(command)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            time.sleep(1)
            self.wait_shell(timeout)
            try:
                if self.run(identity, 5).output != before:
                    return self.wait_booted(timeout)
            except TimeoutError:  # the old shell went away meanwhile
                continue
        raise VMError(f"no reboot in {timeout:.0f} s\n{self.read_log()}")
