"""Which findings are known, and why they stay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import yaml

PATH = Path(__file__).with_name("baseline.yaml")


class Finding(NamedTuple):
    """What a scanner has found."""

    check: str
    resource: str
    """Its logical id."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A check that does not hold, where, and why that is right."""

    check: str
    title: str
    resources: tuple[str, ...]
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Tell whether it speaks of a finding."""
        return finding.check == self.check and any(fnmatchcase(finding.resource, each) for each in self.resources)


def read(path: Path = PATH) -> list[Known]:
    """Read the baseline."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Known(**{**each, "resources": tuple(each["resources"])}) for each in entries]


def complaints(findings: Iterable[Finding], known: Iterable[Known]) -> Iterator[str]:
    """Yield a line for each finding that is not known, and for each part of the baseline that nothing is found for."""
    found, known = set(findings), list(known)
    for finding in sorted(found):
        if not any(each.covers(finding) for each in known):
            title = finding.title or "found"
            yield f"{finding.check} {finding.resource}: {title}; mend it, or say in {PATH.name} why it stays"
    for each in known:
        for resource in each.resources:
            if not any(each.check == one.check and fnmatchcase(one.resource, resource) for one in found):
                yield f"{each.check} {resource}: nothing is found any more; take it out of {PATH.name}"
