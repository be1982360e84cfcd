"""The address at which a browser looks how a run stands, told only to those who were shown the run."""

import hmac
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from cnn.core.errors import RunError
from cnn.web.app.service import service
from cnn.web.train.live_facts import facts

ROUTE = "/live/{run}/{key}"
_SECRET = secrets.token_bytes(32)


def address(run_id: str) -> str:
    """Return where the facts of a run are to be had, relative to the app; only this server can make it."""
    return f"live/{run_id}/{_key(run_id)}"


def _key(run_id: str) -> str:
    return hmac.digest(_SECRET, run_id.encode(), "sha256").hex()


def answer(request: Request) -> JSONResponse:
    """Answer with the facts of a run, or that it is gone; 404 where the address was not made here."""
    run_id, key = request.path_params["run"], request.path_params["key"]
    if not hmac.compare_digest(key.encode(), _key(run_id).encode()):
        return _json({}, 404)
    try:
        run = service().store.get(run_id)
    except RunError:
        return _json({"gone": True})
    return _json(facts(run, run.status()))


def _json(content: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(content, status, {"cache-control": "no-store"})
