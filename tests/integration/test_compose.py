"""compose tree on a small system of synthetic packages: what its options do, at both ends.

A kernel that boots and an initramfs are made in the tests of the virtual machine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.documents import TOOL, read_document
from tests.integration.host import Ran
from tests.integration.installed import served
from tests.kit import rpms
from tests.kit.rpms import File, Spec
from tests.kit.sh import sh, text

pytestmark = pytest.mark.integration

REF = "test/composed"
SYSTEM = Spec(
    "system",
    files={
        **{f"/{name}": File(symlink=f"usr/{name}") for name in ("bin", "lib", "lib64", "sbin")},
        "/usr/lib/os-release": 'ID=test\nNAME=Test\nVERSION_ID=1\nPRETTY_NAME="Test 1"\n',
        "/usr/lib/modules/6.1.0-test/vmlinuz": "the kernel\n",
        "/etc/hosts": File("127.0.0.1 localhost\n", config=True),
    },
)
OLD = Spec(
    "app",
    files={
        "/usr/bin/app": File("old\n", mode=0o755),
        "/opt/app/data": "optional\n",
        "/var/lib/app": File(directory=True, mode=0o750),
    },
)
NEW = Spec("app", version="2.0", files={"/usr/bin/app": File("new\n", mode=0o755)})
UNCHANGED = "No apparent changes since previous commit; use --force-nocache to override"


@dataclass(frozen=True)
class Composer:
    """A directory with a treefile, packages for it, and a repository for the commits."""

    place: Path

    @property
    def repo(self) -> Path:
        return self.place / "repo"

    @property
    def packages(self) -> Path:
        return self.place / "packages"

    def publish(self, *specs: Spec) -> None:
        """Let these be the packages there are."""
        shutil.rmtree(self.packages, ignore_errors=True)
        rpms.build(specs, self.packages)
        rpms.make_repo(self.packages)

    def follow(self, url: str) -> None:
        """Declare the repository of the packages."""
        declared = f"[composed]\nname=composed\nbaseurl={url}\ngpgcheck=0\n"
        (self.place / "composed.repo").write_text(declared)

    def write(self, **keys: object) -> None:
        """The treefile, with some keys more or other ones."""
        document = {
            "ref": REF,
            "repos": ["composed"],
            "packages": ["system", "app"],
            "releasever": "1",
            "automatic-version-prefix": "1",
            "no-initramfs": True,
            "selinux": False,
            **keys,
        }
        (self.place / "tree.json").write_text(json.dumps(document))

    def run(self, *options: str | Path, ok: int = 0) -> Ran:
        """Compose; nothing is mounted and no directory is left behind, whatever comes of it."""
        where = (f"--repo={self.repo}", self.place / "tree.json")
        words = [sys.executable, TOOL, "compose", "tree", *options, *where]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        ran = Ran(done.stdout, done.stderr, done.returncode)
        assert ran.code == ok, ran
        assert "Traceback" not in ran.stderr, ran
        assert str(self.place) not in Path("/proc/self/mounts").read_text()
        assert not list(self.place.rglob("compose-*"))
        return ran

    def head(self) -> str | None:
        """The commit of the branch."""
        refs = text("ostree", "refs", f"--repo={self.repo}").split()
        return text("ostree", "rev-parse", f"--repo={self.repo}", REF) if REF in refs else None

    def show(self, key: str, commit: str = REF) -> str:
        """A key of a commit's metadata, as GVariant text."""
        return text("ostree", "show", f"--repo={self.repo}", f"--print-metadata-key={key}", commit)

    def read(self, path: str) -> str:
        return text("ostree", "cat", f"--repo={self.repo}", REF, path)

    def parents(self) -> list[str]:
        """The commits of the branch, the newest first."""
        log = text("ostree", "log", f"--repo={self.repo}", REF).split("\n")
        return [line.split()[1] for line in log if line.startswith("commit ")]


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    made = Composer(tmp_path)
    made.publish(SYSTEM, OLD)
    made.write()
    made.follow(f"file://{made.packages}")
    sh("ostree", "init", f"--repo={made.repo}", "--mode=bare")
    return made


def test_a_commit_of_a_treefile(composer: Composer) -> None:
    ran = composer.run()
    head = composer.head()
    assert ran.stdout.splitlines()[0] == "No previous commit"
    assert ran.stdout.splitlines()[-1] == f"{REF} => {head}"
    assert composer.show("version") == "'1'"
    assert composer.show("ostree.bootable") == "true"
    assert composer.show("ostree.linux") == "'6.1.0-test'"
    assert composer.read("/usr/bin/app") == "old"
    assert composer.read("/usr/etc/hosts") == "127.0.0.1 localhost"
    top = text("ostree", "ls", f"--repo={composer.repo}", REF, "/").split("\n")
    assert {line.split(None, 4)[4].split(" ->")[0] for line in top} >= {"/", "/usr", "/sysroot"}
    assert not any(line.endswith(" /etc") for line in top)
    lines = composer.read("/usr/lib/tmpfiles.d/rpm-ostree-autovar.conf").split("\n")
    assert "d /var/lib/app 0750 root root - -" in lines
    assert "L /opt/app - - - - ../../usr/lib/opt/app" in lines
    assert composer.read("/usr/lib/opt/app/data") == "optional"
    listed = (sys.executable, TOOL, "db", "list", f"--repo={composer.repo}", REF)
    assert text(*listed).split("\n")[1:] == [" app-1.0-1.noarch", " system-1.0-1.noarch"]
    sh("ostree", "fsck", "-q", f"--repo={composer.repo}")


