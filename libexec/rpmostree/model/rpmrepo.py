"""RPM repositories as .repo files declare them (dnf.conf(5))."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

_SECTION = re.compile(r"\[([^\]]+)\]")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_DEFAULT_EXPIRE = 48 * 3600.0


@dataclass(frozen=True)
class RpmRepo:
    """One repository; `options` are its keys as written, variables put in."""

    id: str
    options: Mapping[str, str]

    def _flag(self, key: str, default: bool) -> bool:
        """A boolean; one that is mistyped is the default, so that it turns no check off."""
        return _BOOLEANS.get(self.options.get(key, "").strip().lower(), default)

    @property
    def enabled(self) -> bool:
        return self._flag("enabled", default=True)

    @property
    def signed(self) -> bool:
        """Must packages carry a signature of one of `keys`? Unless the administrator says no."""
        return self._flag("gpgcheck", default=True)

    @property
    def keys(self) -> tuple[str, ...]:
        """Where its public keys are, as URLs or absolute paths."""
        return tuple(self.options.get("gpgkey", "").replace(",", " ").split())

    @property
    def local_path(self) -> str | None:
        """The directory of a repository that is one; None if the network is needed."""
        urls = self.options.get("baseurl", "").replace(",", " ").split()
        return urls[0].removeprefix("file://") if urls and urls[0].startswith("file://") else None

    @property
    def expires_after(self) -> float:
        """Seconds for which cached metadata counts as current."""
        text = self.options.get("metadata_expire", "").strip().lower()
        if text in ("-1", "never"):
            return float("inf")
        match = re.fullmatch(r"(\d+)([smhdw]?)", text)
        return float(int(match[1]) * _UNITS[match[2]]) if match else _DEFAULT_EXPIRE


def parse_repos(text: str) -> tuple[RpmRepo, ...]:
    """Read a .repo file; a section [main] is no repository. Raises ValueError if malformed."""
    repos: list[RpmRepo] = []
    options: dict[str, str] | None = None
    last = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.rstrip()
        if not line or line.lstrip().startswith(("#", ";")):
            continue
        section = _SECTION.fullmatch(line.strip())
        if section:
            options, last = {}, ""
            repos.append(RpmRepo(section[1], options))
        elif raw[0] in " \t" and options is not None and last:
            options[last] += " " + line.strip()
        elif options is not None and "=" in line:
            key, _, value = line.partition("=")
            last = key.strip().lower()
            options[last] = value.strip()
        else:
            raise ValueError(f"line {number}: neither a [section] nor a key=value: {line!r}")
    return tuple(repo for repo in repos if repo.id != "main")


def substitute(repo: RpmRepo, variables: Mapping[str, str]) -> RpmRepo:
    """Put `$name` and `${name}` in; a name that is not known stays as it is."""

    def put(match: re.Match[str]) -> str:
        return variables.get(match[1] or match[2], match[0])

    pattern = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
    return replace(repo, options={k: pattern.sub(put, v) for k, v in repo.options.items()})


def write_repos(repos: Iterable[RpmRepo], main: Mapping[str, str]) -> str:
    """One dnf configuration that holds `main` and the repositories, and nothing of the host."""
    sections = [("main", main), *((repo.id, repo.options) for repo in repos)]
    return "\n".join(
        f"[{name}]\n" + "".join(f"{k}={v}\n" for k, v in options.items())
        for name, options in sections
    )
