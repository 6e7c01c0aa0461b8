"""Results as the text people read; the wording is the genuine tool's where it has one."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from rpmostree.cli.app import show
from rpmostree.model.diff import Change, PackageChange
from rpmostree.model.nevra import Nevra

if TYPE_CHECKING:  # the verb itself is loaded only where it is run
    from rpmostree.model.plan import Outcome, Plan
    from rpmostree.ops.cleanup import Cleaned

QUEUED = 'Changes queued for next boot. Run "systemctl reboot" to start a reboot'
RUN_REBOOT = 'Run "systemctl reboot" to start a reboot'
UNCHANGED = 77
_TITLES = {
    Change.UPGRADED: "Upgraded",
    Change.DOWNGRADED: "Downgraded",
    Change.REMOVED: "Removed",
    Change.ADDED: "Added",
}


def close(outcome: "Outcome", hint: str, *, booted: bool, unchanged_77: bool = False) -> int:
    """Print what a verb came to and return its exit status."""
    if outcome.plan is not None and not outcome.changed:
        show(plan_text(outcome.plan))
        show(outcome.text or "Exiting because of '--dry-run' option")
        return 0
    show(outcome.text)
    show(diff_text(outcome.diff))
    if outcome.changed and hint:
        show(hint if booted else "")
    return UNCHANGED if unchanged_77 and not outcome.changed else 0


def plan_text(plan: "Plan") -> str:
    """What a real run would do, to be read before it is started."""
    lines = _packages_text(plan)
    if plan.download:
        count = _count(sum(1 for i in plan.installs if i.download), "package")
        lines.append(f"Will download: {count} ({size_text(plan.download)})")
    for place, space in (("/", plan.root), ("/boot", plan.boot)):
        needed, free = size_text(space.needed), size_text(space.free)
        lines.append(f"Space on {place}: at most {needed} needed, {free} free")
    lines += [f"Deployment kept: {name}" for name in plan.kept]
    lines += [f"Deployment dropped: {name}" for name in plan.dropped]
    if plan.wish.origin.held:
        lines.append(f"Held: {' '.join(p.nevra for p in plan.wish.origin.held)}")
    lines.append(f"Kernel arguments: {' '.join(plan.wish.kargs)}")
    lines.append(f"Initramfs: {_initramfs_text(plan)}")
    lines.append("Takes effect at the next boot")
    return "\n".join(lines)


def _packages_text(plan: "Plan") -> list[str]:
    lines: list[str] = []
    if plan.installs:
        lines.append(f"Installing {_count(len(plan.installs), 'package')}:")
        lines += [f"  {p.nevra} ({p.repo or 'local'}) {size_text(p.size)}" for p in plan.installs]
    if plan.removals:
        lines.append(f"Removing {_count(len(plan.removals), 'package')}:")
        lines += [f"  {nevra}" for nevra in plan.removals]
    if plan.replacements:
        lines.append(f"Replacing {_count(len(plan.replacements), 'package')}:")
        lines += [f"  {r.old.name} {r.old.evr} -> {r.new.evr}" for r in plan.replacements]
    if plan.inactive:
        lines.append("Inactive requests:")
        lines += [f"  {i.request} (already provided by {i.provider})" for i in plan.inactive]
    came = {str(c.new) for c in plan.diff if c.new}
    gone = {str(c.old) for c in plan.diff if c.old}
    told = (came, gone) == ({p.nevra for p in plan.installs}, set(plan.removals))
    text = "" if told else diff_text(plan.diff)
    return [*lines, *([text] if text else [])] or ["Empty transaction"]


def _initramfs_text(plan: "Plan") -> str:
    origin = plan.wish.origin
    words = ["regenerated" if origin.regenerate_initramfs else "that of the base"]
    words += [f"with {' '.join(origin.initramfs_args)}"] if origin.initramfs_args else []
    words += [f"and {' '.join(origin.initramfs_etc)}"] if origin.initramfs_etc else []
    return " ".join(words)


def size_text(size: int) -> str:
    """Bytes for people, as GLib has it: powers of 1000, one digit."""
    number = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1000
    return f"{size} bytes" if unit == "bytes" else f"{number:.1f} {unit}"


def diff_text(
    changes: Iterable[PackageChange], below: Callable[[PackageChange], list[str]] | None = None
) -> str:
    """The block format: a heading for each kind, a row for each package, lines `below` it."""
    lines: list[str] = []
    listed = list(changes)
    for kind, title in _TITLES.items():
        chosen = [c for c in listed if c.kind is kind]
        lines += [f"{title}:"] if chosen else []
        for change in chosen:
            lines += [f"  {change_text(change)}", *(below(change) if below else ())]
    return "\n".join(lines)


def diff_signs(changes: Iterable[PackageChange], arch_joint: str = ".") -> str:
    """The diff format: `!` old and `=` new, `-` removed, `+` added, by name.

    `arch_joint` stands before the architecture; `deploy --preview` has a hyphen there.
    """

    def row(sign: str, package: Nevra) -> str:
        return f"{sign}{package.name}-{package.evr}{arch_joint}{package.arch}"

    lines: list[str] = []
    for change in sorted(changes, key=lambda c: c.name):
        pair = change.old and change.new
        lines += [row("!" if pair else "-", change.old)] if change.old else []
        lines += [row("=" if pair else "+", change.new)] if change.new else []
    return "\n".join(lines)


def changes_json(changes: Sequence[PackageChange]) -> list[object]:
    """`[name, kind, {PreviousPackage, NewPackage}]` for each, as `db diff --format=json` has it."""
    rows: list[object] = []
    for change in changes:
        sides = {"PreviousPackage": change.old, "NewPackage": change.new}
        packages = {k: [p.name, p.evr, p.arch] for k, p in sides.items() if p is not None}
        rows.append([change.name, int(change.kind), packages])
    return rows


def outcome_json(outcome: "Outcome") -> dict[str, object]:
    """What a change came to, for scripts."""
    plan = outcome.plan
    return {
        "changed": outcome.changed,
        "message": outcome.text,
        "checksum": outcome.checksum,
        "staged": outcome.staged,
        "pkgdiff": changes_json(outcome.diff),
        "plan": None if plan is None else plan_json(plan),
    }


def cleaned_text(cleaned: "Cleaned") -> str:
    """What `cleanup` came to, or would come to."""
    if cleaned.dry_run:
        lines = [f"Deployment kept: {d.id}" for d in cleaned.kept]
        lines += [f"Deployment dropped: {d.id}" for d in cleaned.dropped]
        lines += [f"Would free: {_freed_text(cleaned)}", "Exiting because of '--dry-run' option"]
        return "\n".join(lines)
    freed = f"Freed: {_freed_text(cleaned)}" if cleaned.freed or cleaned.branches else ""
    return "\n".join(filter(None, (cleaned.text, freed)))


def _freed_text(cleaned: "Cleaned") -> str:
    return f"{size_text(cleaned.freed)} (pkgcache branches: {cleaned.branches})"


def cleaned_json(cleaned: "Cleaned") -> dict[str, object]:
    """`freed` is in bytes."""
    return {
        "changed": bool(cleaned.dropped) and not cleaned.dry_run,
        "message": cleaned.text,
        "deployments": {
            "kept": [d.id for d in cleaned.kept],
            "dropped": [d.id for d in cleaned.dropped],
        },
        "freed": cleaned.freed,
        "pkgcache-branches": cleaned.branches,
    }


def plan_json(plan: "Plan") -> dict[str, object]:
    origin = plan.wish.origin
    return {
        "stateroot": plan.wish.stateroot,
        "base-checksum": plan.wish.base,
        "origin": str(origin.refspec) if origin.refspec else origin.container,
        "install": [
            {"nevra": p.nevra, "repo": p.repo, "size": p.size, "download-size": p.download}
            for p in plan.installs
        ],
        "remove": list(plan.removals),
        "replace": [
            {"old": str(r.old), "new": str(r.new), "source": r.source} for r in plan.replacements
        ],
        "inactive": [{"request": i.request, "provided-by": i.provider} for i in plan.inactive],
        "pkgdiff": changes_json(plan.diff),
        "download-size": plan.download,
        "space": {
            "root": {"needed": plan.root.needed, "free": plan.root.free},
            "boot": {"needed": plan.boot.needed, "free": plan.boot.free},
        },
        "deployments": {"kept": list(plan.kept), "dropped": list(plan.dropped)},
        "kargs": list(plan.wish.kargs),
        "initramfs": {
            "regenerate": origin.regenerate_initramfs,
            "args": list(origin.initramfs_args),
            "etc": list(origin.initramfs_etc),
        },
        "held-packages": [p.nevra for p in origin.held],
        "reboot-required": plan.reboot,
    }


def change_text(change: PackageChange) -> str:
    """One change as a row: `name OLD -> NEW`, or the package that came or went."""
    if change.old and change.new:
        return f"{change.name} {change.old.evr} -> {change.new.evr}"
    return str(change.new or change.old)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def counts(changes: Sequence[PackageChange]) -> str:
    """`2 upgraded, 1 added`"""
    numbers = {kind: sum(c.kind is kind for c in changes) for kind in _TITLES}
    return ", ".join(f"{n} {_TITLES[kind].lower()}" for kind, n in numbers.items() if n)
