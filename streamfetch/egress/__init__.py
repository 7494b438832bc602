"""The only way to addresses that a user named. Django-free.

`url` reads what people type, `proxy` enforces where connections may lead, `client`
fetches through the proxy. Nothing here starts programs or stores anything.
"""
