"""What scanners of model files report."""

from typing import Any

from tests.integrations.triaging import only, title, verdict


def issue(severity: str, operator: str = "system", **more: Any) -> dict[str, Any]:
    return {
        "description": f"Use of unsafe operator '{operator}'",
        "operator": operator,
        "module": "posix",
        "source": "claims.zip:data.pkl",
        "severity": severity,
        **more,
    }


def report(*issues: dict[str, Any], **more: Any) -> dict[str, Any]:
    levels = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
    counts = {one: sum(i["severity"] == one for i in issues) for one in levels}
    summary = {
        "total_issues_by_severity": counts,
        "total_issues": len(issues),
        "input_path": "/srv/models/claims.zip",
        "modelscan_version": "0.8.8",
    }
    return {"summary": summary, "issues": list(issues), "errors": [], **more}


def test_the_worst_finding_decides() -> None:
    severities = {
        one: verdict(report(issue("LOW", "x"), issue(one, "open")))[2]
        for one in ("CRITICAL", "HIGH", "MEDIUM")
    }
    assert severities == {"CRITICAL": "SEV1", "HIGH": "SEV2", "MEDIUM": "SEV3"}


def test_a_clean_report_needs_nobody() -> None:
    assert verdict(report()) == ("ignored", "none", "NONE")


def test_a_file_that_could_not_be_read_is_told() -> None:
    notices = only(report(errors=[{"message": "bad zip"}])).assessment.notices
    assert "a file could not be scanned; nothing is known of it" in notices


def test_the_title_names_the_file_and_what_it_would_run() -> None:
    said = (
        "Model scan: 1 issue in claims.zip, the worst CRITICAL, it calls posix.system"
    )
    assert title(report(issue("CRITICAL"))) == said


def test_folders_of_the_machine_that_scanned_are_not_kept() -> None:
    alert = only(report(issue("HIGH")))
    texts = [one.for_rules() for one in alert.envelope.texts.values()]
    assert not [one for one in texts if "/srv" in one]


def test_the_same_finding_again_is_the_same_problem() -> None:
    first, again = (
        only(report(issue("HIGH"))),
        only(report(issue("HIGH"), errors=["x"])),
    )
    assert first.envelope.dedup_key == again.envelope.dedup_key
    other = only(report(issue("HIGH", "popen")))
    assert first.envelope.dedup_key != other.envelope.dedup_key


def test_information_of_model_audit_is_no_finding() -> None:
    def audit(severity: str) -> dict[str, Any]:
        details = {"import_reference": "posix.system"}
        one = {"severity": severity, "location": "/m/evil.pkl (pos 7)"}
        issues = [{**one, "message": "m", "details": details}]
        return {"issues": issues, "bytes_scanned": 9, "files_scanned": 1}

    assert verdict(audit("info"))[2] == "NONE"
    assert verdict(audit("critical"))[2] == "SEV1"
    assert "evil.pkl" in title(audit("critical"))


def test_what_picklescan_prints_is_read() -> None:
    summary = "----------- SCAN SUMMARY -----------\nInfected files: 1\n"
    found = b"/m/evil.pkl: dangerous import 'posix system' FOUND\n" + summary.encode()
    assert verdict(found) == ("opens", "supply_chain", "SEV1")
    said = "Model scan: 1 issue in evil.pkl, the worst CRITICAL, it calls posix.system"
    assert title(found) == said
    assert verdict(summary.encode())[2] == "SEV1"
    clean = summary.replace("files: 1", "files: 0").encode()
    assert verdict(clean) == ("ignored", "none", "NONE")
