"""Who is at work: the person who logged in, whatever they have become since."""

import os
from pathlib import Path

from rpmostree.base.files import read_text

_LOGIN = Path("/proc/self/loginuid")
_UNSET = str(2**32 - 1)


def user_name() -> str:
    """The one behind sudo, else the one who logged in, else the user we run as."""
    import pwd

    login = (read_text(_LOGIN) or "").strip()
    known = (os.environ.get("SUDO_UID", ""), "" if login == _UNSET else login, str(os.getuid()))
    uid = next(int(text) for text in known if text.isdecimal())
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
