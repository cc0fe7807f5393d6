"""A review for programs."""

from __future__ import annotations

import json

from fleetgen import API_VERSION
from fleetgen.model.change import ABSENT, FieldChange, FieldValue, ObjectChange
from fleetgen.model.plain import Json, JsonObject
from fleetgen.model.review import Review, ReviewedChange
from fleetgen.report.review_text import headline


def document(review: Review) -> str:
    """The whole review. A value that is not there is left out; null is a value."""
    data: JsonObject = {
        "apiVersion": API_VERSION,
        "ref": review.ref,
        "headline": [*headline(review)],
        "risks": [
            {
                "flag": risk.flag,
                "reason": risk.reason,
                "units": [*risk.units],
                "clusters": [str(cluster) for cluster in risk.clusters],
                "causes": [*risk.causes],
            }
            for risk in review.risks
        ],
        "clusters": {
            "added": [str(cluster) for cluster in review.added],
            "removed": [str(cluster) for cluster in review.removed],
            "moved": [
                {"from": str(move.former), "fromRing": move.former_ring, "to": str(move.cluster), "ring": move.ring}
                for move in review.moved
            ],
            "redirects": {str(former): str(cluster) if cluster else None for former, cluster in review.redirects.items()},
        },
        "versions": [
            {"unit": each.unit, "from": each.old, "to": each.new, "clusters": [str(cluster) for cluster in each.clusters]}
            for each in review.versions
        ],
        "changes": [_change(each) for each in review.changes],
        "files": [*review.files],
        "refusal": [finding.as_data() for finding in review.refusal],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _change(each: ReviewedChange) -> JsonObject:
    return {
        "units": [*each.change.units],
        "moved": each.change.moved,
        "clusters": [str(cluster) for cluster in each.change.clusters],
        "variants": [str(key) for key in each.variants],
        "causes": [*each.causes],
        "restarts": [*each.restarts],
        "objects": [_object(item) for item in each.change.objects],
    }


def _object(item: ObjectChange) -> JsonObject:
    former: JsonObject = {"former": str(item.former)} if item.former else {}
    return {"id": str(item.id), **former, "action": item.action, "fields": [_field(field) for field in item.fields]}


def _field(field: FieldChange) -> JsonObject:
    sides: tuple[tuple[str, FieldValue], ...] = (("old", field.old), ("new", field.new))
    values: dict[str, Json] = {name: value for name, value in sides if value is not ABSENT}
    return {"path": field.where, **values, **({"follows": True} if field.follows else {})}
