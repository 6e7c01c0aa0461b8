"""Users and groups of layered packages: where they go, and that numbers stay."""

import os
import stat
from pathlib import Path

import pytest

from rpmostree.assembly import users
from rpmostree.base.errors import RpmOstreeError
from rpmostree.model.nevra import Nevra
from rpmostree.model.package import FileFlag, Package, PackageFile

ROOT = "root:x:0:0:root:/root:/bin/sh\n"
BIN = "bin:x:1:1:bin:/bin:/sbin/nologin\n"
SVC = "svc:x:990:985::/:/sbin/nologin\n"
SYSUSERS = "usr/lib/sysusers.d/30-rpm-ostree-layered.conf"
ALWAYS = "usr/lib/systemd/system/systemd-sysusers.service.d/30-rpm-ostree.conf"
ALTFILES = {"usr/etc/nsswitch.conf": "passwd: files altfiles\ngroup: files altfiles\n"}
BASE = {
    "usr/etc/passwd": ROOT,
    "usr/lib/passwd": BIN,
    "usr/etc/group": "root:x:0:\nwheel:x:10:admin\n",
    "usr/lib/group": "bin:x:1:\nwheel:x:10:\n",
    "usr/etc/shadow": "root:*:19000:0:99999:7:::\n",
    "usr/etc/gshadow": "root:*::\n",
}
FILES_ONLY = {k: v for k, v in BASE.items() if not k.startswith("usr/lib")}


def package(*owners, scripts="", paths=()):
    files = [
        PackageFile(f"/usr/x{n}", 0o100644, o, "root", "", FileFlag(0))
        for n, o in enumerate(owners)
    ]
    files += [PackageFile(path, 0o100644, "root", "root", "", FileFlag(0)) for path in paths]
    return Package(Nevra("foo", 0, "1", "1", "x"), Path("foo.rpm"), tuple(files), scripts)


@pytest.fixture
def plant(tmp_path):
    """Makes a tree of files below the temporary directory."""

    def make(name, files):
        top = tmp_path / name
        for path, text in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text)
        return top

    return make


def append(path, text):
    path.write_text(path.read_text() + text)


def read(root, files):
    return {path: (root / path).read_text() for path in files}


@pytest.mark.parametrize("base", [BASE, BASE | ALTFILES, FILES_ONLY])
def test_without_new_accounts_the_base_stays_byte_for_byte(plant, base):
    root = plant("root", base)
    accounts = users.gather(root, None)
    users.settle(root, accounts, [package("root")])
    assert read(root, base) == base
    found = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    assert found == set(base)


def test_gather_shows_everybody_in_etc_and_etc_counts_where_both_say_something(plant):
    root = plant("root", BASE)
    previous = plant("previous", {"usr/lib/passwd": SVC, "etc/group": "svc:x:985:\n"})
    users.gather(root, previous)
    assert (root / "usr/etc/passwd").read_text() == ROOT + BIN + SVC
    assert (root / "usr/etc/group").read_text() == (
        "root:x:0:\nwheel:x:10:admin\nbin:x:1:\nsvc:x:985:\n"
    )


def test_what_clashes_with_the_base_does_not_come_back(plant):
    root = plant("root", BASE)
    old = "bin:x:77:77::/:/x\nother:x:1:1::/:/x\n" + SVC + "thief:x:990:1::/:/x\n"
    users.gather(root, plant("previous", {"usr/etc/passwd": old}))
    assert (root / "usr/etc/passwd").read_text() == ROOT + BIN + SVC


def add_service(root):
    """What the scriptlet of a package would do."""
    append(root / "usr/etc/passwd", SVC)
    append(root / "usr/etc/group", "svc:x:985:\n")
    append(root / "usr/etc/shadow", "svc:!!:19999::::::\n")
    append(root / "usr/etc/gshadow", "svc:!::\n")


def test_with_altfiles_new_accounts_go_to_usr_lib_and_leave_etc_alone(plant):
    base = BASE | ALTFILES
    root = plant("root", base)
    accounts = users.gather(root, None)
    add_service(root)
    users.settle(root, accounts, [package("svc")])
    lib = {"usr/lib/passwd": BIN + SVC, "usr/lib/group": "bin:x:1:\nwheel:x:10:\nsvc:x:985:\n"}
    assert read(root, base) == base | lib
    assert not (root / SYSUSERS).exists()


def test_without_altfiles_they_go_to_etc_and_to_sysusers(plant):
    root = plant("root", BASE)
    accounts = users.gather(root, None)
    add_service(root)
    users.settle(root, accounts, [package("svc")])
    assert read(root, BASE) == BASE | {
        "usr/etc/passwd": ROOT + SVC,
        "usr/etc/group": "root:x:0:\nwheel:x:10:admin\nsvc:x:985:\n",
        "usr/etc/shadow": "root:*:19000:0:99999:7:::\nsvc:!!:::::::\n",  # no day of today
        "usr/etc/gshadow": "root:*::\nsvc:!::\n",
    }
    said = [s for s in (root / SYSUSERS).read_text().split("\n") if s and s[0] != "#"]
    assert said == ["g svc 985", 'u svc 990:985 "" / /sbin/nologin']
    assert "ConditionNeedsUpdate=\n" in (root / ALWAYS).read_text()


