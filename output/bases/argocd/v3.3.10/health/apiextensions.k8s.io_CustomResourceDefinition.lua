-- Health of a CustomResourceDefinition. Argo CD's own check calls a new one Degraded until it is established, some tenths of a second
-- or, on a busy site, some seconds later; if it looks just then, the whole operation fails and waits for its second attempt.

local status = obj.status
if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "it is being removed" }
end
if status == nil or status.conditions == nil then
  return { status = "Progressing", message = "the API server has not looked at it yet" }
end

local established = false
for _, condition in ipairs(status.conditions) do
  local is_bad = (condition.type == "NamesAccepted" and condition.status == "False")
    or (condition.type == "NonStructuralSchema" and condition.status == "True")
  if is_bad then
    return { status = "Degraded", message = condition.message or condition.type }
  end
  established = established or (condition.type == "Established" and condition.status == "True")
end
if not established then
  return { status = "Progressing", message = "it is not established yet" }
end
return { status = "Healthy", message = "" }
