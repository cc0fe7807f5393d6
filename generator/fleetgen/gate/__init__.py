"""The verdict over what was built: questions to the policy engine, findings with places, waivers, approval."""
