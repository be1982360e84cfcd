"""The network for the browser, so that the overview answers a click on a picture without a script run."""

import hashlib

import streamlit as st

from cnn.core.errors import RunError
from cnn.core.numbers import to_blob
from cnn.exports.browser_network import smallest, steps
from cnn.network.forward import Weights
from cnn.network.spec import NetworkSpec
from cnn.web.app.component import component
from cnn.web.app.view import View, file_stamp

MOST_BYTES = 3_000_000  # of weights: vgg6 in float32 has 2.2 MB
KEPT = 16  # networks; each visitor of a lesson looks into the same few
_component = component("browser_forward", '<i class="forward"></i>')


def send_network(view: View) -> None:
    """Send layers and weights of the state that is shown; the browser keeps them while they stay the same."""
    try:
        path, *written = file_stamp(view.snapshot)
    except RunError:
        return  # it has gone since it was read; the next script run says so
    _component(data=_packed(f"{path} {written}", view), key="browser-forward")


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _packed(state: str, _view: View) -> bytes:
    return pack(_view.run.setup.network, _view.weights, _view.network_key, state)


def pack(network: NetworkSpec, weights: Weights, network_key: str, state: str) -> bytes:
    """Return a network as one safetensors blob: its weights by name, in float16 where that loses nothing.

    Of a network of more than `MOST_BYTES` there are neither layers nor weights.

    Args:
        network: what is computed.
        weights: by name, as `cnn.network.forward` takes them.
        network_key: what the stamp of this state's overview begins with.
        state: changes whenever the weights do.
    """
    arrays = {name: smallest(array) for name, array in weights.items()}
    layers = steps(network)
    if sum(array.nbytes for array in arrays.values()) > MOST_BYTES:
        arrays, layers = {}, []
    digest = hashlib.sha256(state.encode()).hexdigest()
    return to_blob(arrays, {"network": network_key, "state": digest, "steps": layers})
