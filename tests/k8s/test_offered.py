"""What a form for an action of Kubernetes knows: what the alert's labels name."""

from pathlib import Path

from tests.drills.stage import DrillStage

SCALE = "kubernetes.deployment.scale"


def test_a_form_knows_what_the_alerts_labels_name_if_it_is_a_name(
    tmp_path: Path,
) -> None:
    stage = DrillStage(tmp_path)
    named = {"namespace": "serving", "deployment": "chat"}
    wrong = {"namespace": "kube/../system", "deployment": "<!channel>"}
    for number, labels in enumerate((named, wrong)):
        title = f"Model chat{number} answers 503"
        stage.core.alert({"title": title, "labels": labels, "dedup": f"{number}"})
    known = [
        dict(one.known)
        for incident in ("INC-0001", "INC-0002")
        for one in stage.gate.offers(incident)
        if one.action == SCALE
    ]
    stage.close()
    assert known == [named, {}]
