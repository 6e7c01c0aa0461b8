"""reload: read all configuration afresh. There is no daemon, so this only tells of mistakes."""

from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import enabled_repos, find_ground
from rpmostree.tools import settings


def reload(sysroot: Sysroot, *, stateroot: str | None = None) -> None:
    """Raises BadInput naming the file that is malformed."""
    ground = find_ground(sysroot, stateroot)
    settings.read_settings(ground.etc)
    enabled_repos(ground)