@pytest.mark.parametrize("altfiles", [ALTFILES, {}])
@pytest.mark.parametrize(
    ("packages", "kept"),
    [
        ([package("svc")], True),
        ([package(scripts="getent passwd svc || useradd svc\n")], True),
        ([package(paths=["/usr/lib/sysusers.d/svc.conf"])], True),
        (
            [package("root", scripts="useradd svcx", paths=["/usr/lib/sysusers.d/other.conf"])],
            False,
        ),
        ([], False),
    ],
)
def test_only_accounts_that_a_package_means_come_back_with_their_number(
    plant, packages, kept, altfiles
):
    declared = {
        "usr/lib/sysusers.d/svc.conf": "u svc - -\n",
        "usr/lib/sysusers.d/other.conf": "u other -\n",
    }
    base = BASE | altfiles | declared
    root = plant("root", base)
    accounts = users.gather(root, plant("previous", {"etc/passwd": ROOT + SVC}))
    users.settle(root, accounts, packages)
    place = "usr/lib/passwd" if altfiles else "usr/etc/passwd"
    assert read(root, base) == base | ({place: base[place] + SVC} if kept else {})
    assert (root / SYSUSERS).exists() is (kept and not altfiles)


@pytest.mark.parametrize(
    ("book", "line"), [("passwd", BIN.replace(":1:1:", ":7:1:")), ("group", "bin:x:8:\n")]
)
def test_a_moved_number_of_the_base_is_an_error_that_names_it(plant, book, line):
    root = plant("root", BASE)
    accounts = users.gather(root, None)
    path = root / "usr/etc" / book
    old = BIN if book == "passwd" else "bin:x:1:\n"
    path.write_text(path.read_text().replace(old, line))
    with pytest.raises(RpmOstreeError, match=f"number of bin in {book} from 1 to [78]"):
        users.settle(root, accounts, [package()])


def test_a_new_member_of_a_group_of_the_base_is_kept_where_the_group_is(plant):
    root = plant("root", BASE)
    accounts = users.gather(root, None)
    path = root / "usr/etc/group"
    path.write_text(
        path.read_text().replace("bin:x:1:", "bin:x:1:svc").replace("10:admin", "10:admin,svc")
    )
    users.settle(root, accounts, [package()])
    assert path.read_text() == "root:x:0:\nwheel:x:10:admin,svc\n"
    assert (root / "usr/lib/group").read_text() == "bin:x:1:svc\nwheel:x:10:\n"


def test_secrets_of_the_base_are_what_they_were(plant):
    root = plant("root", BASE)
    accounts = users.gather(root, None)
    (root / "usr/etc/shadow").write_text("root:changed:20000:0:99999:7:::\n")
    users.settle(root, accounts, [package()])
    assert (root / "usr/etc/shadow").read_text() == BASE["usr/etc/shadow"]


def test_a_base_without_shadow_gets_none(plant):
    base = {k: v for k, v in BASE.items() if "shadow" not in k}
    root = plant("root", base)
    users.settle(root, users.gather(root, None), [package()])
    assert not (root / "usr/etc/shadow").exists()


@pytest.mark.parametrize("mode", [0o640, 0o000])
def test_files_keep_mode_and_owner_and_other_links_their_content(plant, mode):
    root = plant("root", BASE)
    for name in ("shadow", "passwd"):
        path = root / "usr/etc" / name
        os.chown(path, 0, 42)
        path.chmod(mode)
        (root / f"{name}-twin").hardlink_to(path)
    accounts = users.gather(root, None)
    path = root / "usr/etc/shadow"
    path.unlink()  # as useradd does it
    path.write_text(BASE["usr/etc/shadow"] + "svc:!!:19999::::::\n")
    os.chown(path, 0, 42)
    path.chmod(mode)
    append(root / "usr/etc/passwd", SVC)
    users.settle(root, accounts, [package("svc")])
    for name in ("shadow", "passwd"):
        info = (root / "usr/etc" / name).stat()
        assert (stat.S_IMODE(info.st_mode), info.st_gid) == (mode, 42), name
        assert (root / f"{name}-twin").read_text() == BASE[f"usr/etc/{name}"]
        assert "svc" in (root / "usr/etc" / name).read_text()


def test_settling_is_the_same_whatever_is_done_twice(plant):
    results = []
    for name in ("one", "two"):
        root = plant(name, BASE)
        accounts = users.gather(root, None)
        add_service(root)
        users.settle(root, accounts, [package("svc")])
        results.append(
            {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        )
    assert results[0] == results[1]
