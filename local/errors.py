"""The exceptions of the local stack: each a line for the person at the terminal, saying what to do."""


class StackError(Exception):
    """Root of what keeps the local stack from starting or running."""


class TemplateError(StackError):
    """The template can't be read or translated, or asks for something that the local stack does not do."""


class ParameterError(StackError):
    """A parameter is unknown to the template or breaks a constraint that the template states."""


class PortInUseError(StackError):
    """Another process listens where the gateway should.

    Attributes:
        port: the port that is taken.
    """

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of 127.0.0.1 is in use; end what listens there, or choose another port")
        self.port = port


class ServicesError(StackError):
    """The simulated services did not start, or did not do what they were asked."""


class PartFailedError(StackError):
    """A part of the running stack has ended by itself, so that nothing will arrive any more."""
