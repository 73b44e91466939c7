"""Ask whether any locked package has a known vulnerability; where nobody knows, say so rather than that there is none.

`python tools/audit.py PIP_AUDIT LOCK …` ends with 1 when one has. pip-audit itself calls it "not vulnerable" when its
service knows nothing of a package, and behind a mirror it knows of none.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

#: Seconds for one answer of the service.
PATIENCE = 15


def asked(command: str, locks: Sequence[str]) -> str:
    """Return pip-audit's report about *locks*, JSON; "" when it cannot be had."""
    files = [word for lock in locks for word in ("--requirement", lock)]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--timeout", str(PATIENCE)]
    done = subprocess.run([command, *options, "--format", "json", *files], capture_output=True, text=True, check=False)
    return done.stdout


def verdict(report: str) -> tuple[str, bool]:
    """Return what *report* says, and whether all is well as far as is known."""
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"] if report.strip() else []
    known = [package for package in packages if "vulns" in package]
    found = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none'}"
        for package in known
        for fault in package["vulns"]
    ]
    unknown = len(packages) - len(known)
    if found:
        return "\n".join(["Known vulnerabilities:", *found]), False
    if not known:
        return "Whether a package has a known vulnerability could not be had: the service does not answer here.", True
    rest = f" Of {unknown} nothing could be had." if unknown else ""
    return f"None of {len(known)} packages has a known vulnerability.{rest}", True


if __name__ == "__main__":
    said, is_well = verdict(asked(sys.argv[1], sys.argv[2:]))
    print(said)
    sys.exit(not is_well)
