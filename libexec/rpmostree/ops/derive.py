"""From a change to a deployment: the one pipeline that every verb goes through."""

from dataclasses import replace
from pathlib import Path

from rpmostree.assembly import commit as commits
from rpmostree.assembly import initrd, kernel
from rpmostree.assembly import packages as packaging
from rpmostree.assembly import root as roots
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.layered import Layering, layered_metadata, texts_value
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import Origin
from rpmostree.model.plan import Options, Outcome, Plan, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.change import Change
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Ground, find_inhabited, is_unchanged, refuse_unconfigured, wish_of
from rpmostree.ops.plan import (
    check_space,
    make_plan,
    plan_without_packages,
    split_deployments,
)
from rpmostree.ops.resolve import Resolved, resolve
from rpmostree.ops.transaction import Transaction, begin, forget_unused, require_root
from rpmostree.tools import dnf, rpm, settings
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


def apply(
    sysroot: Sysroot,
    change: Change,
    options: Options,
    *,
    stateroot: str | None = None,
    wait: float = 0,
) -> Outcome:
    """Change the wishes of the default deployment and deploy what comes of it.

    Raises BadInput if the change does not fit, Busy if another transaction runs; nothing is
    changed then.
    """
    require_root()
    repo = Repo(sysroot.repo)
    ground = change.ground(sysroot, stateroot)
    for fetch in change.fetches:
        with events.step("pull"):
            fetch(repo, ground, options)
    wish = _edited(repo, ground, change)
    if not options.dry_run and _is_settled(sysroot, repo, ground, wish, change):
        return Outcome(change.unchanged(ground))
    _check_unlocked(ground, wish.origin)
    with begin(sysroot, change.title, wait) as tx:
        ground = change.ground(sysroot, stateroot)
        wish = _edited(repo, ground, change)
        if not options.dry_run and _is_settled(sysroot, repo, ground, wish, change):
            return Outcome(change.unchanged(ground))
        outcome = Outcome("")
        try:
            with tx.step("prepare"):
                for prepare in change.prepares:
                    prepare(tx)
            outcome = _carry_out(tx, ground, wish, change, options)
        finally:
            if not outcome.changed:  # what was kept for it is of no use
                forget_unused(sysroot, repo)
        if not outcome.changed:
            return outcome
        for conclude in change.concludes:
            conclude(tx, ground)
        return replace(outcome, text=change.done)


def _edited(repo: Repo, ground: Ground, change: Change) -> Wish:
    if not change.moves_base:
        refuse_unconfigured(ground.default.origin)
    return change.edited(repo, ground, wish_of(ground, repo))


def _is_settled(sysroot: Sysroot, repo: Repo, ground: Ground, wish: Wish, change: Change) -> bool:
    """Is there nothing to do?"""
    if change.forced:
        return False
    if change.keeps_tree:
        return wish == wish_of(ground, repo)
    return is_unchanged(sysroot, repo, ground, wish)


def _check_unlocked(ground: Ground, new: Origin) -> None:
    """Refuse to change packages where the administrator forbade it (LockLayering)."""
    old = ground.default.origin.without_transient()
    same = replace(new, refspec=old.refspec, override_commit=old.override_commit)
    if new.rebuilds and str(same) != str(old) and settings.read_settings(ground.etc).lock_layering:
        raise BadInput("Cannot operate; `LockLayering=true` in configuration.")


def _carry_out(
    tx: Transaction, ground: Ground, wish: Wish, change: Change, options: Options
) -> Outcome:
    """Assemble what the wish needs, commit it and make it the default deployment."""
    tx.hold(wish.base)
    if change.keeps_tree or not wish.origin.rebuilds:
        checksum = ground.default.checksum if change.keeps_tree else wish.base
        plan = plan_without_packages(tx, ground, wish, checksum)
        stopped = _stop_early(plan, change, options)
        return stopped or replace(_deploy(tx, ground, wish, checksum, options), plan=plan)
    with tx.step("checkout", f"Checking out tree {wish.base[:7]}"):
        root = roots.open_root(
            tx.repo,
            wish.base,
            ground.deployments,
            tx.staging,
        )
    resolved = resolve(tx, ground, wish, root, change, options)
    plan = make_plan(tx, ground, wish, resolved)
    stopped = _stop_early(plan, change, options)
    if stopped is not None:
        return stopped
    checksum = _assemble(tx, ground, wish, resolved)
    tx.hold(wish.base, checksum)
    outcome = _deploy(tx, ground, wish, checksum, options)
    _forget_packages(ground, resolved)
    return replace(outcome, plan=plan)


def _stop_early(plan: Plan, change: Change, options: Options) -> Outcome | None:
    """The outcome of a run that ends with the plan. Raises BadInput if space does not suffice."""
    if options.dry_run:
        return Outcome("", plan=plan)
    check_space(plan)
    return Outcome(change.downloaded, plan=plan) if options.download_only else None


