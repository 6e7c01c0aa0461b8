"""Debian's SELinux policy, compiled when the package is converted.

A Debian system links the modules of the policy in a maintainer script.  Here that
is done once, in a private store; the package brings what comes of it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.kit.sh import sh

FORMAT = 2  # to be raised when this module makes something else of the same package

# contexts must not depend on the users of the machine that compiles them
SEMANAGE_CONF = "module-store = direct\nexpand-check = 0\nusepasswd = false\n"

# where an ostree system really has the homes and the like
SUBSTITUTIONS = """\
/usr/etc /etc
/var/home /home
/var/mnt /mnt
/var/opt /opt
/var/roothome /root
/var/srv /srv
/var/usrlocal /usr/local
"""


def is_policy(package: str) -> bool:
    """Is this a package whose modules are to be compiled?"""
    return package in ("selinux-policy-default", "selinux-policy-mls")


def find_disabled(postinst: str) -> list[str]:
    """The modules that the maintainer script installs but turns off."""
    found = re.search(r'^notdefault="([^"]*)"', postinst, re.MULTILINE)
    return found[1].split() if found else []


def compile_policy(deb: Path, package: str, postinst: str, work: Path) -> dict[str, bytes]:
    """Link all the modules; what to add to the package, path by path.

    Needs semodule and the compiler of modules on this machine.
    """
    if not shutil.which("semodule"):
        raise FileNotFoundError("semodule is needed to compile a policy: install policycoreutils")
    store = package.removeprefix("selinux-policy-")
    tree = work / "policy"
    sh("dpkg-deb", "--extract", deb, tree)
    top, modules_store = tree / "etc/selinux", tree / "var/lib/selinux"
    (top / "semanage.conf").write_text(SEMANAGE_CONF)
    before = {path for path in top.rglob("*") if path.is_file()}
    modules = tree / "usr/share/selinux" / store
    names = (modules / ".modules").read_text().split()
    sh(
        "semodule", "--noreload", f"--path={tree}", f"--store={store}", "--priority=100",
        *(f"--install={modules}/{name}.pp.bz2" for name in names),
        *(f"--disable={name}" for name in find_disabled(postinst)),
    )  # fmt: skip
    # the compiled form of a context file is good for one version of libpcre only
    made = {
        path for path in top.rglob("*")
        if path.is_file() and path not in before and path.suffix != ".bin"
    }  # fmt: skip
    subs = top / store / "contexts/files/file_contexts.subs_dist"
    # semodule must find its store again when a machine has modules of its own
    made |= {
        path
        for path in modules_store.rglob("*")
        if path.is_file() and "lock" not in path.name.lower()
    }
    result = {f"/{path.relative_to(tree)}": path.read_bytes() for path in sorted(made)}
    result[f"/{subs.relative_to(tree)}"] = subs.read_bytes() + SUBSTITUTIONS.encode()
    return result
