"""The base of a layered deployment, seen again without checking it out.

A deployment that was layered differs from its base in what the layers brought. A directory that
holds just the base's side of that difference - hard links to the repository's own objects, and
whiteouts for what was added - laid over the deployment shows the base. It costs as much as the
layers are large, where a checkout costs as much as the base is.
"""

import os
import stat
from itertools import islice
from pathlib import Path

from rpmostree.model.deployment import Deployment
from rpmostree.model.trees import Absent, Directory, File, Step, steps_to
from rpmostree.tools.repo import Repo

_MOST = 20_000  # beyond, a checkout is about as quick


def lay_over(repo: Repo, base: str, deployment: Deployment, target: Path) -> bool:
    """Fill `target` with what shows the base when it is laid over the deployment.

    False, with nothing made, where the repository does not keep files as files, or where the
    difference is so large that a checkout is the better way.
    """
    if not repo.keeps_plain_files():
        return False
    wanted, present = (repo.load_commit(c).root_tree for c in (base, deployment.checksum))
    steps = list(islice(steps_to(wanted, present, repo.load_dirtree), _MOST + 1))
    if len(steps) > _MOST:
        return False
    target.mkdir()
    for step in steps:
        _take(repo, step, target / step.path)
    return True


def _take(repo: Repo, step: Step, path: Path) -> None:
    match step:
        case Absent():
            os.mknod(path, stat.S_IFCHR, 0)
        case File(checksum=checksum):
            path.hardlink_to(repo.content_file(checksum))
        case Directory(meta=checksum):
            meta = repo.load_dirmeta(checksum)
            path.mkdir()
            os.chown(path, meta.uid, meta.gid)
            path.chmod(stat.S_IMODE(meta.mode))
            for name, value in meta.xattrs:
                os.setxattr(path, name, value)