def _deploy(
    tx: Transaction, ground: Ground, wish: Wish, checksum: str, options: Options
) -> Outcome:
    """The one visible step: the new default deployment, with its origin and kernel arguments."""
    booted = any(d.booted for d in ground.deployments)
    if options.lock_finalization and not booted:
        events.warning("nothing is staged here, so --lock-finalization has no effect")
    origin_file = tx.staging / "origin"
    origin_file.write_text(str(wish.origin), encoding="utf-8")
    initrds = _make_initrds(tx, ground, wish)
    new = admin.NewDeployment(wish.stateroot, checksum, wish.origin, wish.kargs, initrds)
    title = "Staging deployment" if booted else "Writing deployment"
    with tx.last_step("deploy", title):
        retain = bool(find_inhabited(ground.deployments))
        admin.deploy(tx.sysroot, new, origin_file, stage=booted, retain=retain)
        if retain:
            for old in reversed(split_deployments(ground)[1]):
                admin.undeploy(tx.sysroot, old.index + 1)
        if options.lock_finalization and booted:
            admin.lock_finalization(tx.sysroot)
    diff = diff_commits(tx.repo, ground.merge.checksum, checksum)
    return Outcome("", changed=True, checksum=checksum, staged=booted, diff=diff)


def _make_initrds(tx: Transaction, ground: Ground, wish: Wish) -> tuple[Path, ...]:
    """The extra initrd with the tracked files of /etc, if any are tracked."""
    if not wish.origin.initramfs_etc:
        return ()
    image = tx.staging / "initramfs-etc.img"
    initrd.write_etc_overlay(ground.etc, wish.origin.initramfs_etc, image)
    return (image,)


def diff_commits(repo: Repo, old: str, new: str) -> tuple[PackageChange, ...]:
    """Package changes between two commits."""
    return diff_packages(read_packages(repo, old), read_packages(repo, new))


def _assemble(tx: Transaction, ground: Ground, wish: Wish, resolved: Resolved) -> str:
    root = resolved.root
    _announce_work(wish.origin)
    before = kernel.list_kernels(root.path)
    with tx.step("packages", "Checking out packages"):
        packaging.install(root, resolved.packages, ground.merge.path, resolved.manner)
    with tx.step("rpmdb", "Writing rpmdb"):
        installed = rpm.list_installed(root.path, root.database)
        _check_installed(installed, resolved)
    base = commits.Base(wish.base, tx.repo.load_commit(wish.base))
    release = _settle_kernel(tx, ground, wish, resolved, before)
    with tx.step("commit", "Writing OSTree commit"):
        inactive = {i.request for i in resolved.inactive}
        layering = Layering(
            packages=tuple(p for p in wish.origin.packages if p not in inactive),
            removed=resolved.removed,
            replaced=resolved.replaced,
            installed=installed,
            repos=resolved.repos,
            state=resolved.state,
            kernel=release,
        )
        metadata = layered_metadata(base.commit, layering)
        return commits.commit_layer(tx.repo, root, base, metadata, ground.merge)


def _settle_kernel(
    tx: Transaction, ground: Ground, wish: Wish, resolved: Resolved, before: tuple[str, ...]
) -> str | None:
    """Make the initramfs anew if the kernel is another one or the administrator wants it so."""
    root, origin = resolved.root, wish.origin
    after = kernel.list_kernels(root.path)
    if after == before and not (resolved.brings_kernel or origin.regenerate_initramfs):
        return after[0] if len(after) == 1 else None
    with tx.step("initramfs", "Generating initramfs"):
        release = kernel.choose_kernel(root.path, before)
        base = texts_value(tx.repo.load_commit(wish.base), "rpmostree.initramfs-args")
        etc = ground.etc if origin.regenerate_initramfs else None
        kernel.regenerate(root, release, base, origin.initramfs_args, etc)
    return release


def _check_installed(installed: tuple[Nevra, ...], resolved: Resolved) -> None:
    """The database must say just what was planned; anything else is a bug worth stopping for."""
    odd = sorted(set(installed) ^ set(resolved.after))
    if odd:
        raise BadInput(
            f"after the transaction these differ from the plan: {', '.join(map(str, odd))}"
        )


def _announce_work(origin: Origin) -> None:
    remotes = sum(len(names) for _, names in origin.remote_replacements)
    overrides = len(origin.removals) + len(origin.local_replacements) + remotes
    overlays = len(origin.packages) + len(origin.local_packages) + len(origin.local_fileoverrides)
    counts = [
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((overrides, "override"), (overlays, "overlay"))
        if count
    ]
    if counts:
        events.message(f"Applying {' and '.join(counts)}")


def _forget_packages(ground: Ground, resolved: Resolved) -> None:
    """Keep the downloads of this deployment for the next time, and no others."""
    names = [p.path.name for p in resolved.packages if p.repo is not None]
    dnf.forget_packages(ground.cache, names)
