-- Health of an NVIDIADriver, the driver of one pool: a driver build takes minutes and counts as progress, never as a failure.

local state = obj.status and obj.status.state

if state == "ready" then
  return { status = "Healthy", message = "" }
end
if state == "disabled" or state == "ignored" then
  return { status = "Degraded", message = state .. ": the ClusterPolicy does not take its drivers from NVIDIADriver objects" }
end
if state == "notReady" then
  for _, condition in ipairs(obj.status.conditions or {}) do
    if condition.type == "Error" and condition.status == "True" and condition.message ~= nil and condition.message ~= "" then
      return { status = "Progressing", message = condition.message }
    end
  end
  return { status = "Progressing", message = "the driver is not ready yet" }
end
return { status = "Progressing", message = "the GPU operator has not reported yet" }
