"""The kernel of an image: one, in /usr/lib/modules/KVER, with its initramfs beside it."""

import re
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


def list_kernels(root: Path) -> tuple[str, ...]:
    """The releases of all kernels that a root has, sorted."""
    places = (*(root / "usr/lib/modules").glob("*/vmlinuz"), *_strays(root))
    return tuple(sorted({_release_of(place) for place in places}))


def choose_kernel(root: Path, before: tuple[str, ...]) -> str:
    """The release of the one kernel after packages were changed; what the old one left is removed.

    BadInput: there is none now, or more than one.
    """
    if set(list_kernels(root)) - set(before):
        for old in before:
            if not (root / "usr/lib/modules" / old / "vmlinuz").exists():
                _remove_copies(root, old)  # or it would be taken for a kernel of its own
    release = find_kernel(root)
    for old in set(before) - {release}:
        remove_tree(root / "usr/lib/modules" / old)
        _remove_copies(root, old)
    return release


def _remove_copies(root: Path, release: str) -> None:
    """Remove a kernel and what belongs to it from where older readers look."""
    mine = re.compile(rf"[^-]+-{re.escape(release)}(\.[a-z]+)?(-[0-9a-f]{{64}})?")
    for place in ("boot", "usr/lib/ostree-boot"):
        for path in (root / place).glob("*-*"):
            if mine.fullmatch(path.name):
                path.unlink()


def regenerate(
    root: Root,
    release: str,
    arguments: tuple[str, ...],
    more: tuple[str, ...],
    etc: Path | None,
) -> None:
    """Make the initramfs of a kernel anew with the root's own dracut.

    `arguments` are those of the image (none: dracut.DEFAULT), `more` those of the machine. `etc`
    is the machine's configuration, if that is to go in; else the image's defaults do.
    """
    if not any((root.path / place / "dracut").exists() for place in ("usr/bin", "usr/sbin")):
        raise BadInput(
            "the image has no dracut, with which an initramfs is made",
            hint="rpm-ostree install dracut, or a base that has it",
        )
    readable = {"/etc": etc} if etc is not None else {}
    dracut.run_depmod(root.inside(), release)
    dracut.make_initramfs(root.inside(readable), release, arguments, "/var/tmp/initramfs.img", more)
    image = root.path / "usr/lib/modules" / release / "initramfs.img"
    image.unlink(missing_ok=True)
    shutil.copyfile(root.var / "tmp/initramfs.img", image)
    image.chmod(0o600)


def _strays(root: Path) -> list[Path]:
    """Kernels that a package put where Fedora's put them, beside or instead of the modules."""
    return [
        p for place in ("boot", "usr/lib/ostree-boot") for p in (root / place).glob("vmlinuz-*")
    ]


def _release_of(place: Path) -> str:
    if place.name == "vmlinuz":
        return place.parent.name
    return re.sub(r"-[0-9a-f]{64}$", "", place.name.removeprefix("vmlinuz-"))


def _adopt_from_boot(root: Path) -> None:
    for place in ("boot", "usr/lib/ostree-boot"):
        for path in (root / place).glob("vmlinuz-*"):
            kernel = _release_of(path)
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
