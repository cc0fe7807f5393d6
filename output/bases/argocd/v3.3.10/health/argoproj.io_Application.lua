-- Health of a child Application, for the sync waves of the root.
--
-- A child reports the health of what it installed last, so it looks Healthy while it has not yet seen its new spec, and briefly Degraded
-- while it rolls out. A wave must wait for "this spec is compared, applied and healthy", and a child must never fail the root's whole operation.

-- The root itself: it is listed in its own folder and would wait for itself.
if obj.metadata.name == "root" then
  return { status = "Healthy", message = "the root does not wait for itself" }
end

-- Nothing, or a table of nothing: beside `sources`, Argo CD writes `source: {repoURL: ""}` into the status.
local function is_empty(value)
  if type(value) ~= "table" then
    return value == nil or value == "" or value == false
  end
  for _, inner in pairs(value) do
    if not is_empty(inner) then return false end
  end
  return true
end

-- Equal, where a field that is left out equals an empty one: Argo CD drops empty fields when it copies the spec into the status.
local function same(left, right)
  if is_empty(left) and is_empty(right) then return true end
  if type(left) ~= "table" or type(right) ~= "table" then return left == right end
  for key, value in pairs(left) do
    if not same(value, right[key]) then return false end
  end
  for key, value in pairs(right) do
    if left[key] == nil and not is_empty(value) then return false end
  end
  return true
end

local function progressing(message)
  return { status = "Progressing", message = message }
end

local status = obj.status
if status == nil or status.sync == nil or status.health == nil then
  return progressing("no status yet")
end

local compared = status.sync.comparedTo
if compared == nil or not same(compared.source, obj.spec.source) or not same(compared.sources, obj.spec.sources) then
  return progressing("not compared with this spec yet")
end
if status.sync.status ~= "Synced" then
  return progressing("sync status is " .. tostring(status.sync.status))
end
if status.operationState ~= nil and (status.operationState.phase == "Running" or status.operationState.phase == "Terminating") then
  return progressing("an operation is running")
end

local health = status.health.status
if health == "Healthy" then
  return { status = "Healthy", message = status.health.message or "" }
end
if health == "Suspended" then
  -- Somebody paused a workload; that must not hold up the other waves of the site.
  return { status = "Healthy", message = "suspended on purpose" }
end
return progressing("health is " .. tostring(health))
