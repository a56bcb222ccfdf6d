"""Style sheets and scripts. Their addresses change when they do, so that browsers keep them."""

from __future__ import annotations

from functools import cache
from mimetypes import guess_type

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from web.templating import STATIC, static

router = APIRouter(include_in_schema=False)


@router.get("/static/{name}")
async def static_file(request: Request, name: str) -> Response:
    """A file of the folder itself; nothing else has a name here."""
    if name not in _names():
        raise HTTPException(404)
    is_this = request.query_params.get("v", "") == static(name).rpartition("=")[2]
    caching = "public, max-age=31536000, immutable" if is_this else "no-cache"
    return Response(_content(name), media_type=_type(name), headers={"Cache-Control": caching})


@router.get("/favicon.ico")
async def favicon() -> Response:
    """The picture that browsers ask for by this name."""
    return Response(_content("icon.svg"), media_type="image/svg+xml")


@cache
def _names() -> frozenset[str]:
    return frozenset(file.name for file in STATIC.iterdir() if file.is_file())


@cache
def _content(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def _type(name: str) -> str:
    known = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
    return known.get(name[name.rfind(".") :]) or guess_type(name)[0] or "application/octet-stream"
