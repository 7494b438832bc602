"""Where files live: object keys, the two storages, signed addresses, workspaces.

Knows no asset, project or owner: who may see an object is decided above, before
an address for it is signed.
"""
