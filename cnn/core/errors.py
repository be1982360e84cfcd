"""The one exception root. A message says what came, what is allowed and what to do."""


class CnnLabError(Exception):
    """Something a person can put right; `str(error)` is the sentence to show them."""


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
    """A data set that is absent, broken, short or wrong."""


class RunError(CnnLabError):
    """A run or a snapshot that cannot be read, written or found."""


class NotFiniteError(CnnLabError):
    """A number that is NaN or infinite, where only finite ones may be shown, sent or stored."""


class OverflowsError(RunError):
    """A pass through a network whose numbers grow beyond what float32 holds; `layer` is the first that does."""

    def __init__(self, layer: str, where: str = "") -> None:
        super().__init__(
            f"The network overflows{where}: the numbers of {layer} are the first to grow beyond what 32 bits "
            "hold (3.4e38)."
        )
        self.layer = layer


class DivergedError(CnnLabError):
    """Training whose loss is no longer a number."""
