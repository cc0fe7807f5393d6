-- Health of the AMD GPU operator's DeviceConfig. Its condition Ready says that the operator took in the configuration, not that drivers
-- and device plug-in run: that is in the numbers of each part.

local status = obj.status
if status == nil or status.conditions == nil then
  return { status = "Progressing", message = "the GPU operator has not reported yet" }
end

local ready = false
for _, condition in ipairs(status.conditions) do
  if condition.type == "Error" and condition.status == "True" then
    -- Nodes get their labels from node feature discovery, some time after they came; all else needs another configuration.
    local health = condition.reason == "ValidationError" and "Degraded" or "Progressing"
    return { status = health, message = condition.message or "" }
  end
  ready = ready or (condition.type == "Ready" and condition.status == "True")
end
if not ready or status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "the GPU operator has not taken in this configuration yet" }
end

for _, part in ipairs({ "driver", "devicePlugin", "metricsExporter" }) do
  local numbers = status[part] or {}
  local desired, available = numbers.desiredNumber or 0, numbers.availableNumber or 0
  if available < desired then
    return { status = "Progressing", message = part .. " runs on " .. tostring(available) .. " of " .. tostring(desired) .. " nodes" }
  end
end
return { status = "Healthy", message = "" }
