"""The kernel of an image: one, in /usr/lib/modules/KVER, with its initramfs beside it."""

import shutil
from hashlib import sha256
from pathlib import Path

from rpmostree.assembly.root import Root
from rpmostree.base.errors import BadInput
from rpmostree.base.files import remove_tree
from rpmostree.tools import dracut


def find_kernel(root: Path) -> str:
    """The release of the one kernel, moved where it belongs. BadInput: there is none, or two."""
    _adopt_from_boot(root)
    found = sorted(p.parent.name for p in (root / "usr/lib/modules").glob("*/vmlinuz"))
    if len(found) != 1:
        what = f"{len(found)} kernels ({', '.join(found)})" if found else "no kernel"
        raise BadInput(f"the tree has {what} in /usr/lib/modules; it needs exactly one")
    return found[0]


def _adopt_from_boot(root: Path) -> None:
    for place in ("boot", "usr/lib/ostree-boot"):
        for path in (root / place).glob("vmlinuz-*"):
            kernel = path.name.removeprefix("vmlinuz-")
            target = root / "usr/lib/modules" / kernel / "vmlinuz"
            if target.parent.is_dir() and not target.exists():
                shutil.move(path, target)


def make_initramfs(
    root: Root, kernel: str, arguments: tuple[str, ...], cache: Path, key: str
) -> None:
    """Make the initramfs with dracut, or take the one made before from the same inputs (`key`)."""
    image = root.path / "usr/lib/modules" / kernel / "initramfs.img"
    name = sha256("\0".join((key, kernel, *arguments)).encode()).hexdigest()
    kept = cache / "initramfs" / name
    if not kept.exists():
        dracut.run_depmod(root.inside(), kernel)
        dracut.make_initramfs(root.inside(), kernel, arguments, "/var/tmp/initramfs.img")
        _keep(root.var / "tmp/initramfs.img", kept)
    shutil.copyfile(kept, image)
    image.chmod(0o600)


def _keep(made: Path, kept: Path) -> None:
    """Keep the newest initramfs only."""
    remove_tree(kept.parent)
    kept.parent.mkdir(parents=True)
    shutil.move(made, kept.with_suffix(".new"))
    kept.with_suffix(".new").rename(kept)


def copy_to_boot(root: Path, kernel: str) -> None:
    """Also offer kernel and initramfs where older readers look (boot-location: new)."""
    modules, boot = root / "usr/lib/modules" / kernel, root / "usr/lib/ostree-boot"
    boot.mkdir(exist_ok=True)
    digest = sha256()
    names = [n for n in ("vmlinuz", "initramfs.img") if (modules / n).exists()]
    for name in names:
        digest.update((modules / name).read_bytes())
    for name in names:
        target = boot / f"{_boot_name(name, kernel)}-{digest.hexdigest()}"
        shutil.copy2(modules / name, target)


def _boot_name(name: str, kernel: str) -> str:
    return f"vmlinuz-{kernel}" if name == "vmlinuz" else f"initramfs-{kernel}.img"
