-- Health of a Gatekeeper ConstraintTemplate: constraints of its kind can be applied once every Gatekeeper pod has taken in this generation.

local status = obj.status
if status == nil or status.byPod == nil or next(status.byPod) == nil then
  return { status = "Progressing", message = "no Gatekeeper pod has reported yet" }
end

-- The errors first: one pod that refuses the template is a fact, however far the others are.
for _, pod in ipairs(status.byPod) do
  if pod.observedGeneration == obj.metadata.generation and pod.errors ~= nil and next(pod.errors) ~= nil then
    return { status = "Degraded", message = tostring(pod.errors[1].message) }
  end
end
for _, pod in ipairs(status.byPod) do
  if pod.observedGeneration ~= obj.metadata.generation then
    return { status = "Progressing", message = "waiting for Gatekeeper pod " .. tostring(pod.id) }
  end
end
if status.created ~= true then
  return { status = "Progressing", message = "the constraint's kind is not created yet" }
end
return { status = "Healthy", message = "" }
