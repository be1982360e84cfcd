"""What the faster convolution and the memory that is kept bring, on the preset `airbench`."""

from collections.abc import Iterator
from dataclasses import replace

from bench.measure import AtLeast, Baseline, Figure, alternate, figure, say
from bench.training import data_source, load_data, loop_speed, our_precision, process, without_augmentation
from cnn.network.presets import PRESETS
from cnn.training import runtime

PRESET = "airbench"
FASTER = AtLeast(1.0, "ratio")
WITHOUT = {
    "convolution": "with TensorFlow's gradient at the input of a convolution",
    "memory": "with the C library's own handling of memory",
}


def layers(rounds: int, smoke: bool) -> Iterator[Figure]:
    """Train `airbench` as it is, and without one of the two, taking turns."""
    seconds = 1.0 if smoke else 12.0
    with process() as whole:
        precision = whole.submit(our_precision).result()
        say(f"  in {precision}, {seconds:g} s a side and round")
        for left_out, words in WITHOUT.items():
            with process() as less:
                less.submit(leave_out, left_out).result()
                ours, theirs = alternate(
                    rounds,
                    lambda: whole.submit(speed, precision, seconds).result(),
                    lambda other=less: other.submit(speed, precision, seconds).result(),  # type: ignore[misc]
                )
            note = f"{data_source()}; {precision}; no augmentation"
            name = f"{PRESET}: training, faster {left_out}"
            yield figure(name, "images/s", ours, FASTER, baseline=Baseline(words, theirs), note=note)


def leave_out(what: str) -> None:
    """Have this process train without one of the two, as if it did not exist."""
    if what == "memory":
        runtime.keep_memory = lambda: None
    runtime.prepare_tensorflow()
    if what == "convolution":
        import keras

        from cnn.training import keras_model

        setattr(keras_model, "FastConvolution", keras.layers.Conv2D)  # noqa: B010  # it is imported there


def speed(precision: str, seconds: float) -> float:
    """Return the training pictures a second of our loop."""
    setup = PRESETS[PRESET].setup
    setup = replace(setup, training=replace(setup.training, pictures=10_000))
    return loop_speed(without_augmentation(setup), load_data(), precision, seconds)
