"""A real Argo CD core as processes: application controller, repository server and a Redis in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import trustme

from fleetgen.model.plain import JsonObject
from fleetgen.rehearse import objects
from fleetgen.rehearse.apiserver import ApiServer
from fleetgen.rehearse.controlplane import Access
from fleetgen.rehearse.programs import Program, Tools
from fleetgen.yamlfile import load_manifests

NAMESPACE: Final = "argocd"
_HOST: Final = "127.0.0.1"
_CONTROLLER: Final = "manifests/base/application-controller/argocd-application-controller-statefulset.yaml"
_REPO_SERVER: Final = "manifests/base/repo-server/argocd-repo-server-deployment.yaml"
# Of the official manifests, what a core installation reads besides the two ConfigMaps that the site's own unit owns.
_CONFIG: Final = ("argocd-rbac-cm", "argocd-tls-certs-cm", "argocd-ssh-known-hosts-cm", "argocd-gpg-keys-cm", "argocd-secret")


class ArgoCd:
    """Files and programs below `folder`; `proxy` is all that its repository server can reach."""

    def __init__(
        self,
        folder: Path,
        tools: Tools,
        ports: Iterator[int],
        *,
        access: Access,
        proxy: str,
        authority: trustme.CA,
        poll_seconds: int,
    ) -> None:
        self._folder, self._tools, self._access, self._proxy, self._poll = folder, tools, access, proxy, poll_seconds
        names = ("redis", "repo", "repo-metrics", "controller-metrics")
        self._ports = {name: next(ports) for name in names}
        for name in ("tls", "ssh", "gpg", "gnupg", "tmp", "home", "bin"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "ssh" / "ssh_known_hosts").touch()
        authority.cert_pem.write_to_path(folder / "ca.crt")
        for tool in ("argocd", "kustomize", "helm"):
            link = folder / "bin" / tool
            if not link.is_symlink():
                link.symlink_to(tools.path(tool))

    def install(self, api: ApiServer) -> None:
        """What the official core installation brings: namespace, config maps and secret with empty content."""
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        for name in _CONFIG:
            kind = "Secret" if name.endswith("secret") else "ConfigMap"
            metadata: JsonObject = {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/part-of": "argocd"}}
            data: JsonObject = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
            if kind == "Secret":
                data["stringData"] = {"server.secretkey": "only-for-this-rehearsal"}
            api.apply(data)

    def programs(self, settings: Mapping[str, Mapping[str, str]]) -> tuple[Program, ...]:
        """`settings`: the site's ConfigMaps by name, from which the official manifests take most environment variables."""
        argocd, redis = str(self._tools.path("argocd")), f"{_HOST}:{self._ports['redis']}"
        repo = f"{_HOST}:{self._ports['repo']}"
        miniredis = (str(self._tools.path("miniredis")), "--listen", redis)
        server = (
            *(argocd, "--address", _HOST, "--port", str(self._ports["repo"]), "--redis", redis, "--disable-tls"),
            *("--metrics-address", _HOST, "--metrics-port", str(self._ports["repo-metrics"])),
        )
        controller = (
            *(argocd, "--redis", redis, "--repo-server", repo, "--repo-server-plaintext", "--app-resync", str(self._poll)),
            *("--metrics-port", str(self._ports["controller-metrics"])),
        )
        poll = {"ARGOCD_RECONCILIATION_TIMEOUT": f"{self._poll}s", "ARGOCD_RECONCILIATION_JITTER": "0"}
        return (
            Program(name="redis", argv=miniredis),
            Program(
                name="argocd-repo-server",
                argv=server,
                env={**self._from(_REPO_SERVER, settings), **self._common("argocd-repo-server"), **self._network(), **poll},
                cwd=self._folder,
            ),
            Program(
                name="argocd-application-controller",
                argv=controller,
                env={
                    **self._from(_CONTROLLER, settings),
                    **self._common("argocd-application-controller"),
                    **poll,
                    "ARGOCD_FAKE_IN_CLUSTER": "true",
                    "ARGOCD_APPLICATION_CONTROLLER_PERSIST_RESOURCE_HEALTH": "true",
                },
            ),
        )

    def _common(self, component: str) -> dict[str, str]:
        folder = self._folder
        return {
            "ARGOCD_BINARY_NAME": component,
            "KUBECONFIG": str(self._access.kubeconfig),
            "ARGOCD_TLS_DATA_PATH": str(folder / "tls"),
            "ARGOCD_SSH_DATA_PATH": str(folder / "ssh"),
            "ARGOCD_GPG_DATA_PATH": str(folder / "gpg"),
            "ARGOCD_GNUPGHOME": str(folder / "gnupg"),
            "ARGOCD_GPG_ENABLED": "false",
            "ARGOCD_ASK_PASS_SOCK": "ask-pass.sock",  # in its folder: the path of a socket has at most 107 bytes
            "ARGOCD_PLUGINSOCKFILEPATH": str(folder / "tmp"),
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "PATH": f"{folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def _network(self) -> dict[str, str]:
        authority = str(self._folder / "ca.crt")
        proxies = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), self._proxy)
        return {**proxies, "NO_PROXY": _HOST, "no_proxy": _HOST, "SSL_CERT_FILE": authority, "GIT_SSL_CAINFO": authority}

    def _from(self, manifest: str, settings: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """The variables that the official manifest fills from the site's ConfigMaps."""
        found = {}
        for document in load_manifests((self._tools.files("argocd") / manifest).read_text(encoding="utf-8")):
            for container in objects.items(document, "spec", "template", "spec", "containers"):
                for variable in objects.items(container, "env"):
                    source = objects.at(variable, "valueFrom", "configMapKeyRef")
                    value = settings.get(objects.text(source, "name"), {}).get(objects.text(source, "key"))
                    if value is not None:
                        found[objects.text(variable, "name")] = value
        return found
