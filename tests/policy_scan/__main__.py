"""``python -m tests.policy_scan CHECKOV``: scan the templates as they are made, and judge by the baseline.

Exit status: 0 when there is nothing new, 1 when there is.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.policy_scan.baseline import Finding, complaints, read
from tests.policy_scan.templates import resolved_templates


def main(checkov: str) -> int:
    """Scan, print what is new, and return the exit status."""
    with TemporaryDirectory() as directory:
        paths = [Path(directory, f"{name}.json") for name in resolved_templates()]
        for path, template in zip(paths, resolved_templates().values(), strict=True):
            path.write_text(json.dumps(template, default=str), encoding="utf-8")
        findings = list(_scan(checkov, paths))
    lines = list(complaints(findings, read()))
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{len(set(findings))} findings, {len(lines)} complaints\n")
    return 1 if lines else 0


def _scan(checkov: str, paths: list[Path]) -> Iterator[Finding]:
    files = [argument for path in paths for argument in ("--file", str(path))]
    command = [checkov, *files, "--framework", "cloudformation", "--quiet", "--skip-download", "--output", "json"]
    ran = subprocess.run(command, capture_output=True, check=False, text=True)
    try:
        report: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        raise SystemExit(f"checkov has no report: {ran.stderr[-2000:]}") from None
    # What it could not read it has not scanned.
    if report["summary"]["parsing_errors"]:
        raise SystemExit(f"checkov has not read every template: {report['summary']}")
    for each in report["results"]["failed_checks"]:
        yield Finding(each["check_id"], each["resource"].rpartition(".")[2], each["check_name"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
