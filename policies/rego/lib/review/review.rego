# METADATA
# title: What is reviewed
# description: The object and the parameters of a request, whatever is wrong with it, so that no rule is undefined by accident.
package lib.review

object_of(request) := object.get(request, ["review", "object"], {}) if _has_object(request)

object_of(request) := {} if not _has_object(request)

parameter(request, name, fallback) := object.get(request, ["parameters", name], fallback)

_has_object(request) if is_object(request.review.object)
