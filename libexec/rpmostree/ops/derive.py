"""From a wish to a deployment: the pipeline that every change of packages goes through."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rpmostree.assembly import commit as commits
from rpmostree.assembly import packages as packaging
from rpmostree.assembly import root as roots
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.layered import Layering, layered_metadata
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import Origin
from rpmostree.model.plan import Options, Outcome, Plan, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Edit, Ground, find_ground, is_unchanged, wish_of
from rpmostree.ops.resolve import Resolved, resolve
from rpmostree.ops.transaction import Transaction, begin
from rpmostree.tools import dnf, rpm, settings
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


def change_origin(
    sysroot: Sysroot,
    edit: Edit,
    options: Options,
    *,
    title: str,
    stateroot: str | None = None,
    wait: float = 0,
    prepare: Callable[[Transaction], None] = lambda _tx: None,
) -> Outcome:
    """Edit the wishes of the default deployment and deploy what comes of it.

    `edit` is called once to see whether there is anything to do, and again when nobody else can
    change the deployment any more; `prepare` runs after that.
    """
    repo = Repo(sysroot.repo)
    ground = find_ground(sysroot, stateroot)
    wish = _edited(repo, ground, edit)
    if not options.dry_run and is_unchanged(sysroot, repo, ground, wish):
        return Outcome("No change.")
    check_unlocked(ground, ground.default.origin, wish.origin)
    with begin(sysroot, title, wait) as tx:
        ground = find_ground(sysroot, stateroot)
        wish = _edited(repo, ground, edit)
        with tx.step("prepare"):
            prepare(tx)
        return carry_out(tx, ground, wish, options)


def _edited(repo: Repo, ground: Ground, edit: Edit) -> Wish:
    wish = wish_of(ground, repo)
    return replace(wish, origin=edit(repo, ground, wish.origin))


def check_unlocked(ground: Ground, old: Origin, new: Origin) -> None:
    """Refuse to change packages where the administrator forbade it (LockLayering)."""
    if new.layers and new != old and settings.read_settings(ground.etc).lock_layering:
        raise BadInput("Cannot operate; `LockLayering=true` in configuration.")


def carry_out(tx: Transaction, ground: Ground, wish: Wish, options: Options) -> Outcome:
    """Assemble what the wish needs, commit it and make it the default deployment."""
    tx.hold(wish.base)
    if not wish.origin.layers:
        return (
            Outcome("", plan=Plan(wish)) if options.dry_run else deploy(tx, ground, wish, wish.base)
        )
    with tx.step("checkout", f"Checking out tree {wish.base[:7]}"):
        root = roots.open_root(
            tx.repo,
            wish.base,
            ground.deployments,
            tx.staging,
            tx.sysroot.cache(wish.stateroot),
        )
    resolved = resolve(tx, ground, wish, root, options)
    if options.dry_run or options.download_only:
        return Outcome("", plan=resolved.plan)
    checksum = _assemble(tx, ground, wish, resolved)
    tx.hold(wish.base, checksum)
    outcome = deploy(tx, ground, wish, checksum)
    _forget_packages(tx, wish, resolved)
    return outcome


def deploy(tx: Transaction, ground: Ground, wish: Wish, checksum: str) -> Outcome:
    """The one visible step: the new default deployment, with its origin and kernel arguments."""
    booted = any(d.booted for d in ground.deployments)
    origin_file = tx.staging / "origin"
    origin_file.write_text(str(wish.origin), encoding="utf-8")
    new = admin.NewDeployment(wish.stateroot, checksum, wish.origin, wish.kargs)
    title = "Staging deployment" if booted else "Writing deployment"
    with tx.last_step("deploy", title):
        admin.deploy(tx.sysroot, new, origin_file, stage=booted)
    diff = diff_commits(tx.repo, ground.merge.checksum, checksum)
    return Outcome("", changed=True, checksum=checksum, staged=booted, diff=diff)


def diff_commits(repo: Repo, old: str, new: str) -> tuple[PackageChange, ...]:
    """Package changes between two commits."""
    return diff_packages(read_packages(repo, old), read_packages(repo, new))


def _assemble(tx: Transaction, ground: Ground, wish: Wish, resolved: Resolved) -> str:
    root, chosen = resolved.root, resolved.packages
    _announce_work(wish.origin)
    with tx.step("packages", "Checking out packages"):
        packaging.install(root, chosen, ground.merge.path)
    with tx.step("rpmdb", "Writing rpmdb"):
        installed = rpm.list_installed(root.path, root.database)
        _check_installed(installed, resolved)
    with tx.step("commit", "Writing OSTree commit"):
        base = commits.Base(wish.base, tx.repo.load_commit(wish.base))
        inactive = {i.request for i in resolved.plan.inactive}
        layering = Layering(
            packages=tuple(p for p in wish.origin.packages if p not in inactive),
            removed=resolved.removed,
            installed=installed,
            repos=resolved.repos,
            state=resolved.state,
            kernel=commits.find_kernel(tx.repo, base.commit.root_tree),
        )
        metadata = layered_metadata(base.commit, layering)
        return commits.commit_layer(tx.repo, root, base, metadata, ground.merge)


def _check_installed(installed: Sequence[Nevra], resolved: Resolved) -> None:
    """The database must say just what was planned; anything else is a bug worth stopping for."""
    planned = {n for n in resolved.before if n not in resolved.removed}
    planned |= {p.nevra for p in resolved.packages}
    if set(installed) != planned:
        odd = sorted(set(installed) ^ planned)
        raise BadInput(
            f"after the transaction these differ from the plan: {', '.join(map(str, odd))}"
        )


def _announce_work(origin: Origin) -> None:
    overrides = len(origin.removals)
    overlays = len(origin.packages) + len(origin.local_packages)
    counts = [
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((overrides, "override"), (overlays, "overlay"))
        if count
    ]
    events.message(f"Applying {' and '.join(counts)}")


def _forget_packages(tx: Transaction, wish: Wish, resolved: Resolved) -> None:
    """Keep the downloads of this deployment for the next time, and no others."""
    names = [p.path.name for p in resolved.packages if p.repo is not None]
    dnf.forget_packages(tx.sysroot.cache(wish.stateroot), names)
