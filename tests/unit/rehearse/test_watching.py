from __future__ import annotations

from dataclasses import replace

from fleetgen.rehearse.watching import Application, SiteEvent, Timeline

SETTLED = Application(
    name="a", wave=2, sync="Synced", health="Healthy", phase="Succeeded", message="successfully synced", revisions=("c",)
)


def test_settled_is_synced_healthy_and_idle() -> None:
    others = [replace(SETTLED, phase="Running"), replace(SETTLED, sync="OutOfSync"), replace(SETTLED, health="Degraded")]
    assert [SETTLED.settled, *(other.settled for other in others)] == [True, False, False, False]


def test_a_timeline_tells_changes_only_and_argo_cds_words_where_it_fails() -> None:
    heard: list[SiteEvent] = []
    timeline = Timeline(heard.append)
    timeline.observe([SETTLED])
    timeline.observe([SETTLED])
    timeline.observe([replace(SETTLED, sync="OutOfSync", phase="Failed", message="no namespace")])
    timeline.observe([])
    assert [(event.subject, event.what) for event in heard] == [
        ("a", "wave 2: Synced, Healthy, operation Succeeded"),
        ("a", "wave 2: OutOfSync, Healthy, operation Failed: no namespace"),
        ("a", "is gone"),
    ]
    assert (timeline.first("a", "is gone"), timeline.first("b")) == (heard[2].seconds, None)


def test_an_application_that_comes_before_a_lower_wave_is_settled_is_early() -> None:
    timeline = Timeline(lambda _event: None)
    timeline.observe(
        [replace(SETTLED, name="root", wave=0, sync="OutOfSync"), replace(SETTLED, name="first", wave=-1, phase="Running")]
    )
    timeline.observe([replace(SETTLED, name="first", wave=-1), replace(SETTLED, name="second", wave=0, health="Progressing")])
    assert timeline.early() == []
    timeline.observe([replace(SETTLED, name="third", wave=1)])
    assert timeline.early() == ["third of wave 1 before second of wave 0 was settled"]
    timeline.observe([replace(SETTLED, name="second", wave=0)])
    assert timeline.early() == ["third of wave 1 before second of wave 0 was settled"]
