"""When a request and the base do not fit together: who is to blame, and what may be done.

Runs only after the solver has given up, and asks it again: for each request alone, then once with
the base unlocked.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rpmostree.assembly import packages as packaging
from rpmostree.base import events
from rpmostree.base.errors import Misfit, RpmOstreeError, ToolFailed, Unsolvable
from rpmostree.model import available
from rpmostree.model.available import Available
from rpmostree.model.clash import Clash, Reason, newest_by_name, read_excluded, read_reasons
from rpmostree.model.layered import base_checksum, read_pkglist, text_value, texts_value
from rpmostree.model.nevra import Nevra, parse_nevra
from rpmostree.model.plan import Wish
from rpmostree.ops import hold
from rpmostree.ops.ground import Ground
from rpmostree.ops.replacements import Wanted
from rpmostree.ops.revision import ancestry
from rpmostree.ops.transaction import Transaction
from rpmostree.tools import dnf, rpm


@dataclass(frozen=True)
class Case:
    """What is being resolved: a wish on top of `base`, the packages that the base keeps."""

    tx: Transaction
    ground: Ground
    wish: Wish
    base: tuple[Nevra, ...]

    @property
    def cache(self) -> Path:
        return self.ground.cache

    @property
    def held(self) -> tuple[tuple[Nevra, Path], ...]:
        """Packages that stay as they are, with their files."""
        return hold.held_files(self.wish.origin.held, self.tx.sysroot, self.base)

    def scratch(self) -> Path:
        """A new directory for one run of the solver."""
        place = self.tx.staging / f"try-{len(list(self.tx.staging.glob('try-*')))}"
        place.mkdir()
        return place


@dataclass(frozen=True)
class _Culprit:
    """A request that cannot be had by itself, as dnf and as the user spell it."""

    spec: str | Path
    request: str
    error: Unsolvable


@dataclass(frozen=True)
class _Change:
    """A package of the base that would have to become another one."""

    old: Nevra
    new: Nevra
    repo: str


def explain(
    case: Case,
    goal: dnf.Goal,
    wanted: Wanted,
    overridden: Sequence[Nevra],
    error: Unsolvable,
) -> RpmOstreeError:
    """The error in words, with ways out; the solver's own if the base is not the cause.

    `wanted` are the requests among what the goal has.
    """
    goal = replace(goal, trial=True)
    try:
        culprits = tuple(_find_culprits(case, goal, wanted, overridden, error))
        if not culprits:
            return error
        changes, firm = _unlocked(case, goal, wanted, culprits)
        clashes = _find_clashes(case, goal, culprits, changes)
    except ToolFailed as failed:
        events.detail(f"cannot tell why: {failed}")
        return error
    if not clashes:
        return error
    events.detail(str(error))
    ways = _ways_out(case, clashes, () if firm else changes)
    hint = "\n  ".join(["what may be done:", *(f"{words}: {command}" for words, command in ways)])
    data = {
        "conflicts": [clash.as_json() for clash in clashes],
        "ways-out": [{"description": words, "command": command} for words, command in ways],
    }
    return Misfit("\n".join(c.sentence for c in clashes), hint=hint, details=data)


# ------------------------------------------------------------------- who is to blame


def _find_culprits(
    case: Case,
    goal: dnf.Goal,
    wanted: Wanted,
    overridden: Sequence[Nevra],
    error: Unsolvable,
) -> Iterator[_Culprit]:
    """The requests that fail alone, with all overrides in force; a single one needs no try."""
    specs: tuple[str | Path, ...] = (*wanted.specs, *wanted.files)
    if len(specs) == 1:
        yield _Culprit(specs[0], _spelling(case, specs[0]), error)
        return
    for spec in specs:
        try:
            alone = _only(goal, wanted, [spec])
            hold.resolve(alone, case.cache, case.scratch(), overridden, case.held)
        except Unsolvable as reason:
            yield _Culprit(spec, _spelling(case, spec), reason)


def _only(goal: dnf.Goal, wanted: Wanted, keep: Sequence[str | Path]) -> dnf.Goal:
    """The goal without any other request than these."""
    return replace(
        goal,
        names=tuple(n for n in goal.names if n not in wanted.specs or n in keep),
        files=tuple(f for f in goal.files if f not in wanted.files or f in keep),
    )


def _spelling(case: Case, spec: str | Path) -> str:
    """How the user calls a request: a file is a NEVRA in the origin."""
    origin = case.wish.origin
    names = {p.sha256: p.nevra for p in (*origin.local_packages, *origin.local_fileoverrides)}
    return spec if isinstance(spec, str) else names.get(spec.stem, spec.name)


def _unlocked(
    case: Case, goal: dnf.Goal, wanted: Wanted, culprits: Sequence[_Culprit]
) -> tuple[tuple[_Change, ...], bool]:
    """What of the base would have to change, and whether that can be had by no override."""
    free = replace(_only(goal, wanted, [c.spec for c in culprits]), locked=())
    try:
        found = packaging.solve(free, case.cache, case.scratch())
    except Unsolvable:
        return (), True
    news = {parse_nevra(s.nevra).name: s for s in found.installs}
    olds = [parse_nevra(text) for text in found.removals]
    changes = tuple(
        _Change(old, parse_nevra(solved.nevra), solved.repo)
        for old in olds
        if (solved := news.get(old.name)) is not None and solved.repo is not None
    )
    return changes, len(changes) < len(olds)


def _find_clashes(
    case: Case, goal: dnf.Goal, culprits: Sequence[_Culprit], changes: Sequence[_Change]
) -> tuple[Clash, ...]:
    found = [(culprit, _counterpart(case, goal, culprit, changes)) for culprit in culprits]
    pairs = [(culprit, *pair) for culprit, pair in found if pair is not None]
    offered = _offered(case, goal) if pairs else {}
    clashes = []
    for culprit, reason, base_has in pairs:
        since, known = _since(case, base_has)
        there = offered.get(base_has.name_arch)
        clashes.append(Clash(culprit.request, reason, base_has, since, known, there))
    return tuple(clashes)


def _reasons(culprit: _Culprit) -> tuple[Reason, ...]:
    """The solver's reasons; where it only said what would go, that is the reason."""
    reasons = read_reasons(culprit.error.output)
    if reasons or "Problem" in culprit.error.output:
        return reasons
    gone = culprit.error.output.split(", ")
    return tuple(Reason("obsoletes", culprit.request, nevra) for nevra in gone)


