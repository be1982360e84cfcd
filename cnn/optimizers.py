"""The optimisers, as Keras has them."""

import keras

from cnn.spec import TrainSpec


def build_optimizer(training: TrainSpec, model: keras.Model) -> keras.optimizers.Optimizer:
    """Return the optimiser of `training`, built for the model; biases and norms are not decayed."""
    decay = training.weight_decay or None
    rate = training.learning_rate
    optimizer: keras.optimizers.Optimizer
    match training.optimizer:
        case "sgd":
            optimizer = keras.optimizers.SGD(
                rate, momentum=training.momentum, nesterov=training.momentum > 0, weight_decay=decay
            )
        case "adam":
            optimizer = keras.optimizers.Adam(rate, weight_decay=decay)
        case "adamw":
            optimizer = keras.optimizers.AdamW(rate, weight_decay=training.weight_decay)
        case _:
            optimizer = keras.optimizers.RMSprop(rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    return optimizer
