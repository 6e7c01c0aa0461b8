"""Every option of every verb, run on a machine: what it says, and that it is taken at all.

What the options do beyond that is tested with their verbs.
"""

from __future__ import annotations

import shlex

import pytest

from tests.integration.host import Host
from tests.integration.world import BRANCH, OS, REMOTE
from tests.kit.commands import all_options, list_verbs

# What is run on a new machine for each verb: exit status, words, and what is said then, on stdout
# or stderr. `publish N` is no verb; it lets the branch end with the first or the second base.
SCRIPTS = {
    "status": """
        0 status --booted           | BootedDeployment:
        0 status -b                 | BootedDeployment:
        0 status --pretty           | Deployments:
        0 status -p                 | Deployments:
        0 status --advisories       | Deployments:
        0 status -a                 | Deployments:
        0 status --pending-exit-77  | Deployments:
        0 status --jsonpath=$.deployments[0].osname  | "testos"
        0 status -J $.deployments[0].osname          | "testos"
    """,
    "upgrade": """
        77 upgrade --unchanged-exit-77 --cache-only           | No upgrade available.
        77 upgrade --upgrade-unchanged-exit-77 --os={os}      | No upgrade available.
        77 upgrade --check --stateroot={os}                   | No updates available.
        0 upgrade --trigger-automatic-update-policy           | Automatic updates are not enabled
        publish 2
        0 upgrade --check                                     | Diff: 1 upgraded, 1 removed, 1 added
        0 upgrade --check-diff                                | base-lib 1.0-1 -> 2.0-1
        0 upgrade --preview                                   | base-lib 1.0-1 -> 2.0-1
        0 upgrade --download-only --install=foo               | Update downloaded.
        0 upgrade --bypass-driver --install=foo --reboot -C   | foo-1.0-1.noarch
        publish 1
        1 upgrade                                             | --allow-downgrade
        0 upgrade --allow-downgrade --uninstall=foo -r        | base-lib 2.0-1 -> 1.0-1
        publish 2
        0 upgrade --lock-finalization                         | nothing is staged here
    """,
    "deploy": """
        publish 2
        0 deploy --preview 2                                  | base-lib-2.0-1
        0 deploy --download-only 2 --install=foo              | Packages downloaded.
        0 deploy 2 --install=foo --bypass-driver --reboot     | foo-1.0-1.noarch
        1 deploy 1 --disallow-downgrade                       | --disallow-downgrade
        0 deploy revision={one} --skip-branch-check -r        | base-lib 2.0-1 -> 1.0-1
        77 deploy 1 --unchanged-exit-77 --cache-only          | No change.
        77 deploy 1 --unchanged-exit-77 -C --os={os}          | No change.
        0 deploy 2 --uninstall=foo --stateroot={os} --lock-finalization  | nothing is staged here
        1 deploy --register-driver=updater ''                 | a driver has to run as a unit
    """,
    "rebase": """
        0 rebase {one} --custom-origin-url=u --custom-origin-description=d --reboot  | Writing
        77 rebase {one} --unchanged-exit-77 --custom-origin-url=u --custom-origin-description=d | No
        publish 2
        0 rebase {branch} --experimental --bypass-driver --install=foo --download-only  | downloaded
        0 rebase {branch} --install=foo --skip-purge -r       | foo-1.0-1.noarch
        1 rebase {one} --disallow-downgrade                   | --disallow-downgrade
        0 rebase {one} --uninstall=foo --skip-purge --cache-only  | base-lib 2.0-1 -> 1.0-1
        0 rebase --remote={remote} --branch={ref} -C --os={os}    | base-lib 1.0-1 -> 2.0-1
        0 rebase {one} --stateroot={os} --lock-finalization   | nothing is staged here
        0 rebase -m {remote} -b {ref}                         | base-lib 1.0-1 -> 2.0-1
    """,
    "rollback": """
        0 install bar                                         | bar-1.0-1.noarch
        0 rollback --reboot                                   | to be first deployment
        0 rollback -r                                         | to be first deployment
    """,
    "reset": """
        77 reset --unchanged-exit-77 --os={os}                | No change.
        0 install glob-one                                    | glob-one
        0 override remove base-tool                           | base-tool
        0 initramfs-etc --track=/etc/hostname                 | Writing deployment
        0 reset --overlays --install=foo --reboot             | foo-1.0-1.noarch
        1 reset -l --uninstall=foo -r                         | 'foo' is not currently requested
        0 reset --overrides --lock-finalization               | nothing is staged here
        77 reset -o --unchanged-exit-77                       | No change.
        0 reset --initramfs --stateroot={os}                  | Writing deployment
        77 reset -i --unchanged-exit-77                       | No change.
    """,
    "install": """
        0 install foo --download-only --assumeyes             | Packages downloaded.
        0 install foo --cache-only --reboot                   | foo-1.0-1.noarch
        0 install foo --idempotent -y                         | No change.
        77 install foo --idempotent --unchanged-exit-77       | No change.
        0 install base-tool --allow-inactive --os={os} -r     | Writing deployment
        0 install bar --uninstall=foo -C --stateroot={os}     | foo-1.0-1.noarch
        1 install same-file --force-replacefiles              | Non-local fileoverrides
        0 install glob-one --lock-finalization                | nothing is staged here
        1 install foo --enablerepo=x  | enablerepo currently only works in a container build
        1 install foo --disablerepo=x  | disablerepo currently only works in a container build
        1 install foo --releasever=9  | releasever currently only works in a container build
    """,
    "uninstall": """
        0 install foo glob-one glob-two bar                   | foo-1.0-1.noarch
        0 uninstall foo --assumeyes --reboot --cache-only     | foo-1.0-1.noarch
        0 uninstall foo --idempotent -y                       | No change.
        77 uninstall foo --idempotent --unchanged-exit-77 -C  | No change.
        0 uninstall glob-one --install=foo --download-only    | Packages downloaded.
        0 uninstall glob-one --install=foo -r --os={os}       | glob-one-1.0-1.noarch
        0 uninstall --all --stateroot={os} --lock-finalization  | nothing is staged here
        1 uninstall foo --enablerepo=x  | enablerepo currently only works in a container build
        1 uninstall foo --disablerepo=x  | disablerepo currently only works in a container build
        1 uninstall foo --releasever=9  | releasever currently only works in a container build
    """,
    "hold": """
        0 install foo                                         | foo-1.0-1.noarch
        0 hold foo --os={os} --lock-finalization              | nothing is staged here
        0 hold foo --idempotent --stateroot={os}              | No change.
        77 hold foo --idempotent --unchanged-exit-77          | No change.
    """,
    "unhold": """
        0 install foo                                         | foo-1.0-1.noarch
        0 hold foo                                            | Writing deployment
        0 unhold foo --os={os} --lock-finalization            | nothing is staged here
        0 unhold foo --idempotent --stateroot={os}            | No change.
        77 unhold foo --idempotent --unchanged-exit-77        | No change.
    """,
    "override replace": """
        0 override replace base-lib --from=repo=stable --freeze --install=foo  | 1.0-1 -> 2.0-1
        77 override replace base-lib --from=repo=stable --freeze --unchanged-exit-77 | No change.
        0 override reset base-lib                             | 2.0-1 -> 1.0-1
        0 override replace {newer} --experimental --cache-only --remove=base-tool | 1.0-1 -> 2.0-1
        0 override reset base-lib                             | 2.0-1 -> 1.0-1
        0 override replace {newer} -C --uninstall=foo --reboot --os={os}  | 1.0-1 -> 2.0-1
        0 override reset base-lib                             | 2.0-1 -> 1.0-1
        0 override replace {newer} -r --stateroot={os} --lock-finalization  | nothing is staged here
    """,
    "override remove": """
        0 override remove base-tool --install=foo --reboot    | foo-1.0-1.noarch
        0 override reset base-tool                            | base-tool
        0 override remove base-tool --replace={newer} --uninstall=foo -C -r  | 1.0-1 -> 2.0-1
        0 override reset --all                                | 2.0-1 -> 1.0-1
        0 override remove base-tool --cache-only --os={os} --lock-finalization  | nothing is staged
        1 override remove base-tool --stateroot={os} --unchanged-exit-77  | already
    """,
    "override reset": """
        0 override remove base-tool                           | base-tool
        0 override reset base-tool --install=foo --reboot     | foo-1.0-1.noarch
        0 override remove base-tool                           | base-tool
        0 override reset --all --uninstall=foo --cache-only -r --os={os}  | foo-1.0-1.noarch
        77 override reset -a --unchanged-exit-77              | No change.
        0 override remove base-tool                           | base-tool
        0 override reset -a -C --stateroot={os} --lock-finalization  | nothing is staged here
    """,
    "kargs": """
        0 kargs --append=a=1 --append-if-missing=b --os={os}  | Kernel arguments updated.
        0 kargs --stateroot={os} --deploy-index=0             | a=1 b
        0 kargs --replace=a=2 --reboot                        | Kernel arguments updated.
        0 kargs --delete=b                                    | Kernel arguments updated.
        0 kargs --delete-if-present=a --lock-finalization     | nothing is staged here
        77 kargs --delete-if-present=a --unchanged-exit-77    | No changes.
        0 kargs --import-proc-cmdline --append=c              | Kernel arguments updated.
        1 kargs --editor                                      | editor
    """,
    "initramfs": """
        0 initramfs --enable --arg=-I --reboot --os={os} -n   | Initramfs: regenerated with -I
        0 initramfs --enable -r --lock-finalization -n        | Initramfs: regenerated
        1 initramfs --disable --stateroot={os} --unchanged-exit-77  | already disabled
    """,
    "initramfs-etc": """
        0 initramfs-etc --track=/etc/hostname --reboot        | Writing deployment
        77 initramfs-etc --track=/etc/hostname --unchanged-exit-77  | No change
        0 initramfs-etc --force-sync -r --os={os}             | Writing deployment
        0 initramfs-etc --untrack=/etc/hostname --stateroot={os}  | Writing deployment
        0 initramfs-etc --track=/etc/hostname --lock-finalization | nothing is staged here
        0 initramfs-etc --untrack-all                         | Writing deployment
    """,
    "cleanup": """
        0 install foo                                         | foo-1.0-1.noarch
        0 cleanup --pending --os={os}                         | Deployments unchanged.
        0 cleanup -p --stateroot={os}                         | Deployments unchanged.
        0 cleanup --repomd --base -m -b -n                    | Deployment kept
        0 cleanup --rollback -n                               | Deployment dropped
        0 cleanup --rollback                                  |
        0 cleanup -r                                          | Deployments unchanged.
        0 cleanup --keep=1                                    | Deployments unchanged.
        1 cleanup --deployment=7                              | Out of range deployment index 7
    """,
    "finalize-deployment": """
        1 finalize-deployment --allow-missing-checksum --os={os}  | No pending staged deployment
        1 finalize-deployment --allow-unlocked --stateroot={os}   | No pending staged deployment
    """,
    "reload": """
        0 reload --os={os}                                    |
        0 reload --stateroot={os}                             |
    """,
    "db diff": """
        0 install foo                                         | foo-1.0-1.noarch
        0 db diff --format=diff                               | +foo-1.0-1.noarch
        0 db diff -F block --changelogs                       | Added:
        0 db diff -c --base                                   | ostree diff commit
        0 db diff --advisories                                | Added:
        0 db diff -a                                          | Added:
        0 db diff --repo={upstream} {one} {two}               | base-lib 1.0-1 -> 2.0-1
        0 db diff -r {upstream} {two} {one}                   | base-lib 2.0-1 -> 1.0-1
    """,
    "db list": """
        0 db list --repo={repo} {one} base-lib                | base-lib-1.0-1.noarch
        0 db list -r {repo} --advisories {one} base-lib       | base-lib-1.0-1.noarch
        0 db list -a {one} base-lib                           | base-lib-1.0-1.noarch
    """,
    "db version": """
        0 db version --repo={repo} {one}                      | {one}
        0 db version -r {repo} {one}                          | {one}
    """,
    "history": """
        0 install foo                                         | foo-1.0-1.noarch
        0 history --lines=1                                   | install foo
    """,
    "undo": """
        0 install foo                                         | foo-1.0-1.noarch
        0 undo --cache-only --reboot --os={os}                | foo-1.0-1.noarch
        0 undo -C -r --stateroot={os}                         | foo-1.0-1.noarch
        0 undo --lock-finalization --unchanged-exit-77        | nothing is staged here
    """,
    "search": """
        0 search foo --os={os}                                | foo :
        0 search foo --cache-only --stateroot={os}            | foo :
        0 search foo -C                                       | foo :
    """,
    "refresh-md": """
        0 refresh-md --force --os={os}                        | rpm-md repo 'stable'
        0 refresh-md -f --stateroot={os}                      | rpm-md repo 'stable'
    """,
    "why": """
        0 install foo                                         | foo-1.0-1.noarch
        0 why bar --deploy-index=0 --os={os}                  | foo
        1 why bar --deploy-index=1 --stateroot={os}           | not found
    """,
}


