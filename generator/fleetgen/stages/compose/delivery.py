"""Where sites pull from: the repository of their environment, and its mirrors of chart repositories."""

from __future__ import annotations

from fleetgen.model.component import Chart
from fleetgen.model.fleet import Environment
from fleetgen.model.inventory import Delivery
from fleetgen.model.plain import JsonObject


def delivery_of(environment: Environment, repo_override: str = "") -> Delivery:
    """Where the environment's sites pull from, with `{env}` filled in."""
    spec = environment.spec.delivery
    return Delivery(
        repo_url=repo_override or spec.repo_url,
        revision=spec.revision.replace("{env}", environment.name),
        path=spec.path.replace("{env}", environment.name),
        chart_repositories=spec.chart_repositories,
    )


def chart_repository(chart: Chart, delivery: Delivery) -> str:
    """Where the sites pull a chart from: the environment's mirror of its repository, if there is one."""
    return delivery.chart_repositories.get(chart.repo_url, chart.repo_url)


def git_source(delivery: Delivery, folder: str) -> JsonObject:
    """A folder below the output root as the source of an Application."""
    return {"repoURL": delivery.repo_url, "targetRevision": delivery.revision, "path": f"{delivery.path}/{folder}"}
