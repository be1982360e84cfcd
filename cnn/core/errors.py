"""The exceptions of the lab. A message says what was given, what is allowed and what to do."""


class CnnLabError(Exception):
    """Something that the user can correct; `str(error)` is the sentence to show."""


class SpecError(CnnLabError):
    """A network or training specification that is not allowed.

    `field` is the path of the offending value, such as `network.blocks[0].convolutions[1].stride`.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem


class PictureError(CnnLabError):
    """An uploaded picture that cannot be used."""


class DataError(CnnLabError):
    """A data set that is missing, damaged, incomplete or wrong."""


class RunError(CnnLabError):
    """A run or a snapshot that cannot be read, written or found."""


class NotFiniteError(CnnLabError):
    """A number that is NaN or infinite, where only finite ones may be shown, sent or stored."""


class OverflowsError(RunError):
    """A forward pass whose numbers exceed the range of float32; `layer` is the first layer where they do."""

    def __init__(self, layer: str, where: str = "") -> None:
        super().__init__(
            f"The network overflows{where}: the numbers of {layer} are the first to grow beyond what 32 bits "
            "hold (3.4e38)."
        )
        self.layer = layer


class DivergedError(CnnLabError):
    """Training whose loss is no longer a number."""
