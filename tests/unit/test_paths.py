"""Where files of packages go, and the tmpfiles.d lines for what is made at boot."""

import stat
import subprocess
from pathlib import Path

import pytest

from rpmostree.assembly import paths
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.nevra import Nevra
from rpmostree.model.package import FileFlag, Package, PackageFile

DIRECTORY, LINK, FILE = 0o040755, 0o120777, 0o100644


def entry(path, mode=FILE, link="", flags=0, owner="root"):
    return PackageFile(path, mode, owner, owner, link, FileFlag(flags))


def package(*files, name="foo"):
    return Package(Nevra(name, 0, "1", "1", "noarch"), Path(f"{name}.rpm"), files)


def lines(path):
    return [line for line in path.read_text().split("\n") if line and line[0] != "#"]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "usr/lib/tmpfiles.d").mkdir(parents=True)
    return tmp_path


GOOD = [
    *(("/usr/bin/x", FILE), ("/etc/x", FILE), ("/opt/x/y", FILE), ("/boot/vmlinuz", FILE)),
    *(("/var/lib/x", FILE), ("/run/x", DIRECTORY), ("/bin/x", FILE), ("/lib64/x", FILE)),
    *(("/", DIRECTORY), ("/usr", DIRECTORY), ("/lib", LINK), ("/usr/local/bin", DIRECTORY)),
    ("/usr/localx/y", FILE),
]
BAD = [
    *(("/srv/www/x", FILE), ("/home/x", DIRECTORY), ("/root/.profile", FILE), ("/x", FILE)),
    *(("/usr/local/bin/x", FILE), ("/usr/local/x", LINK), ("/tmp/x", FILE), ("/usrx/y", FILE)),
]


@pytest.mark.parametrize(("path", "mode"), GOOD)
def test_places_an_image_can_carry(path, mode):
    paths.check_paths([package(entry(path, mode))])


@pytest.mark.parametrize(("path", "mode"), BAD)
def test_other_places_are_refused_naming_package_and_path(path, mode):
    with pytest.raises(BadInput) as caught:
        paths.check_paths([package(entry("/usr/bin/y"), entry(path, mode))])
    assert str(caught.value) == f"Unsupported path in foo-1-1.noarch: {path}"


def test_directories_and_links_of_var_and_run_are_made_at_boot(root):
    sample = package(
        entry("/var/lib/foo", 0o042750, owner="foo"),
        entry("/var/lib/foo/data", FILE),
        entry("/var/lib/foo/ghost", DIRECTORY, flags=FileFlag.GHOST),
        entry("/var/lib/link", LINK, link="../foo"),
        entry("/run/foo", DIRECTORY),
        entry("/var/lib/rpm/x", DIRECTORY),
        entry("/var/lib/rpmx", DIRECTORY),
        entry("/usr/share/foo", DIRECTORY),
        entry("/variant", DIRECTORY),
    )
    paths.write_tmpfiles(root, [sample, package(name="bar")], [])
    expected = [
        "L /var/lib/link - - - - ../foo",
        "d /run/foo 0755 root root - -",
        "d /var/lib/foo 2750 foo foo - -",
        "d /var/lib/rpmx 0755 root root - -",
    ]
    assert sorted(lines(root / paths.TMPFILES / "foo.conf")) == expected
    assert sorted(lines(root / paths.MERGED_TMPFILES)) == expected
    assert not (root / paths.TMPFILES / "bar.conf").exists()
    assert stat.S_IMODE((root / paths.MERGED_TMPFILES).stat().st_mode) == 0o644


ODD = [
    "plain",
    "a b",
    "50%",
    "%h",
    'quo"te',
    "it's",
    "back\\slash",
    "\\x41",
    "tab\there",
    "é☃",
    "a;b#c",
]


@pytest.mark.parametrize("name", ODD)
def test_the_real_tmpfiles_makes_odd_names_as_they_are(root, name):
    sample = package(
        entry(f"/var/{name}", DIRECTORY),
        entry("/var/link", LINK, link=f"{name}/x"),
        entry(f"/var/{name}-link", LINK, link="target"),
    )
    (root / "var/opt" / name).mkdir(parents=True)
    opt = paths.move_opt(root, root / "var")
    paths.write_tmpfiles(root, [sample], opt)
    assert (root / "usr/lib/opt" / name).is_dir()
    made = root / "made"
    made.mkdir()
    config = root / paths.MERGED_TMPFILES
    subprocess.run(["systemd-tmpfiles", f"--root={made}", "--create", config], check=True)
    assert (made / "var" / name).is_dir()
    assert str((made / "var/link").readlink()) == f"{name}/x"
    assert str((made / "var" / f"{name}-link").readlink()) == "target"
    assert str((made / "opt" / name).readlink()) == f"../../usr/lib/opt/{name}"
    assert {p.name for p in (made / "var").iterdir()} == {name, "link", f"{name}-link"}


