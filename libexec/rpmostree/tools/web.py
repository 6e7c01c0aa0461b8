"""Files from the web: what is given by http(s) address on the command line."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rpmostree.base.errors import ToolFailed
from rpmostree.base.retry import patiently

_PATIENCE = 30.0  # seconds without a byte


def download(url: str, directory: Path) -> Path:
    """Fetch a file into `directory` under its own name; proxies are those of the environment.

    Raises ToolFailed with the server's words if it cannot be had.
    """
    name = Path(unquote(urlsplit(url).path)).name
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / name
    patiently(lambda: _fetch(url, target))
    return target


def _fetch(url: str, target: Path) -> None:
    from urllib.request import urlopen

    fresh = target.with_name(f"{target.name}.part")
    try:
        with urlopen(url, timeout=_PATIENCE) as source, fresh.open("wb") as out:
            shutil.copyfileobj(source, out)
    except OSError as error:  # URLError and HTTPError are
        fresh.unlink(missing_ok=True)
        raise ToolFailed(
            f"cannot download {url}", str(error), hint="see whether the address is right"
        ) from error
    fresh.replace(target)
