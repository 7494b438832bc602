"""MongoDB, Redis and the server's own processes, started from one command.

Free of Django: configuration comes in as arguments or from the environment.
"""
