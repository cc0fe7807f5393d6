# METADATA
# title: Image references
# description: Reads an image reference as container runtimes do; `parse` is undefined for what is not a reference.
package lib.images

parse(reference) := {
	"registry": _registry(parts[1]),
	"path": _path(parts[1]),
	"tag": parts[2],
	"digest": parts[3],
} if {
	is_string(reference)
	count(reference) <= 512
	some parts in regex.find_all_string_submatch_n(_grammar, reference, 1)
}

# name, then `:tag`, then `@algorithm:digest`
_grammar := concat("", [
	`^((?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)`,
	`(?::([a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?`,
	`(?:@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?$`,
])

# Whether the image lies at or below `prefix`: a registry, or a registry and the first parts of the path.
# Parts are compared whole, so `ghcr.io/team` does not admit `ghcr.io/team-of-others`.
is_below(image, prefix) if {
	startswith(concat("", [image.registry, "/", image.path, "/"]), concat("", [trim_right(prefix, "/"), "/"]))
	trim_right(prefix, "/") != ""
}

_registry(name) := split(name, "/")[0] if _has_registry(name)

_registry(name) := "docker.io" if not _has_registry(name)

_path(name) := substring(name, indexof(name, "/") + 1, -1) if _has_registry(name)

_path(name) := name if {
	not _has_registry(name)
	contains(name, "/")
}

_path(name) := concat("", ["library/", name]) if not contains(name, "/")

# the first part is a host if it could not be a part of a path
_has_registry(name) if {
	contains(name, "/")
	host := split(name, "/")[0]
	regex.match(`[.:A-Z]|^localhost$`, host)
}
