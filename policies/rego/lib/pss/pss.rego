# METADATA
# title: Versions of the Pod Security Standards
# description: |
#   Some controls exist, or allow more, from a Kubernetes version on. The parameter `pssVersion` says which version counts: that
#   of the namespaces' labels. With a version that cannot be read neither function holds, so that policies stay strict.
package lib.pss

is_since(request, minor) if _minor(request) >= minor

is_before(request, minor) if _minor(request) < minor

_minor(request) := to_number(trim_prefix(version, "v1.")) if {
	version := object.get(request, ["parameters", "pssVersion"], "v1.35")
	regex.match(`^v1\.[0-9]{1,3}$`, version)
}
