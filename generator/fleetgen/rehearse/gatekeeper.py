"""Real Gatekeeper as a process. Its chart's webhook configuration is real, too; only the service's address is replaced."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import trustme

from fleetgen.model.plain import Json, JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.apiserver import Objects
from fleetgen.rehearse.controlplane import Access
from fleetgen.rehearse.programs import Program, Tools
from fleetgen.tools import process
from fleetgen.tools.process import Command
from fleetgen.yamlfile import load_manifests

NAMESPACE: Final = "gatekeeper-system"
POD: Final = "gk-0"
WEBHOOKS: Final = "ValidatingWebhookConfiguration"
_HOST: Final = "127.0.0.1"
_CHART: Final = "charts/gatekeeper"
_TEMPLATE: Final = "templates/gatekeeper-validating-webhook-configuration-validatingwebhookconfiguration.yaml"
_PATHS: Final = {"validation.gatekeeper.sh": "/v1/admit", "check-ignore-label.gatekeeper.sh": "/v1/admitlabel"}


class Gatekeeper:
    """Files and program below `folder`."""

    def __init__(self, folder: Path, tools: Tools, ports: Iterator[int], *, access: Access, authority: trustme.CA) -> None:
        self._folder, self._tools, self._access = folder, tools, access
        self._port, self._health, self._metrics = next(ports), next(ports), next(ports)
        folder.mkdir(parents=True, exist_ok=True)
        certificate = authority.issue_cert(_HOST)
        certificate.private_key_pem.write_to_path(folder / "tls.key")
        certificate.cert_chain_pems[0].write_to_path(folder / "tls.crt")
        authority.cert_pem.write_to_path(folder / "ca.crt")

    def can_start(self, api: Objects) -> bool:
        """Whether the chart has brought the definitions and the baseline the namespace."""
        if api.get(objects.identity(_namespace())) is None:
            return False
        return all(api.serves(group, kind) for group, kind in _NEEDED)

    def pod(self, node: str) -> JsonObject:
        """The Pod in whose name it reports; kwok keeps it running on `node`."""
        labels: Json = {
            "control-plane": "controller-manager",
            "gatekeeper.sh/system": "yes",
            "app.kubernetes.io/managed-by": "rehearsal",
        }
        resources: Json = {"limits": {"cpu": "1", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}}
        security: Json = {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        container: JsonObject = {"name": "manager", "image": "gatekeeper", "resources": resources, "securityContext": security}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": POD, "namespace": NAMESPACE, "labels": labels},
            "spec": {"nodeName": node, "containers": [container], "tolerations": [{"operator": "Exists"}]},
        }

    def program(self) -> Program:
        """Webhook, audit and status in one process."""
        argv = (
            *(str(self._tools.path("gatekeeper")), "--disable-cert-rotation", "--cert-dir", str(self._folder)),
            *("--port", str(self._port), "--host", _HOST, "--health-addr", f"{_HOST}:{self._health}"),
            *("--prometheus-port", str(self._metrics), "--operation", "webhook", "--operation", "audit", "--operation", "status"),
            *("--operation", "generate", "--log-level", "INFO", "--exempt-namespace", NAMESPACE),
        )
        env = {"KUBECONFIG": str(self._access.kubeconfig), "POD_NAMESPACE": NAMESPACE, "POD_NAME": POD, "HOME": str(self._folder)}
        return Program(name="gatekeeper", argv=argv, env=env, ready=self._ready)

    def webhooks(self, version: str, values: Json, kubernetes: str) -> JsonObject:
        """What the real chart makes of our values on this version of Kubernetes, this process in place of its service.

        ToolError E1103 if helm refuses them.
        """
        chart = self._tools.files("gatekeeper") / _CHART
        file = self._folder / "values.json"
        file.write_text(json.dumps(values), encoding="utf-8")
        argv = (
            str(self._tools.path("helm")),
            "template",
            "gatekeeper",
            str(chart),
            "--namespace",
            NAMESPACE,
            "--kube-version",
            kubernetes,
            "--values",
            str(file),
        )
        env = process.scrubbed({"PATH": "/usr/bin:/bin", "HOME": str(self._folder)})
        ran = process.run(Command(argv=(*argv, "--show-only", _TEMPLATE), env=env, title=f"helm template gatekeeper {version}"))
        found = next(d for d in load_manifests(ran.out) if isinstance(d, dict) and d.get("kind") == WEBHOOKS)
        bundle = base64.b64encode((self._folder / "ca.crt").read_bytes()).decode()
        for hook in objects.items(found, "webhooks"):
            path = _PATHS[objects.text(hook, "name")]
            hook["clientConfig"] = {"url": f"https://{_HOST}:{self._port}{path}", "caBundle": bundle}
        return found

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://{_HOST}:{self._health}/readyz", trust_env=False, timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


_NEEDED: Final = (("templates.gatekeeper.sh", "ConstraintTemplate"), ("config.gatekeeper.sh", "Config"))


def _namespace() -> JsonObject:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
