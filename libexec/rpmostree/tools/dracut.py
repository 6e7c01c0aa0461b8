"""dracut: make an initramfs for a root, inside of it."""

from collections.abc import Sequence

from rpmostree.base import events
from rpmostree.base.run import run

ALWAYS = ("--reproducible", "--force", "--add", "ostree", "--tmpdir", "/var/tmp")
DEFAULT = ("--no-hostonly", "--no-hostonly-cmdline")


def make_initramfs(
    sandbox: Sequence[str],
    kernel: str,
    arguments: Sequence[str],
    image: str,
    more: Sequence[str] = (),
) -> None:
    """Write `image` (a path inside of the sandbox) for a kernel release.

    `arguments` take the place of the defaults, which make an image that fits any machine; `more`
    come after either.
    """
    words = [*sandbox, "dracut", *ALWAYS, *(arguments or DEFAULT), *more, "--kver", kernel, image]
    done = run(words, merge=True, what=f"cannot make the initramfs of {kernel}")
    events.detail(done.stdout.strip())


def run_depmod(sandbox: Sequence[str], kernel: str) -> None:
    """Refresh the index of a kernel's modules."""
    run([*sandbox, "depmod", kernel], what=f"cannot index the modules of {kernel}")
