"""What can stop the embedded services. Every message is one line for people."""


class EmbeddedError(Exception):
    """The services cannot run; the message says what to do next."""


class EmbeddedUnavailable(EmbeddedError):
    """This machine has no binary for a service."""


class AlreadyRunning(EmbeddedError):
    """Another server holds the data directory."""
