"""etcd, API server, controllers, scheduler and kwok of one site on loopback, without root."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

from fleetgen.rehearse.apiserver import ApiServer
from fleetgen.rehearse.programs import Program, Tools

_HOST: Final = "127.0.0.1"
# The pods and nodes that kwok keeps alive: its own stages, from its module.
_STAGES: Final = (
    "kustomize/stage/node/fast/node-initialize.yaml",
    "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "kustomize/stage/pod/fast/pod-ready.yaml",
    "kustomize/stage/pod/fast/pod-complete.yaml",
    "kustomize/stage/pod/fast/pod-delete.yaml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How programs reach the API server: `kubeconfig` is a file whose context has the namespace argocd."""

    url: str
    token: str
    ca: Path
    kubeconfig: Path


class ControlPlane:
    """The files and programs of a control plane below `folder`."""

    def __init__(self, folder: Path, tools: Tools, ports: Iterator[int], authority: trustme.CA) -> None:
        self._folder, self._tools, self._ports = folder, tools, {name: next(ports) for name in ("etcd", "peer", "api", "kubelet")}
        folder.mkdir(parents=True, exist_ok=True)
        certificate = authority.issue_cert(_HOST, "localhost", "kubernetes.default.svc", "10.0.0.1")
        certificate.private_key_pem.write_to_path(folder / "server.key")
        certificate.cert_chain_pems[0].write_to_path(folder / "server.crt")
        authority.issue_cert("service-accounts").private_key_pem.write_to_path(folder / "service-accounts.key")
        authority.cert_pem.write_to_path(folder / "ca.crt")
        token = secrets.token_hex(16)
        _private(folder / "tokens.csv", f"{token},admin,admin,system:masters\n")
        self.access = Access(
            url=f"https://{_HOST}:{self._ports['api']}", token=token, ca=folder / "ca.crt", kubeconfig=folder / "kubeconfig"
        )
        _private(self.access.kubeconfig, _kubeconfig(self.access))
        self.api = ApiServer(self.access.url, token, self.access.ca)

    def store(self) -> tuple[Program, ...]:
        """The store: etcd and the API server. After these, objects can be read and written."""
        folder, ports = self._folder, self._ports
        client, peer = f"http://{_HOST}:{ports['etcd']}", f"http://{_HOST}:{ports['peer']}"
        etcd = (
            *(str(self._tools.path("etcd")), "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync", "--log-level", "warn"),
            *("--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer),
            *("--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"),
        )
        accounts = str(folder / "service-accounts.key")
        server = (
            *(str(self._tools.path("kube-apiserver")), "--etcd-servers", client, "--bind-address", _HOST),
            *("--secure-port", str(ports["api"]), "--advertise-address", _HOST, "--endpoint-reconciler-type", "none"),
            *("--tls-cert-file", str(folder / "server.crt"), "--tls-private-key-file", str(folder / "server.key")),
            *("--service-account-key-file", accounts, "--service-account-signing-key-file", accounts),
            *("--service-account-issuer", "https://kubernetes.default.svc", "--token-auth-file", str(folder / "tokens.csv")),
            *("--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.0.0.0/24", "--allow-privileged"),
        )
        return (Program(name="etcd", argv=etcd), Program(name="kube-apiserver", argv=server, ready=self.api.ready))

    def controllers(self) -> tuple[Program, ...]:
        """What acts on objects: controllers, scheduler, and kwok in place of kubelets."""
        folder, config = self._folder, str(self.access.kubeconfig)
        stages = folder / "stages.yaml"
        texts = [(self._tools.files("kwok") / stage).read_text(encoding="utf-8") for stage in _STAGES]
        stages.write_text("\n---\n".join(texts), encoding="utf-8")
        manager = (
            *(str(self._tools.path("kube-controller-manager")), "--kubeconfig", config, "--leader-elect=false"),
            *("--service-account-private-key-file", str(folder / "service-accounts.key"), "--secure-port", "0"),
            *("--root-ca-file", str(self.access.ca), "--controllers", "*,-node-ipam-controller,-cloud-node-lifecycle-controller"),
            *("--kube-api-qps", "100", "--kube-api-burst", "200"),
        )
        scheduler = (
            str(self._tools.path("kube-scheduler")),
            "--kubeconfig",
            config,
            "--leader-elect=false",
            "--secure-port",
            "0",
        )
        kwok = (
            *(str(self._tools.path("kwok")), "--kubeconfig", config, "--manage-all-nodes=true", "--config", str(stages)),
            *("--node-lease-duration-seconds", "40"),
        )
        return (
            Program(name="kube-controller-manager", argv=manager),
            Program(name="kube-scheduler", argv=scheduler),
            Program(name="kwok", argv=kwok, env={"HOME": str(folder)}),
        )


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _kubeconfig(access: Access) -> str:
    cluster = {"server": access.url, "certificate-authority": str(access.ca)}
    context = {"cluster": "site", "user": "admin", "namespace": "argocd"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "site", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": access.token}}],
        "contexts": [{"name": "site", "context": context}],
        "current-context": "site",
    }
    return json.dumps(config)  # JSON is YAML