def _counterpart(
    case: Case, goal: dnf.Goal, culprit: _Culprit, changes: Sequence[_Change]
) -> tuple[Reason, Nevra] | None:
    """The package of the base that is in the way, and the reason why; None if there is none."""
    base = {str(package): package for package in case.base}
    seen = [reason.seen_from_outside(base) for reason in _reasons(culprit)]
    # where the base does not fit itself, an override is to blame
    reasons = [reason for reason in seen if reason.package not in base]
    for reason in reasons:
        if (provider := _provider(case, goal, reason)) is not None:
            return reason, provider
        if reason.other in base:  # which says itself that it does not want the package
            mine = base[reason.other]
            return replace(reason, capability=mine.name), mine
    excluded = [parse_nevra(text).name for text in read_excluded(culprit.error.output)]
    names = [*excluded, *(c.old.name for c in changes)]
    inside = [n for name in names for n in case.base if n.name == name]
    return (reasons[-1], inside[0]) if reasons and inside else None


def _provider(case: Case, goal: dnf.Goal, reason: Reason) -> Nevra | None:
    """The package of the base that a reason speaks of: by name, NEVRA or what it provides."""
    for package in case.base:
        if reason.name == package.name or reason.capability == str(package):
            return package
    present = set(rpm.find_providers(goal.root, goal.database, reason.name)) & set(case.base)
    return min(present, default=None)


