"""A plugin that dnf 4 loads: writes the resolved transaction as JSON to $RPMOSTREE_PLAN.

dnf 5 does this by itself (`--store`); drop this with support for dnf 4.
"""

import json
import os

import dnf


class RpmOstreePlan(dnf.Plugin):
    name = "rpmostree_plan"

    def resolved(self):
        rows = [
            {
                "action": item.action_name,
                "nevra": str(item.pkg),
                "repo_id": item.from_repo,
                "package_path": _file_name(item.pkg),
                "size": item.pkg.downloadsize,
            }
            for item in self.base.transaction
        ]
        with open(os.environ["RPMOSTREE_PLAN"], "w", encoding="utf-8") as out:
            json.dump({"rpms": rows}, out)


def _file_name(package):
    """What the file of a package to install is called; one to remove has none."""
    installed = package.reponame == "@System"
    return "" if installed else os.path.basename(package.localPkg())
