"""Which files belong to a kernel that is gone."""

from pathlib import Path

from rpmostree.assembly.kernel import choose_kernel

DIGEST = "0" * 64


def fill(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def left(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_all_of_the_old_kernel_goes_and_nothing_of_one_with_a_longer_name(tmp_path: Path) -> None:
    kept = {
        "usr/lib/modules/6.1-56/vmlinuz",
        "usr/lib/ostree-boot/config-6.1-56",
        f"usr/lib/ostree-boot/initramfs-6.1-56.img-{DIGEST}",
        "boot/memtest-1",
    }
    fill(
        tmp_path,
        *kept,
        "usr/lib/modules/6.1-5/modules.dep",
        "usr/lib/ostree-boot/config-6.1-5",
        f"usr/lib/ostree-boot/initramfs-6.1-5.img-{DIGEST}",
        "boot/.vmlinuz-6.1-5.hmac",
        "boot/System.map-6.1-5",
    )
    assert choose_kernel(tmp_path, before=("6.1-5",)) == "6.1-56"
    assert left(tmp_path) == kept


def test_a_copy_of_the_old_kernel_is_no_kernel(tmp_path: Path) -> None:
    kept = {"usr/lib/modules/6.2/vmlinuz"}
    fill(
        tmp_path,
        *kept,
        "usr/lib/modules/6.1/modules.dep",
        "usr/lib/modules/6.1/initramfs.img",
        f"usr/lib/ostree-boot/vmlinuz-6.1-{DIGEST}",
        f"usr/lib/ostree-boot/initramfs-6.1.img-{DIGEST}",
    )
    assert choose_kernel(tmp_path, before=("6.1",)) == "6.2"
    assert left(tmp_path) == kept


def test_the_only_kernel_may_lie_where_older_readers_look(tmp_path: Path) -> None:
    fill(tmp_path, "usr/lib/modules/6.1/modules.dep", f"usr/lib/ostree-boot/vmlinuz-6.1-{DIGEST}")
    assert choose_kernel(tmp_path, before=("6.1",)) == "6.1"
    assert "usr/lib/modules/6.1/vmlinuz" in left(tmp_path)