# What every verb has, or all that change something: test_json.py, test_progress.py, test_bases.py.
COMMON = {
    *("--sysroot", "--json", "--schema", "--peer", "--quiet", "-q", "--verbose", "-v"),
    *("--wait", "--progress", "--dry-run", "-n"),
}


def script_lines(verb: str) -> list[str]:
    return [line for line in map(str.strip, SCRIPTS.get(verb, "").splitlines()) if line]


@pytest.mark.parametrize("verb", [verb for verb in list_verbs() if not verb.startswith("compose ")])
def test_no_option_is_forgotten(verb: str) -> None:
    lines = [line.partition("|")[0].split() for line in script_lines(verb)]
    mine = [words for words in lines if words[1:][: len(verb.split())] == verb.split()]
    used = {word.partition("=")[0] for words in mine for word in words}
    missing = all_options(verb) - used - COMMON
    assert not missing, f"run these options of `{verb}` in SCRIPTS: {sorted(missing)}"


@pytest.mark.integration
@pytest.mark.parametrize("verb", SCRIPTS)
def test_options(host: Host, verb: str) -> None:
    world = host.world
    known = {
        "one": world.commits[0],
        "two": world.commits[1],
        "branch": f"{REMOTE}:{BRANCH}",
        "remote": REMOTE,
        "ref": BRANCH,
        "os": OS,
        "repo": host.repo,
        "upstream": world.upstream(2),
        "newer": next(world.repos["stable"].glob("**/base-lib-2.0-1.noarch.rpm")),
    }
    for line in script_lines(verb):
        words, _, expected = line.partition("|")
        if words.startswith("publish "):
            host.publish(int(words.split()[1]))
            continue
        status, *command = shlex.split(words.format(**known))
        before = host.snapshot()
        ran = host.run(*command, ok=int(status))
        assert expected.strip().format(**known) in ran.stdout + ran.stderr, f"{line}: {ran}"
        if status != "0":
            assert host.snapshot() == before, line
    host.check()
