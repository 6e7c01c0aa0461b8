"""The upper layer of an overlay: its marks are read off and removed."""

import os
import stat

import pytest

from rpmostree.assembly.upper import Changes, list_paths, read_changes, sweep

OPAQUE = "trusted.overlay.opaque"


@pytest.fixture
def upper(tmp_path):
    for name in ("usr/bin", "usr/etc", "usr/lib/replaced", "usr/share/kept"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "usr/bin/tool").write_text("x")
    (tmp_path / "usr/bin/link").symlink_to("nowhere")
    (tmp_path / "usr/lib/replaced/new").write_text("x")
    os.setxattr(tmp_path / "usr", "trusted.overlay.origin", b"\0")
    return tmp_path


def make_whiteout(path):
    os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(0, 0))


def list_attributes(top):
    paths = [top, *top.rglob("*")]
    return {name for path in paths for name in os.listxattr(path, follow_symlinks=False)}


def test_deletions_and_opaque_directories(upper):
    make_whiteout(upper / "usr/bin/gone")
    make_whiteout(upper / "usr/lib/gone dir")
    os.setxattr(upper / "usr/lib/replaced", OPAQUE, b"y")
    changes = read_changes(upper)
    assert sorted(changes.deletions) == ["usr/bin/gone", "usr/lib/gone dir"]
    assert changes.opaque == ("usr/lib/replaced",)
    assert not (upper / "usr/bin/gone").exists()
    assert (upper / "usr/lib/replaced/new").read_text() == "x"
    assert read_changes(upper) == Changes((), ())


def test_a_whiteout_inside_of_an_opaque_directory(upper):
    os.setxattr(upper / "usr/lib/replaced", OPAQUE, b"y")
    make_whiteout(upper / "usr/lib/replaced/gone")
    assert read_changes(upper) == Changes(("usr/lib/replaced/gone",), ("usr/lib/replaced",))


def test_every_attribute_of_the_overlay_goes_and_no_other(upper):
    places = ("usr", "usr/bin", "usr/bin/tool", "usr/share/kept")
    for place in ("", *places):
        for name in ("origin", "impure", "nlink", "uuid"):
            os.setxattr(upper / place, f"trusted.overlay.{name}", b"y")
    os.setxattr(upper / "usr/bin/tool", "user.kept", b"1")
    os.setxattr(upper / "usr/bin/link", "trusted.overlay.origin", b"1", follow_symlinks=False)
    assert read_changes(upper) == Changes((), ())
    assert list_attributes(upper) == {"user.kept"}


@pytest.mark.parametrize("value", [b"n", b"", b"yes"])
def test_only_y_means_opaque(upper, value):
    os.setxattr(upper / "usr/share/kept", OPAQUE, value)
    assert read_changes(upper).opaque == ()


@pytest.mark.parametrize("device", [(1, 3), (0, 1)])
def test_another_device_is_no_whiteout(upper, device):
    os.mknod(upper / "usr/bin/null", 0o600 | stat.S_IFCHR, os.makedev(*device))
    os.mkfifo(upper / "usr/bin/fifo")
    assert read_changes(upper).deletions == ()
    assert (upper / "usr/bin/null").is_char_device()


def test_paths_of_usr_are_listed_parents_first_without_whiteouts(upper):
    make_whiteout(upper / "usr/bin/gone")
    for name in ("var/log", "usrx"):
        (upper / name).mkdir(parents=True)
    listed = list(list_paths(upper))
    assert sorted(listed) == [
        *("usr", "usr/bin", "usr/bin/link", "usr/bin/tool", "usr/etc", "usr/lib"),
        *("usr/lib/replaced", "usr/lib/replaced/new", "usr/share", "usr/share/kept"),
    ]
    for path in listed:
        parent = os.path.dirname(path)  # noqa: PTH120
        assert not parent or listed.index(parent) < listed.index(path)


def test_nothing_is_listed_where_nothing_changed(tmp_path):
    assert list(list_paths(tmp_path)) == []


def test_what_tools_leave_lying_about_is_swept_away(upper):
    litter = ["usr/etc/.pwd.lock", "usr/etc/passwd-", "usr/etc/shadow-", "usr/share/rpm/.rpm.lock"]
    kept = ["usr/etc/passwd", "usr/etc/x-", "usr/share/rpm/rpmdb.sqlite", "usr/share/passwd-"]
    for name in (*litter, *kept):
        (upper / name).parent.mkdir(parents=True, exist_ok=True)
        (upper / name).write_text("x")
    sweep(upper)
    sweep(upper)
    assert not any((upper / name).exists() for name in litter)
    assert all((upper / name).exists() for name in kept)
    assert (upper / "usr/bin/tool").exists()
