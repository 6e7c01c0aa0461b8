"""hold and unhold: layered packages that stay at their version while others move on."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rpmostree.assembly import packages as packaging
from rpmostree.base.errors import BadInput, Unsolvable
from rpmostree.model import available
from rpmostree.model.nevra import Nevra, parse_nevra
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.plan import Wish
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import layer
from rpmostree.ops.change import Change
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Ground, enabled_repos, wish_of
from rpmostree.ops.transaction import Transaction
from rpmostree.tools import dnf, rpm, settings, web
from rpmostree.tools.repo import Repo


def hold(sysroot: Sysroot, names: Sequence[str], *, idempotent: bool = False) -> Change:
    """Keep layered packages, by name or NEVRA, at the version they have now.

    Their files are kept in the sysroot for that. Raises BadInput (later) for what is not layered,
    comes from a file, or is held already.
    """
    given: list[layer.Given] = []

    def find(repo: Repo, ground: Ground, _options: object) -> None:
        packages = [_find_layered(repo, ground, name) for name in names]
        given.extend(_find_file(sysroot, ground, package) for package in packages)

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        held = wish.origin.held
        for file in given:
            if file.package in held and not idempotent:
                raise BadInput(f"Package '{file.package.nevra}' is already held")
            name = file.content.nevra.name
            held = (*layer.without_name(held, name), file.package)
        return replace(wish, origin=replace(wish.origin, held=tuple(sorted(held, key=str))))

    def keep(tx: Transaction) -> None:
        for file in given:
            layer.store_file(tx, file)

    return Change(
        f"hold {' '.join(names)}",
        fetches=(find,),
        edits=(edit,),
        prepares=(keep,),
        keeps_tree=True,
        done=f"Held: {', '.join(names)}. `rpm-ostree unhold` lets them move again.",
    )


def unhold(names: Sequence[str], *, idempotent: bool = False) -> Change:
    """Let held packages move with the next upgrade. Raises BadInput (later) for one not held."""

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        held = wish.origin.held
        for name in names:
            left = tuple(p for p in held if name not in parse_nevra(p.nevra).spellings)
            if left == held and not idempotent:
                raise BadInput(
                    f"Package '{name}' is not held",
                    hint="`rpm-ostree status` lists the held ones as HeldPackages",
                )
            held = left
        return replace(wish, origin=replace(wish.origin, held=held))

    return Change(
        f"unhold {' '.join(names)}",
        edits=(edit,),
        keeps_tree=True,
        done=f"No longer held: {', '.join(names)}. The next `rpm-ostree upgrade` may change them.",
    )


def _find_layered(repo: Repo, ground: Ground, name: str) -> Nevra:
    base = read_packages(repo, wish_of(ground, repo).base)
    here = read_packages(repo, ground.default.checksum)
    for package in here:
        if name not in package.spellings:
            continue
        if package in base:
            raise BadInput(
                f"Package '{package}' belongs to the base, so it cannot be held",
                hint="to keep that version of it: "
                f"rpm-ostree override replace {package} --from repo=ID",
            )
        _refuse_file(ground.default.origin, package)
        return package
    raise BadInput(
        f"Package '{name}' is not layered",
        hint="`rpm-ostree db diff` and `rpm-ostree status` show what is",
    )


def _refuse_file(origin: Origin, package: Nevra) -> None:
    files = (*origin.local_packages, *origin.local_fileoverrides, *origin.local_replacements)
    if str(package) in {p.nevra for p in files}:
        raise BadInput(f"Package '{package}' was given as a file, so it stays as it is anyway")


def _find_file(sysroot: Sysroot, ground: Ground, package: Nevra) -> layer.Given:
    """The file of a package: kept, cached, or downloaded again."""
    kept = [p for p in ground.default.origin.held if p.nevra == str(package)]
    cache = ground.cache
    places = [sysroot.local_packages / f"{p.sha256}.rpm" for p in kept]
    places += (cache / "packages").glob(f"{package.name}-*.rpm")
    for path in places:
        if path.exists() and rpm.read_packages([path])[0].nevra == package:
            return layer.read_file(path)
    return _download(ground, package, cache)


def _download(ground: Ground, package: Nevra, cache: Path) -> layer.Given:
    repos = enabled_repos(ground)
    with tempfile.TemporaryDirectory() as scratch:
        rows = dnf.list_available(repos, cache, Path(scratch), offline=False) if repos else ()
        offers = map(available.read_row, rows)
        found = next((offer for offer in offers if offer.nevra == package), None)
        if found is None:
            raise BadInput(f"no repository has {package} any more, nor is its file kept here")
        repo = packaging.choose_repo(repos, found.repo)
        release = settings.read_release(ground.merge.path)
        address = dnf.Query(repo, release, cache, Path(scratch)).locate(package)
    file = web.download(address, cache / "downloads")
    packaging.verify([file], repo, cache)
    return layer.read_file(file)


# --------------------------------------------------------------------- what resolve asks


def resolve(
    goal: dnf.Goal,
    cache: Path,
    staging: Path,
    overridden: Sequence[Nevra],
    held: Sequence[tuple[Nevra, Path]],
) -> tuple[dnf.Goal, dnf.Resolution]:
    """Solve a goal with held packages in the place of what the repositories have.

    A held package that no request names is used only if the solver wants one of that name, or
    finds no way without. Returns the goal as it was solved. Raises Unsolvable.
    """
    wanted = [h for h in held if any(name in h[0].spellings for name in goal.names)]
    while True:
        fixed = _with_held(goal, wanted)
        others = [h for h in held if h not in wanted]
        scratch = staging / f"resolve-{len(wanted)}"
        scratch.mkdir()
        try:
            resolution = packaging.resolve(fixed, cache, scratch, overridden)
        except Unsolvable:
            if not others:
                raise
            wanted += others
            continue
        names = {parse_nevra(solved.nevra).name for solved in resolution.installs}
        more = [h for h in others if h[0].name in names]
        if not more:
            return fixed, resolution
        wanted += more


def _with_held(goal: dnf.Goal, held: Sequence[tuple[Nevra, Path]]) -> dnf.Goal:
    """The goal with these files; the repositories do not have packages of their names."""
    names = ",".join(package.name for package, _ in held)
    return replace(
        goal,
        files=(*goal.files, *(path for _, path in held)),
        repos=tuple(_without(repo, names) for repo in goal.repos) if names else goal.repos,
    )


def _without(repo: RpmRepo, names: str) -> RpmRepo:
    old = repo.options.get("excludepkgs") or repo.options.get("exclude") or ""
    options = {k: v for k, v in repo.options.items() if k != "exclude"}
    return RpmRepo(repo.id, {**options, "excludepkgs": f"{old},{names}".lstrip(",")})


def held_files(
    held: Sequence[LocalPackage], sysroot: Sysroot, base: Sequence[Nevra]
) -> tuple[tuple[Nevra, Path], ...]:
    """The held packages with their files, but for those the base has by now. Raises BadInput."""
    names = {package.name for package in base}
    found = []
    for package in held:
        path = sysroot.local_packages / f"{package.sha256}.rpm"
        if not path.exists():
            raise BadInput(
                f"the file of the held package {package.nevra} is no longer in the sysroot",
                hint=f"let it go: rpm-ostree unhold {parse_nevra(package.nevra).name}",
            )
        if parse_nevra(package.nevra).name not in names:
            found.append((parse_nevra(package.nevra), path))
    return tuple(found)
