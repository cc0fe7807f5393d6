-- Health of a Subscription of OLM: whether the version in git is installed. Argo CD's own check waits while any install plan is pending;
-- with Manual approval one is, for as long as the catalog has something newer.

local function condition(kind)
  for _, each in ipairs(obj.status.conditions or {}) do
    if each.type == kind and each.status == "True" then
      return each
    end
  end
end

if obj.status == nil then
  return { status = "Progressing", message = "OLM has not reported yet" }
end

local wanted, installed, offered = obj.spec.startingCSV, obj.status.installedCSV, obj.status.currentCSV
if installed ~= nil and (wanted == installed or (wanted == nil and condition("InstallPlanPending") == nil)) then
  return { status = "Healthy", message = "" }
end

local failed = condition("InstallPlanFailed")
if failed ~= nil then
  return { status = "Degraded", message = failed.message or "the install plan failed" }
end
-- Both pass by themselves when the link is back or the catalog is loaded.
for _, kind in ipairs({ "CatalogSourcesUnhealthy", "ResolutionFailed" }) do
  local found = condition(kind)
  if found ~= nil then
    return { status = "Progressing", message = found.message or kind }
  end
end
if wanted ~= nil and offered ~= nil and offered ~= wanted then
  return { status = "Progressing", message = "the catalog leads to " .. offered .. ", not to " .. wanted }
end
return { status = "Progressing", message = "the install plan is not approved or not done yet" }
