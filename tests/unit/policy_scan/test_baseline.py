"""A finding that is not in the baseline is complained of, and so is an entry that nothing is found for."""

import pytest

from tests.policy_scan.baseline import Finding, Known, complaints, read
from tests.policy_scan.templates import resolved_templates

KNOWN = Known("CKV_AWS_1", "tables are blue", ("TrendsTable", "*Logs"), "they are green")


def test_what_is_known_is_no_complaint() -> None:
    found = [Finding("CKV_AWS_1", "TrendsTable", "tables are blue"), Finding("CKV_AWS_1", "IngestLogs")]
    assert list(complaints(found, [KNOWN])) == []


@pytest.mark.parametrize("finding", [Finding("CKV_AWS_1", "PaneLogTable"), Finding("CKV_AWS_2", "TrendsTable")])
def test_what_is_new_is_named_once(finding: Finding) -> None:
    known = [Finding("CKV_AWS_1", "TrendsTable"), Finding("CKV_AWS_1", "IngestLogs")]
    (complaint,) = complaints([*known, finding, finding], [KNOWN])
    assert complaint.startswith(f"{finding.check} {finding.resource}: ")


def test_what_is_not_found_any_more_is_named() -> None:
    (complaint,) = complaints([Finding("CKV_AWS_1", "TrendsTable")], [KNOWN])
    assert complaint.startswith("CKV_AWS_1 *Logs: nothing is found any more")


def test_every_entry_has_a_reason_and_no_check_two_entries() -> None:
    known = read()
    assert all(len(each.reason.split()) >= 3 and each.resources for each in known)
    assert len({each.check for each in known}) == len(known)


def test_what_is_scanned_is_all_there_is() -> None:
    templates = resolved_templates()
    assert set(templates) == {"default", "everything", "data-key", "github-deploys"}
    kinds = {each["Type"] for each in templates["everything"]["Resources"].values()}
    assert {"AWS::CloudFront::Distribution", "AWS::EC2::VPCEndpoint", "AWS::Cognito::UserPool"} <= kinds
