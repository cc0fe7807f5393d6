"""Stage 5: what Argo CD reads of every cluster: Applications, project, root, identity and the bill of materials. Plain Python.

The shapes follow what was tried on real components (docs/decisions/0002-argo-cd-objects.md): waves, retry without limit,
server-side apply, no finalizer on what a site cannot live without. Objects all the way; `output_files` makes text of them.
"""
