"""The kit keeps its promises: real rpmbuild, real signatures, a base that has its counts."""

from __future__ import annotations

import itertools
import stat
from pathlib import Path

import pytest

from tests.distro import convert, debian
from tests.kit import rpms
from tests.kit.rpms import File, Spec
from tests.kit.sh import CommandError, run, text

FOO = Spec(
    "foo",
    version="1.2",
    release="3",
    epoch=4,
    files={
        "/usr/bin/foo": File("#!/bin/sh\n", mode=0o4755, caps="cap_net_raw=ep"),
        "/usr/bin/[": "a lone bracket",
        "/usr/share/foo/a [b] 100%": "a path with everything in it",
        "/usr/lib/foo": File(symlink="../share/foo"),
        "/etc/foo.conf": File("x = 1\n", mode=0o640, group="daemon", config=True),
        "/var/lib/foo": File(directory=True, user="daemon", mode=0o700),
    },
    requires=("bash >= 5", "config(foo)"),
    provides=("virtual = 7",),
    recommends=("bar",),
    scriptlets={
        "%pre": "echo 100%\n",
        "%post -p <lua>": 'print("%{name}")\n',
        "%posttrans": "true\n",
        "%triggerin -- bar": "echo bar\n",
        "%transfiletriggerin -- /usr/lib": "cat\n",
    },
    changelog="* Mon Jan 01 2024 Tester <test@example.invalid> - 1.2-3\n- First",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """foo, and bar in two versions."""
    out = tmp_path_factory.mktemp("rpms")
    bars = [Spec("bar", version=version, obsoletes=("old-bar",)) for version in ("1", "2")]
    return rpms.build([FOO, *bars], out)


def query(rpm: Path, template: str) -> list[str]:
    """The lines that a query format makes of an RPM."""
    return text("rpm", "--query", "--nosignature", "--queryformat", template, "-p", rpm).split("\n")


def test_build_names_every_package(made: dict[str, Path]) -> None:
    assert set(made) == {"foo", "foo-1.2-3.noarch", "bar-1-1.noarch", "bar-2-1.noarch"}
    assert all(path.name == f"{nvra}.rpm" for nvra, path in made.items() if nvra != "foo")
    assert query(made["foo"], "%{EPOCH}:%{VERSION}-%{RELEASE}") == ["4:1.2-3"]


def test_build_refuses_two_packages_for_one_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one file"):
        rpms.build([Spec("foo"), Spec("foo", epoch=1)], tmp_path)


def test_build_tells_what_rpmbuild_says(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Version required"):
        rpms.build([Spec("foo", requires=("bash >= ",))], tmp_path)


def test_files_have_owners_modes_caps_and_flags(made: dict[str, Path]) -> None:
    lines = query(
        made["foo"],
        "[%{FILENAMES}|%{FILEMODES:perms}|%{FILEUSERNAME}:%{FILEGROUPNAME}|%{FILEFLAGS:fflags}"
        "|%{FILECAPS}|%{FILELINKTOS}\n]",
    )
    assert sorted(lines) == sorted([
        "/etc/foo.conf|-rw-r-----|root:daemon|cn||",
        "/usr/bin/[|-rw-r--r--|root:root|||",
        "/usr/bin/foo|-rwsr-xr-x|root:root||cap_net_raw=ep|",
        "/usr/lib/foo|lrwxrwxrwx|root:root|||../share/foo",
        "/usr/share/foo/a [b] 100%|-rw-r--r--|root:root|||",
        "/var/lib/foo|drwx------|daemon:root|||",
    ])  # fmt: skip


def test_scriptlets_are_taken_literally(made: dict[str, Path]) -> None:
    foo = made["foo"]
    assert query(foo, "%{PREINPROG} %{PREIN}") == ["/bin/sh echo 100%"]
    assert query(foo, "%{POSTINPROG} %{POSTIN}") == ['<lua> print("%{name}")']
    assert query(foo, "%{POSTTRANS}") == ["true"]
    assert query(foo, "[%{TRIGGERNAME} %{TRIGGERSCRIPTS}]") == ["bar echo bar"]
    assert query(foo, "[%{TRANSFILETRIGGERNAME} %{TRANSFILETRIGGERSCRIPTS}]") == ["/usr/lib cat"]


def test_relations_are_only_the_given_ones(made: dict[str, Path]) -> None:
    wanted = [line for line in query(made["foo"], "[%{REQUIRENEVRS}\n]") if "rpmlib" not in line]
    assert {"bash >= 5", "config(foo)"} <= set(wanted)
    assert set(wanted) <= {"bash >= 5", "config(foo)", "/bin/sh", "config(foo) = 4:1.2-3"}
    assert "virtual = 7" in query(made["foo"], "[%{PROVIDENEVRS}\n]")
    assert query(made["foo"], "[%{RECOMMENDNEVRS}]") == ["bar"]
    assert query(made["bar-1-1.noarch"], "[%{OBSOLETENEVRS}]") == ["old-bar"]
    assert query(made["foo"], "[%{CHANGELOGNAME}]") == ["Tester <test@example.invalid> - 1.2-3"]


def test_build_is_reproducible(made: dict[str, Path], tmp_path: Path) -> None:
    again = rpms.build([FOO], tmp_path)
    assert again["foo"].read_bytes() == made["foo"].read_bytes()


def test_signed_package_verifies_with_the_key_only(made: dict[str, Path], tmp_path: Path) -> None:
    key = rpms.make_key(tmp_path / "gpg")
    assert rpms.make_key(tmp_path / "gpg") == key
    signed = tmp_path / "signed.rpm"
    signed.write_bytes(made["foo"].read_bytes())
    key.sign([signed])
    check = ("rpmkeys", f"--dbpath={tmp_path}/db", "--define=_pkgverify_level signature", "-K")
    assert run(*check, signed).returncode != 0
    run("rpmkeys", f"--dbpath={tmp_path}/db", "--import", key.public)
    assert run(*check, signed).returncode == 0
    assert run(*check, made["foo"]).returncode != 0
    assert run(*check, rpms.truncate_copy(signed, tmp_path / "broken.rpm")).returncode != 0


def test_repository_lists_its_packages(made: dict[str, Path]) -> None:
    repo = rpms.make_repo(made["foo"].parent)
    assert (repo / "repodata/repomd.xml").exists()


def test_synthetic_base_has_its_counts(tmp_path: Path) -> None:
    root = rpms.synthetic_base(tmp_path / "root", 205, 30, cache=tmp_path / "cache")
    files = [p for p in (root / "usr/share/synthetic").rglob("*") if p.is_file()]
    assert len(files) == 205
    assert len({p.parent for p in files}) == 21
    assert len({p.read_bytes() for p in files}) == 205
    database = f"--dbpath={root}/usr/share/rpm"
    assert len(text("rpm", database, "-qa").split("\n")) == 30
    assert (root / "lib").readlink() == Path("usr/lib")
    assert not list((root / "var").iterdir())
    assert stat.S_IMODE((root / "tmp").stat().st_mode) == 0o1777
    with pytest.raises(ValueError, match="not empty"):
        rpms.synthetic_base(root, 1, 1)


def test_synthetic_base_runs_scriptlets(made: dict[str, Path], tmp_path: Path) -> None:
    root = rpms.synthetic_base(tmp_path / "root", 10, 1, cache=tmp_path / "cache")
    scriptlet = {"%post": "set -e; id -u nobody | grep -q 65534; touch /usr/done\n"}
    (root / "usr/etc").rename(root / "etc")
    rpm = rpms.build([Spec("scripted", scriptlets=scriptlet)], tmp_path)["scripted"]
    text("rpm", f"--root={root}", "--dbpath=/usr/share/rpm", "-i", "--nodeps", rpm)
    assert (root / "usr/done").exists()


def test_debian_versions_sort_as_dpkg_sorts() -> None:
    rising = "0~~ 0~ 0 0+b 1~rc1 1 1a 1+ 1.0~ 1.0 1.0-0 1.0-0.1 1.0-1~bpo 1.0-1 1.10 1:0".split()
    keys = [debian.Version.parse(version).key for version in rising]
    equal = {("1.0", "1.0-0")}
    for (a, x), (b, y) in itertools.pairwise(zip(rising, keys, strict=True)):
        assert x == y if (a, b) in equal else x < y, (a, b)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("foo", "foo"),
        ("foo (>= 1.2-3)", "foo >= 1.2-3"),
        ("foo (>= 1.2)", "foo >= 1.2"),
        ("foo (= 2:1.2)", "foo = 2:1.2-0"),
        ("foo (<< 1.2~rc1-1)", "foo < 1.2~rc1-1"),
        ("a | b (>> 1)", "(a or b > 1-0)"),
    ],
)
def test_debian_relations_become_rpm_relations(written: str, expected: str) -> None:
    (group,) = debian.parse_relations(written)
    assert convert.translate_group(group) == expected


def test_relative_links_survive_the_merge() -> None:
    assert convert.fix_link("lib/a/b", "usr/lib/a/b", "../../usr/share/c") == "../../share/c"
    assert convert.fix_link("bin/sh", "usr/bin/sh", "dash") == "dash"
    assert convert.fix_link("sbin/x", "usr/sbin/x", "/lib/x") == "/lib/x"
