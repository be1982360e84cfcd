"""Keras's optimisers, and Muon for convolutions."""

import keras
import tensorflow as tf

from cnn.network.spec import TrainSpec

MUON_ADAM_SHARE = 0.2  # of the learning rate, for the variables that AdamW trains
MUON_STEPS = 3
SMALLEST_NORM = 1e-7


class ConvolutionMuon(keras.optimizers.Muon):
    """Muon for the kernels of convolutions; AdamW trains all other variables.

    A step is the momentum, orthogonalised: all its singular values become about one, so that no direction is
    neglected (Jordan 2024, "Muon: an optimizer for hidden layers"). A kernel (height, width, channels,
    filters) is reshaped to a matrix with one column per filter. Keras's own class uses Muon only for variables
    that are matrices already.
    """

    def _should_use_adamw(self, variable: keras.Variable) -> bool:
        return len(variable.shape) != 4

    def zeropower_via_newtonschulz5(self, x: tf.Tensor, steps: int) -> tf.Tensor:
        """Return the kernel `x`, same shape, with the singular values of its matrix made about one.

        Each iteration of Keras multiplies the full matrix X twice: X ← (a + b A + c A²) X with A = X Xᵀ. The
        factors commute with A, so here the next A is computed from A alone, and X is multiplied once at the end.
        """
        matrix = tf.reshape(x, [-1, x.shape[-1]])
        matrix /= tf.norm(matrix) + SMALLEST_NORM
        tall = matrix.shape[0] > matrix.shape[1]
        gram = tf.matmul(matrix, matrix, transpose_a=tall, transpose_b=not tall)
        product = one = tf.eye(gram.shape[0])
        for step in range(steps):
            factor = self.muon_a * one + self.muon_b * gram + self.muon_c * gram @ gram
            product = factor @ product if step else factor
            if step + 1 < steps:
                gram = factor @ gram @ factor
        return tf.reshape(matrix @ product if tall else product @ matrix, x.shape)

    def lr_adjust(self, x: tf.Tensor) -> tf.Tensor:
        """Scale a step to the typical root mean square of an Adam step (Liu et al. 2025)."""
        rows, columns = x.shape[0] * x.shape[1] * x.shape[2], x.shape[3]
        return x * (max(rows, columns) ** 0.5 * self.rms_rate)


def build_optimizer(training: TrainSpec, model: keras.Model) -> keras.optimizers.Optimizer:
    """Return the optimiser of `training`, built for `model`; biases and normalisation have no weight decay."""
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
        case "muon":
            optimizer = ConvolutionMuon(
                rate,
                momentum=training.momentum,
                weight_decay=decay,
                adam_weight_decay=decay,
                adam_lr_ratio=MUON_ADAM_SHARE,
                ns_steps=MUON_STEPS,
            )
        case _:
            optimizer = keras.optimizers.RMSprop(rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    # Keras sums gradients over replicas. With one replica that is an identity, whose `tf.custom_gradient` keeps
    # every graph, and the pictures in it, until the process ends (TensorFlow 2.21, issue 97697).
    optimizer._all_reduce_sum_gradients = list
    return optimizer