def test_again_with_and_without_a_change(composer: Composer) -> None:
    composer.run()
    first = composer.head()
    files = {name: composer.place / name for name in ("touched", "commitid", "summary")}
    tell = (
        f"--touch-if-changed={files['touched']}",
        f"--write-commitid-to={files['commitid']}",
        f"--write-composejson-to={files['summary']}",
    )
    assert UNCHANGED in composer.run(*tell).stdout
    assert composer.head() == first
    assert not files["touched"].exists()
    assert not files["commitid"].exists()

    composer.publish(SYSTEM, NEW)
    ran = composer.run(*tell)
    assert "\nUpgraded:\n  app 1.0-1 -> 2.0-1\n" in ran.stdout
    assert composer.read("/usr/bin/app") == "new"
    assert composer.show("version") == "'1.1'"
    assert files["touched"].exists()
    assert files["commitid"].read_text().strip() == composer.head()
    summary = json.loads(files["summary"].read_text())
    assert (summary["ref"], summary["ostree-commit"]) == (REF, composer.head())
    assert summary["ostree-version"] == "1.1"
    assert composer.show("rpmostree.inputhash") == f"'{summary['rpm-ostree-inputhash']}'"

    composer.run("--force-nocache")
    assert composer.show("version") == "'1.2'"
    assert len(composer.parents()) == 3
    assert composer.parents()[-1] == first
    sh("ostree", "fsck", "-q", f"--repo={composer.repo}")


def test_nothing_but_a_look(composer: Composer, tmp_path: Path) -> None:
    said = composer.run("--dry-run", f"--cachedir={tmp_path}/cache").stdout
    assert "  app-1.0-1.noarch (composed)\n" in said
    assert said.endswith("Exiting because of '--dry-run' option\n")
    with served(composer.packages) as url:
        composer.follow(url)
        composer.run("--download-only", f"--cachedir={tmp_path}/cache")
    printed = json.loads(composer.run("--print-only").stdout)
    assert printed["packages"] == ["system", "app"]
    assert composer.head() is None
    # what was fetched is enough
    composer.run("--cache-only", f"--cachedir={tmp_path}/cache", f"--workdir={tmp_path}/work")
    assert composer.read("/usr/bin/app") == "old"
    assert not list((tmp_path / "work").iterdir())


def test_parents(composer: Composer) -> None:
    composer.run()
    first = str(composer.head())
    composer.run("--force-nocache", "--no-parent")
    assert composer.parents() == [composer.head()]
    composer.run("--force-nocache", f"--parent={first}")
    assert composer.parents() == [composer.head(), first]
    before = composer.head()
    said = composer.run(f"--parent={'0' * 64}", ok=1).stderr
    assert "0" * 64 in said
    assert composer.head() == before


def test_metadata_from_the_command_line(composer: Composer, tmp_path: Path) -> None:
    more = tmp_path / "more.json"
    more.write_text(json.dumps({"number": 7, "list": ["a", "b"], "yes": True}))
    composer.run("--add-metadata-string=a.key=a=b", f"--add-metadata-from-json={more}")
    assert composer.show("a.key") == "'a=b'"
    assert composer.show("list") == "['a', 'b']"
    assert composer.show("yes") == "true"
    assert composer.show("number").split()[-1] == "7"
    before = composer.head()
    assert "Missing '='" in composer.run("--add-metadata-string=x", ok=1).stderr
    more.write_text("[1]")
    assert str(more) in composer.run(f"--add-metadata-from-json={more}", ok=1).stderr
    assert composer.head() == before


def test_versions(composer: Composer) -> None:
    composer.run("--previous-version=1.6", "--disable-selinux", "--unified-core")
    assert composer.show("version") == "'1.7'"
    composer.run("--force-nocache", "--add-metadata-string=version=mine", "--ex-unified-core")
    assert composer.show("version") == "'mine'"


def test_json(composer: Composer) -> None:
    document = as_json(composer.run("--json"))
    assert document["changed"] is True
    assert document["ostree-commit"] == composer.head()
    assert [p["nevra"] for p in document["packages"]] == ["app-1.0-1.noarch", "system-1.0-1.noarch"]
    again = as_json(composer.run("--json"))
    assert (again["changed"], again["ostree-commit"]) == (False, None)


def as_json(ran: Ran) -> Any:
    return read_document(["compose", "tree"], ran.stdout)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"packages": ["system", "nosuch"]}, "nosuch"),
        ({"packages": []}, "names no packages"),
        ({"packages": ["app"]}, "kernel"),
        ({"repos": ["other"]}, "no .repo file beside it declares other"),
        ({"ref": "a//b"}, "a//b"),
    ],
)
def test_treefiles_that_cannot_be_composed(
    composer: Composer, keys: dict[str, object], words: str
) -> None:
    composer.write(**keys)
    assert words in composer.run(ok=1).stderr
    assert text("ostree", "refs", f"--repo={composer.repo}") == ""
    assert "is not an ostree repository" in refuse_repo(composer)


def refuse_repo(composer: Composer) -> str:
    shutil.rmtree(composer.repo)
    return composer.run(ok=1).stderr
