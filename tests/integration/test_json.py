"""--json: exactly one document on stdout, and just as `--schema` describes it, whatever comes."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.documents import TOOL, list_verbs_with_json, read_document
from tests.integration.host import Host, Ran
from tests.integration.world import BRANCH, REMOTE, repo_file
from tests.kit.sh import sh

pytestmark = pytest.mark.integration

# What is run on a new machine for each verb, every line with --json: its exit status, its words.
# `publish` is no verb; it lets the branch end with the second base.
SCRIPTS = {
    "status": """
        0 status
        0 install foo {local}
        0 override remove base-tool
        0 override replace --from=repo=stable base-lib
        0 initramfs-etc --track=/etc/hostname
        publish
        0 upgrade --check
        0 status
        0 status --booted
        1 status --jsonpath=$.x
    """,
    "upgrade": """
        77 upgrade --check
        0 upgrade
        77 upgrade --unchanged-exit-77
        publish
        0 upgrade --check
        0 upgrade --preview
        0 upgrade --dry-run
        0 upgrade --download-only
        0 upgrade --install=foo
        1 upgrade --check --reboot
        1 upgrade --install=no-such-package
    """,
    "deploy": """
        publish
        0 deploy --preview 2
        0 deploy --dry-run 2
        0 deploy 2
        0 deploy revision={two}
        1 deploy 17
        1 deploy
    """,
    "rebase": """
        1 rebase {branch}
        0 rebase --dry-run {one}
        0 rebase {one} --custom-origin-description=Pinned --custom-origin-url=https://e.invalid
        0 status
        1 rebase no-such-remote:branch
    """,
    "rollback": """
        1 rollback
        0 install glob-one
        0 rollback --dry-run
        0 rollback
        0 status
    """,
    "reset": """
        0 reset
        0 install foo
        0 reset --dry-run
        0 reset --overlays
    """,
    "install": """
        0 install --dry-run foo
        0 install --download-only foo
        0 install foo {local}
        0 install --idempotent foo
        77 install --idempotent --unchanged-exit-77 foo
        1 install foo
        1 install no-such-package
        1 install wants-nothing
        1 install
        1 install --no-such-option
    """,
    "uninstall": """
        1 uninstall foo
        0 install foo
        0 uninstall --dry-run foo
        0 uninstall --all
    """,
    "override replace": """
        0 override replace --dry-run {newer}
        0 override replace {newer}
        0 status
        0 override reset base-lib
        0 override replace --from=repo=stable base-lib
        1 override replace base-lib
    """,
    "override remove": """
        0 override remove --dry-run base-tool
        0 override remove base-tool
        0 status
        1 override remove base-tool
        1 override remove no-such-package
    """,
    "override reset": """
        1 override reset base-tool
        0 override remove base-tool
        0 override reset --dry-run base-tool
        0 override reset --all
    """,
    "kargs": """
        0 kargs
        0 kargs --append=nosmt --dry-run
        0 kargs --append=nosmt
        0 kargs --append-if-missing=nosmt
        77 kargs --append-if-missing=nosmt --unchanged-exit-77
        0 kargs --deploy-index=1
        1 kargs --delete=no-such
        1 kargs --reboot
    """,
    "initramfs": """
        0 initramfs
        0 initramfs --enable --arg=-v --dry-run
        1 initramfs --disable
        1 initramfs --arg=-v
    """,
    "initramfs-etc": """
        0 initramfs-etc
        0 initramfs-etc --track=/etc/hostname --dry-run
        0 initramfs-etc --track=/etc/hostname
        0 initramfs-etc
        0 initramfs
        0 initramfs-etc --untrack-all
        1 initramfs-etc --track=/usr/lib/os-release
    """,
    "cleanup": """
        1 cleanup
        0 cleanup --pending
        0 cleanup --base --repomd
        0 install glob-one
        0 cleanup --rollback --dry-run
        0 cleanup --keep=0
    """,
    "pin": """
        0 pin --dry-run
        0 pin
        0 status
        1 pin 7
    """,
    "unpin": """
        0 unpin
        0 pin
        0 unpin --dry-run
        0 unpin
    """,
    "hold": """
        1 hold foo
        0 install foo
        0 hold --dry-run foo
        0 hold foo
        0 status
        0 kargs --append=nosmt
    """,
    "unhold": """
        1 unhold foo
        0 install foo
        0 hold foo
        0 unhold foo
    """,
    "history": """
        0 history
        0 install foo
        0 kargs --append=nosmt
        0 history
        0 history --lines=1
    """,
    "undo": """
        1 undo
        0 install foo
        0 undo --dry-run
        0 undo
    """,
    "reload": """
        0 reload
    """,
    "finalize-deployment": """
        1 finalize-deployment
    """,
    "usroverlay": """
        1 usroverlay
    """,
    "cancel": """
        0 cancel
    """,
    "db diff": """
        1 db diff
        0 install foo
        0 db diff
        0 db diff {one} {one}
        1 db diff --changelogs
        1 db diff no-such-branch
    """,
    "db list": """
        0 db list {one}
        0 db list {one} base-*
        1 db list no-such-branch
    """,
    "db version": """
        0 db version {one}
        1 db version no-such-branch
    """,
    "search": """
        0 search foo
        0 search no-such-word
        1 search
    """,
    "refresh-md": """
        0 refresh-md
        0 refresh-md --force
    """,
    "why": """
        0 why base-lib
        0 install --allow-inactive chain-one base-tool
        0 why chain-four
        0 why base-tool
        1 why no-such-package
    """,
    "compose tree": """
        0 compose tree --repo={repo} --dry-run {treefile}
        0 compose tree --repo={repo} --download-only {treefile}
        0 compose tree --print-only {treefile}
        1 compose tree {treefile}
        1 compose tree --repo={repo} {treefile}.not
    """,
}


def run_json(host: Host, line: str, status: int = 0) -> Any:
    """Run a verb with --json; returns the document, which was found to be as it should."""
    words = shlex.split(line)
    if words[0] == "compose":  # which knows no sysroot
        command = [sys.executable, str(TOOL), *words, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        ran = Ran(done.stdout, done.stderr, done.returncode)
    else:
        ran = host.run(*words, "--json", ok=None)
    assert ran.code == status, f"{line}: {ran}"
    document = read_document(words, ran.stdout)
    assert ("error" in document) == (status not in (0, 77)), f"{line}: {ran}"
    return document


def places(host: Host) -> dict[str, object]:
    """What may stand in braces in a script."""
    world = host.world
    top = host.sysroot.parent / "compose"
    top.mkdir()
    treefile = top / "tree.yaml"
    treefile.write_text("ref: a/tree\nrepos: [stable]\npackages: [foo]\nselinux: false\n")
    text = repo_file("stable", world.repos["stable"])
    ours, key = "file:///etc/pki/rpm-gpg/KEY", f"file://{world.key}"
    (top / "stable.repo").write_text(text.replace(ours, key))
    repo = top / "repo"
    sh("ostree", "init", f"--repo={repo}", "--mode=bare")
    return {
        "one": world.commits[0],
        "two": world.commits[1],
        "branch": f"{REMOTE}:{BRANCH}",
        "local": world.rpm["local-two-1.0-1.noarch"],
        "newer": next((world.repos["stable"]).glob("**/base-lib-2.0-1.noarch.rpm")),
        "repo": repo,
        "treefile": treefile,
    }


def test_every_verb_has_a_script() -> None:
    missing = sorted(set(list_verbs_with_json()) - set(SCRIPTS))
    assert not missing, f"write a script for each of these into SCRIPTS: {missing}"
    assert not sorted(set(SCRIPTS) - set(list_verbs_with_json())), "these are no verbs with --json"


@pytest.mark.parametrize("verb", SCRIPTS)
def test_documents_are_as_described(host: Host, verb: str) -> None:
    known = places(host)
    for row in filter(None, map(str.strip, SCRIPTS[verb].splitlines())):
        if row == "publish":
            host.publish(2)
            continue
        status, _, line = row.partition(" ")
        before = host.snapshot()
        run_json(host, line.format(**known), int(status))
        if status != "0" or "--dry-run" in line:
            assert host.snapshot() == before, line


# ----------------------------------------------------- what a day's work needs to know


def test_a_plan_and_its_outcome_agree(host: Host) -> None:
    planned = run_json(host, "install --dry-run foo")
    done = run_json(host, "install foo")
    assert (planned["changed"], done["changed"]) == (False, True)
    assert planned["checksum"] is None
    assert done["checksum"] == host.checksum()
    here = [row | {"download-size": 0} for row in planned["plan"]["install"]]
    assert done["plan"]["install"] == here  # --dry-run fetches them, to see what is in them
    assert done["pkgdiff"] == planned["plan"]["pkgdiff"]
    assert {name for name, *_ in done["pkgdiff"]} == {"foo", "bar"}


def test_kernel_arguments_have_a_plan(host: Host) -> None:
    base = run_json(host, "status")["deployments"][0]["id"]
    done = run_json(host, "kargs --append=nosmt")
    assert "nosmt" in done["plan"]["kargs"]
    assert done["plan"]["install"] == done["pkgdiff"] == []
    assert done["plan"]["deployments"] == {"kept": [base], "dropped": []}


def test_a_roll_back_has_a_plan(host: Host) -> None:
    host.run("install", "glob-one")
    ids = [d["id"] for d in run_json(host, "status")["deployments"]]
    plan = run_json(host, "rollback --dry-run")["plan"]
    assert plan["deployments"] == {"kept": ids, "dropped": []}
    assert [row[:2] for row in plan["pkgdiff"]] == [["glob-one", 1]]
    assert run_json(host, "rollback")["pkgdiff"] == plan["pkgdiff"]
    said = host.run("rollback", "--dry-run").stdout
    assert said.startswith("Added:\n  glob-one-1.0-1.noarch\n")


def test_an_upgrade_names_what_it_drops(host: Host) -> None:
    host.run("install", "glob-one")
    host.run("install", "glob-two")
    now, before = (d["id"] for d in run_json(host, "status")["deployments"])
    plan = run_json(host, "uninstall glob-one")["plan"]
    assert plan["deployments"] == {"kept": [now], "dropped": [before]}


def test_a_compose_lists_its_packages(host: Host) -> None:
    known = places(host)
    found = run_json(host, "compose tree --repo={repo} --dry-run {treefile}".format(**known))
    names = [package["nevra"] for package in found["packages"]]
    assert names == ["bar-1.0-1.noarch", "foo-1.0-1.noarch"]
    assert {package["repo"] for package in found["packages"]} == {"stable"}
    assert found["changed"] is False
    assert found["ostree-timestamp"] is None


@pytest.mark.parametrize("verb", ["status", "install", "db list", "compose tree"])
def test_schema_needs_nothing_else(verb: str, tmp_path: Path) -> None:
    """Neither a sysroot, nor arguments that the verb insists on otherwise."""
    command = [sys.executable, str(TOOL), *verb.split(), "--schema"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(done.stdout)["title"] == f"rpm-ostree {verb} --json"