def _offered(case: Case, goal: dnf.Goal) -> dict[str, Available]:
    """The newest that the repositories have, by NAME.ARCH."""
    rows = dnf.list_available(goal.repos, case.cache, case.scratch(), offline=goal.cache_only)
    return newest_by_name([available.read_row(row) for row in rows])


# ------------------------------------------------------------------ since when, until when


def _history(case: Case) -> Iterator[tuple[str, str, tuple[Nevra, ...]]]:
    """The base and its ancestors: checksum, version (or checksum), packages."""
    for checksum, commit in ancestry(case.tx.repo, case.wish.base):
        packages = read_pkglist(commit)
        if packages is not None:
            yield checksum, text_value(commit, "version") or checksum, packages


def _since(case: Case, package: Nevra) -> tuple[str, bool]:
    """The first version of the base with this package in a row, and if there was one before."""
    since = case.wish.base
    for _, version, packages in _history(case):
        if package not in packages:
            return since, True
        since = version
    return since, False


def _last_that_fitted(
    case: Case, clashes: Sequence[Clash], changes: Sequence[_Change]
) -> str | None:
    """The newest version before this base that fits, as its packages or a deployment tell."""
    wanted = {c.new for c in changes}
    wanted |= {c.offered.nevra for c in clashes if c.lags and c.offered is not None}
    proven = _proven(case, {c.request for c in clashes})
    for checksum, version, packages in _history(case):
        fits = bool(wanted) and wanted <= set(packages)
        if checksum != case.wish.base and (fits or checksum in proven):
            return version
    return next(iter(proven.values()), None)


def _proven(case: Case, requests: set[str]) -> dict[str, str]:
    """The other bases of this branch with a deployment that has all these requests, by version."""
    found = {}
    for deployment in case.ground.deployments:
        commit = case.tx.repo.load_commit(deployment.checksum)
        local = (*deployment.origin.local_packages, *deployment.origin.local_fileoverrides)
        layers = {*texts_value(commit, "rpmostree.packages"), *(p.nevra for p in local)}
        base = base_checksum(commit, deployment.checksum)
        same = deployment.origin.refspec == case.wish.origin.refspec and base != case.wish.base
        if same and requests <= layers:
            found[base] = text_value(commit, "version") or base
    return found


# ------------------------------------------------------------------------- the ways out


def _ways_out(
    case: Case, clashes: Sequence[Clash], changes: Sequence[_Change]
) -> tuple[tuple[str, str], ...]:
    """What may be done, and the command for it; the least intrusive first."""
    old = case.ground.default.origin
    known = {*old.packages, *(p.nevra for p in (*old.local_packages, *old.local_fileoverrides))}
    requests = list(dict.fromkeys(c.request for c in clashes))
    present = [r for r in requests if r in known]
    more = [f"--install={r}" for r in requests if r in case.wish.origin.packages and r not in known]
    late = "the repository has caught up" if clashes[0].lags else "there is a base that fits"
    ways = [(f"wait, and once {late}", _command("upgrade", *more))]
    if present:
        ways.append(("give the request up", _command("uninstall", *present)))
    blamed = {c.reason.package for c in clashes}
    held = [n.name for n, _ in case.held if str(n) in blamed]
    if held:
        ways.append(("let the held package move", _command("unhold", *held)))
    for repo in dict.fromkeys(c.repo for c in changes):
        names = [c.old.name for c in changes if c.repo == repo]
        words = ["override", "replace", *names, "--from", f"repo={repo}", *more]
        what = ", ".join(f"{c.old} -> {c.new}" for c in changes if c.repo == repo)
        ways.append((f"change the base ({what})", _command(*words)))
    version = _last_that_fitted(case, clashes, changes)
    if version is not None:
        ways.append(("go to the last base that fitted", _command("deploy", version, *more)))
    return tuple(ways)


def _command(*words: str) -> str:
    return shlex.join(["rpm-ostree", *words])
