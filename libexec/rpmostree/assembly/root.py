"""A writable root that stands on a base commit without copying it.

The lower layer is a checkout of the base that exists already (the deployment of that very commit)
or a fresh one of hard links; all changes go to an upper layer in staging. What belongs to the
machine and not to the image (/var, /run) is a scratch directory, and /etc shows usr/etc, so that
packages and scriptlets find the layout they were written for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rpmostree.assembly import restore
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.tools import bwrap, mount, ostree, rpm
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class Root:
    """A root that can be written to. `path` shows it whole, `upper` holds what was changed.

    Where no overlay can be mounted the root is a full copy (`copied`), and all of it counts as
    changed: much slower, and the same in the end.
    """

    path: Path
    staging: Path
    database: str
    copied: bool = False

    @property
    def upper(self) -> Path:
        return self.staging / "upper"

    @property
    def changed(self) -> Path:
        """What has to be looked at to find the changes."""
        return self.path if self.copied else self.upper

    @property
    def var(self) -> Path:
        return self.staging / "var"

    @property
    def binds(self) -> Mapping[str, Path]:
        """What is laid over the root inside of a sandbox."""
        return {"/run": self.staging / "run", "/var": self.var}

    def host_tools(self, readable: Mapping[str, Path] | None = None) -> tuple[str, ...]:
        """The prefix for a tool of the host that works on this root, seen at bwrap.TARGET."""
        return bwrap.host_tools_on(self.path, self.binds, readable or {})

    def inside(self, readable: Mapping[str, Path] | None = None) -> tuple[str, ...]:
        """The prefix for a program of the root itself."""
        return bwrap.inside(self.path, self.binds, readable or {})


def open_root(repo: Repo, base: str, deployments: Sequence[Deployment], staging: Path) -> Root:
    """Open a writable view of the base commit. Must run in a private mount namespace."""
    path = mount.mount_overlay(_find_lowers(repo, base, deployments, staging), staging)
    copied = path is None
    if path is None:
        path = staging / "root"
        events.message("No overlay can be mounted here; copying the whole base instead")
        ostree.check_out(repo.path, base, path, copy=True)
        (path / "etc").mkdir(exist_ok=True)
    make_scratch(staging)
    etc = path / "usr/etc"
    if not etc.is_dir():
        raise BadInput(f"the commit {base} has no /usr/etc", hint="it is not a bootable base")
    mount.bind(etc, path / "etc")
    mount.bind(staging / "var", path / "var")
    return Root(path, staging, rpm.find_database(path), copied)


def make_scratch(staging: Path) -> None:
    """What stands in for /var and /run while packages are installed."""
    for name in ("var/cache/dnf", "var/lib", "var/log", "var/opt", "var/home", "run/lock"):
        (staging / name).mkdir(parents=True)
    (staging / "var/roothome").mkdir(mode=0o700)
    (staging / "var/tmp").mkdir()
    (staging / "var/tmp").chmod(0o1777)
    (staging / "run/ostree-booted").touch()
    (staging / "var/run").symlink_to("../run")


def _find_lowers(
    repo: Repo, base: str, deployments: Sequence[Deployment], staging: Path
) -> list[Path]:
    """Directories that together show the base, topmost first, with as little work as possible."""
    usable = [d for d in deployments if d.unlocked != "hotfix"]
    for deployment in usable:
        if deployment.checksum == base:
            events.detail(f"the base is deployed at {deployment.path}")
            return [deployment.path]
    for deployment in usable[:1]:
        if restore.lay_over(repo, base, deployment, staging / "restored"):
            events.detail(f"the base is restored over {deployment.path}")
            return [staging / "restored", deployment.path]
    events.detail("the base is checked out")
    ostree.check_out(repo.path, base, staging / "base")
    (staging / "base/etc").mkdir(exist_ok=True)
    return [staging / "base"]
