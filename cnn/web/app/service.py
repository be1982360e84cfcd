"""The parts of the server that all sessions share: runs, engine, experiments, download, decoders of pictures."""

import gc
import importlib
import logging
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

from cnn.core.settings import is_offline, read_settings, runs_folder, unused_text
from cnn.data.download import Download
from cnn.experiments.driver import Driver, experiments_folder
from cnn.experiments.experiment import ExperimentStore
from cnn.images.decoder_pool import Decoders
from cnn.runs.store import RunStore
from cnn.scheduler.engine import Engine

# Starting TensorFlow, and importing pandas and Plotly, keep both cores of a small machine busy. The first page has
# priority, with the second in which a browser on the same machine draws it; if nobody comes, they begin all the same.
WAIT_FOR_VISITOR_SECONDS = 5.0
DRAWING_SECONDS = 1.0


@dataclass(frozen=True)
class Service:
    """One of each for the whole server; the launcher starts the engine, pages only use it.

    `speeds` are the training pictures per second that were measured here, by data set, of the preset `minute` in its
    narrowest form.
    """

    store: RunStore
    engine: Engine
    download: Download
    decoders: Decoders
    experiments: ExperimentStore
    driver: Driver
    speeds: dict[str, float] = field(default_factory=dict)


def _release(services: Service) -> None:
    services.decoders.close()


@st.cache_resource(show_spinner=False, on_release=_release)
def service() -> Service:
    """Return the services, made at the first call; nothing is started here."""
    store = RunStore(runs_folder())
    engine = Engine(store, read_settings())
    experiments = ExperimentStore(experiments_folder(store.folder))
    driver = Driver(experiments, store, engine)
    return Service(store, engine, Download(), Decoders(), experiments, driver)


def start() -> Service:
    """Start the engine, and the download where CIFAR-10 is missing; both run in their own threads."""
    unused = unused_text()
    if unused:
        logging.getLogger(__name__).warning(unused)
    services = service()
    services.engine.start(WAIT_FOR_VISITOR_SECONDS + DRAWING_SECONDS)
    services.driver.start()
    threading.Thread(target=_warm_up, args=(services,), name="warm-up", daemon=True).start()
    if not is_offline():
        services.download.start()
    return services


_page_is_out = threading.Event()


def page_is_out() -> None:
    """Tell that a page has been made: what was held back for the first of all may begin."""
    _page_is_out.set()


def _warm_up(services: Service) -> None:
    """Once the first page is out, let the engine start, and have ready what a table, chart or upload would wait for."""
    _page_is_out.wait(WAIT_FOR_VISITOR_SECONDS)
    time.sleep(DRAWING_SECONDS)
    services.engine.wake()
    for name in ("pandas", "plotly.graph_objects"):
        importlib.import_module(name)
    services.decoders.warm()
    # Modules stay. Without this, every full garbage collection looks at all they hold, and no page answers meanwhile.
    gc.collect()
    gc.freeze()


def stop() -> None:
    """Stop the engine; runs in progress are interrupted with their snapshots kept."""
    service().decoders.close()
    service().driver.close()
    service().engine.close()
