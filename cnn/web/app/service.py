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
from cnn.scheduler.engine import START_DELAY_SECONDS, Engine

IMPORT_DELAY_SECONDS = 2.0


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
    services.engine.start(START_DELAY_SECONDS)
    services.driver.start()
    threading.Thread(target=_import_ahead, name="import-ahead", daemon=True).start()
    if not is_offline():
        services.download.start()
    return services


def _import_ahead() -> None:
    """Have ready what the first table, chart or upload would wait for, once the first page is out."""
    time.sleep(IMPORT_DELAY_SECONDS)
    for name in ("pandas", "plotly.graph_objects"):
        importlib.import_module(name)
    service().decoders.warm()
    # Modules stay. Without this, every full garbage collection looks at all they hold, and no page answers meanwhile.
    gc.collect()
    gc.freeze()


def stop() -> None:
    """Stop the engine; runs in progress are interrupted with their snapshots kept."""
    service().decoders.close()
    service().driver.close()
    service().engine.close()
