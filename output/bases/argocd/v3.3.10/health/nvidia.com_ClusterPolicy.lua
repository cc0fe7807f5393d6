-- Health of the NVIDIA GPU operator's ClusterPolicy: a driver build takes minutes and counts as progress, never as a failure.

local state = obj.status and obj.status.state

local function reason()
  for _, condition in ipairs(obj.status.conditions or {}) do
    if condition.type == "Error" and condition.status == "True" and condition.message ~= nil and condition.message ~= "" then
      return condition.message
    end
  end
  return "drivers or operands are not ready yet"
end

if state == "ready" then
  return { status = "Healthy", message = "" }
end
if state == "ignored" then
  return { status = "Degraded", message = "ignored: another ClusterPolicy is in charge of this cluster" }
end
if state == "notReady" then
  return { status = "Progressing", message = reason() }
end
return { status = "Progressing", message = "the GPU operator has not reported yet" }
