"""What all tests share and none changes: base commits, repositories, and a sysroot to copy."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.integration import cases
from tests.kit import rpms
from tests.kit.sh import sh, text

BRANCH = "test/stable"
REMOTE = "upstream"
OS = "testos"
KARGS = ("root=LABEL=root", "quiet")
_SIGNERS = {"key": "Vendor <v@example.invalid>", "other-key": "Other <o@example.invalid>"}
_DATABASE = "/usr/share/rpm"
_MODULES = "usr/lib/modules/6.1.0-test"


@dataclass(frozen=True)
class World:
    """Everything that was built; read only.

    `commits` has the checksums of the two bases, `repos` the directories with RPM repositories by
    name, `rpm` the package files by name-version-release.arch (or name, where it is unique).
    """

    top: Path
    commits: tuple[str, str]
    repos: dict[str, Path]
    rpm: dict[str, Path]
    key: Path
    host_file: Path

    @property
    def template(self) -> Path:
        return self.top / "sysroot"

    def upstream(self, state: int) -> Path:
        """The ostree repository whose branch ends with the first or the second base."""
        return self.top / f"upstream-{state}"


def make_world(top: Path) -> World:
    """Build all of it; takes a few seconds."""
    host_file = top / "host-file"
    host_file.write_text("a file of the host\n")
    with ThreadPoolExecutor() as pool:
        keys = [pool.submit(rpms.make_key, top / name, user) for name, user in _SIGNERS.items()]
        commits = _make_bases(top)
    mine, other = (key.result() for key in keys)
    groups = {
        "stable": (*cases.MAIN, cases.nosy(host_file)),
        "updates": cases.UPDATES,
        "unsigned": cases.UNSIGNED,
        "foreign": cases.FOREIGN,
        "lagging": cases.LAGGING,
        "ahead": cases.AHEAD,
    }
    made = rpms.build(cases.LOCAL, top / "local")
    repos = {}
    for name, specs in groups.items():
        built = rpms.build(specs, top / "repos" / name)
        if name != "unsigned":
            (other if name == "foreign" else mine).sign(built.values())
        repos[name] = rpms.make_repo(top / "repos" / name)
        made |= built
    world = World(top, commits, repos, made, mine.public, host_file)
    _make_sysroot(world)
    return world


def repo_file(name: str, directory: Path, extra: str = "") -> str:
    """A .repo file as vendors ship them: signatures are checked."""
    return (
        f"[{name}]\nname={name}\nbaseurl=file://{directory}\nenabled=1\ngpgcheck=1\n"
        f"gpgkey=file:///etc/pki/rpm-gpg/KEY\n{extra}"
    )


def commit_base(repo: Path, tree: Path, version: int, *, branch: str = BRANCH) -> str:
    """Commit a tree as compose tools do, the list of its packages included."""
    query = "('%{NAME}', '%|EPOCH?{%{EPOCH}}:{0}|', '%{VERSION}', '%{RELEASE}', '%{ARCH}'),\n"
    rows = text("rpm", f"--root={tree}", f"--dbpath={_DATABASE}", "-qa", "--qf", query).split("\n")
    return text(
        "ostree",
        "commit",
        f"--repo={repo}",
        f"--branch={branch}",
        "--bootable",
        f"--add-metadata-string=version={version}",
        f"--add-metadata=rpmostree.rpmdb.pkglist=[{' '.join(sorted(rows)).rstrip(',')}]",
        f"--timestamp=@{rpms.EPOCH + version}",
        f"--tree=dir={tree}",
    )


def _make_bases(top: Path) -> tuple[str, str]:
    tree = rpms.synthetic_base(top / "tree", 1000, 110, cache=top / "cache")
    for number, name in enumerate(("vmlinuz", "initramfs.img")):
        (tree / _MODULES / name).write_bytes(rpms.make_blob(4000, number))
    for name, line in (
        ("passwd", "daemons:x:990:990::/:/usr/sbin/nologin"),
        ("group", "daemons:x:990:"),
    ):
        with (tree / "usr/etc" / name).open("a") as out:
            out.write(f"{line}\n")
    built = rpms.build([*cases.BASE_ONE, *cases.BASE_TWO], top / "base-rpms")
    first, second = top / "upstream-1", top / "upstream-2"
    sh("ostree", "init", f"--repo={first}", "--mode=bare")
    sh("ostree", "config", f"--repo={first}", "set", "core.fsync", "false")
    _transact(tree, "-U", *(built[spec.nvra] for spec in cases.BASE_ONE))
    one = commit_base(first, tree, 1)
    sh("cp", "-a", first, second)
    _transact(tree, "-U", *(built[spec.nvra] for spec in cases.BASE_TWO))
    _transact(tree, "-e", *cases.BASE_TWO_ERASED)
    changed = sorted((tree / "usr/share/synthetic").rglob("file-*"))[:20]
    for path in changed:
        path.write_text("changed by the second base\n")
    (tree / "usr/etc/hosts").write_text("127.0.0.1 localhost second\n")
    with (tree / "usr/etc/passwd").open("a") as out:
        out.write("latecomer:x:981:990::/:/usr/sbin/nologin\n")
    two = commit_base(second, tree, 2)
    return one, two


def _transact(tree: Path, verb: str, *packages: str | Path) -> None:
    """Let rpm change a base, whose /etc is kept in /usr/etc afterwards."""
    options = ("--nodeps", "--noscripts", "--noplugins", "--nosignature")
    words = [*options, verb] if verb == "-U" else ["--nodeps", "--noscripts", "--noplugins", verb]
    sh("rpm", f"--root={tree}", f"--dbpath={_DATABASE}", *words, *packages)
    if (tree / "etc").exists():
        shutil.copytree(tree / "etc", tree / "usr/etc", dirs_exist_ok=True)
        shutil.rmtree(tree / "etc")
    for litter in ("var", "tmp", "run"):
        for path in (tree / litter).iterdir():
            shutil.rmtree(path)
    (tree / "usr/share/rpm/.rpm.lock").unlink()


def _make_sysroot(world: World) -> None:
    sysroot = world.template
    repo = f"--repo={sysroot}/ostree/repo"
    sysroot.mkdir()
    sh("ostree", "admin", "init-fs", sysroot)
    sh("ostree", "admin", "os-init", OS, f"--sysroot={sysroot}")
    sh("ostree", "config", repo, "set", "sysroot.bootloader", "none")
    sh("ostree", "config", repo, "set", "core.fsync", "false")  # no test cuts the power
    url = f"file://{world.upstream(1)}"
    sh("ostree", "remote", repo, "add", "--no-gpg-verify", REMOTE, url)
    sh("ostree", repo, "pull", REMOTE, BRANCH)
    kargs = [f"--karg={karg}" for karg in KARGS]
    refspec = f"{REMOTE}:{BRANCH}"
    sh("ostree", "admin", "deploy", f"--sysroot={sysroot}", f"--os={OS}", *kargs, refspec)
    etc = next((sysroot / f"ostree/deploy/{OS}/deploy").glob("*.0")) / "etc"
    for path, content in (
        ("pki/rpm-gpg/KEY", world.key.read_text()),
        ("yum.repos.d/stable.repo", repo_file("stable", world.repos["stable"])),
        ("hostname", "the-machine\n"),
    ):
        (etc / path).parent.mkdir(parents=True, exist_ok=True)
        (etc / path).write_text(content)