@pytest.mark.parametrize("name", ODD)
def test_what_the_image_says_elsewhere_is_not_said_again(root, name):
    sample = package(entry(f"/var/{name}", DIRECTORY), entry("/var/other", DIRECTORY))
    paths.write_tmpfiles(root, [sample], [])
    own = [line for line in lines(root / paths.MERGED_TMPFILES) if "/var/other" not in line]
    base = root / "usr/lib/tmpfiles.d/base.conf"
    base.write_text("# d /var/other\n" + own[0].replace("d ", "d!   ", 1) + "\n")
    paths.merge_tmpfiles(root)
    assert lines(root / paths.MERGED_TMPFILES) == ["d /var/other 0755 root root - -"]
    assert len(lines(root / paths.TMPFILES / "foo.conf")) == 2


def test_a_slash_at_the_end_is_no_other_path(root):
    (root / "usr/lib/tmpfiles.d/base.conf").write_text('d "/var/a b/"\nd\t/var/c/\t-\n')
    sample = package(entry("/var/a b", DIRECTORY), entry("/var/c", DIRECTORY))
    paths.write_tmpfiles(root, [sample], [])
    assert not (root / paths.MERGED_TMPFILES).exists()


def test_lines_of_several_packages_are_merged_once(root):
    both = entry("/var/both", DIRECTORY)
    first = package(both, entry("/var/a", DIRECTORY), name="a")
    paths.write_tmpfiles(root, [package(both, name="b"), first], ["L /opt/x - - - - y"])
    assert lines(root / paths.MERGED_TMPFILES) == [
        "L /opt/x - - - - y",
        "d /var/a 0755 root root - -",
        "d /var/both 0755 root root - -",
    ]


def test_both_architectures_of_a_package_have_their_say(root):
    halves = [package(entry(f"/var/{name}", DIRECTORY)) for name in ("a", "b")]
    paths.write_tmpfiles(root, halves, [])
    assert len(lines(root / paths.TMPFILES / "foo.conf")) == 2
    assert len(lines(root / paths.MERGED_TMPFILES)) == 2


def test_a_later_layer_keeps_the_lines_of_an_earlier_one_and_never_writes_through_links(root):
    merged = root / paths.MERGED_TMPFILES
    merged.write_text("d /var/base 0700 root root - -\n")
    twin = root / "twin"
    twin.hardlink_to(merged)
    paths.write_tmpfiles(root, [package(entry("/var/new", DIRECTORY))], [])
    assert lines(merged) == ["d /var/base 0700 root root - -", "d /var/new 0755 root root - -"]
    assert lines(twin) == ["d /var/base 0700 root root - -"]


def test_the_same_packages_make_the_same_bytes(root):
    files = [entry(f"/var/{n}", DIRECTORY) for n in "cab"]
    paths.write_tmpfiles(root, [package(*files)], [])
    before = (root / paths.MERGED_TMPFILES).read_bytes()
    paths.write_tmpfiles(root, [package(*files[::-1])], [])
    assert (root / paths.MERGED_TMPFILES).read_bytes() == before


def test_boot_goes_where_ostree_looks(root):
    paths.move_boot(root)
    assert not (root / "usr/lib/ostree-boot").exists()
    (root / "boot/efi").mkdir(parents=True)
    (root / "boot/efi/x").write_text("x")
    paths.move_boot(root)
    assert (root / "usr/lib/ostree-boot/efi/x").read_text() == "x"
    assert not list((root / "boot").iterdir())


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ([entry("/var/lib/a")], "/var/lib/a"),
        ([entry(f"/var/{n}") for n in range(5)], "/var/0, /var/1, /var/2 ..."),
        ([entry("/var/a", DIRECTORY), entry("/var/b", LINK), entry("/usr/c")], None),
        ([entry("/var/a", flags=FileFlag.GHOST), entry("/var/lib/rpm/x")], None),
    ],
)
def test_files_that_do_not_come_along_are_told(mocker, files, named):
    warning = mocker.patch.object(events, "warning")
    paths.warn_of_dropped([package(*files)])
    told = [call.args[0] for call in warning.call_args_list]
    assert told == ([f"foo: files in /var are not installed: {named}"] if named else [])
