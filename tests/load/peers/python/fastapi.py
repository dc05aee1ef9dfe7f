"""The service in FastAPI, behind uvicorn with uvloop and httptools."""

import sys
from typing import Annotated

# This file has the name of the package: its folder is looked into last.
sys.path.append(sys.path.pop(0))

import contract  # noqa: E402
import uvicorn  # noqa: E402
from fastapi import Depends, FastAPI, Response  # noqa: E402
from fastapi.responses import PlainTextResponse  # noqa: E402

app = FastAPI()


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return contract.HELLO


@app.get("/json")
async def greeting():
    return contract.GREETING


@app.get("/users/{id}")
async def user(id: int):
    return contract.account(id)


@app.post("/echo")
async def echo(note: contract.Note) -> contract.Note:
    return note


@app.get("/rows")
async def rows():
    return contract.ROWS


@app.get("/cached")
async def cached():
    return Response(contract.CACHED, media_type="application/json")


PRICES, TAXES, STOCK = contract.Prices(), contract.Taxes(), contract.Stock()


def prices() -> contract.Prices:
    return PRICES


def taxes() -> contract.Taxes:
    return TAXES


def stock() -> contract.Stock:
    return STOCK


@app.get("/chain")
async def chain(
    prices: Annotated[contract.Prices, Depends(prices)],
    taxes: Annotated[contract.Taxes, Depends(taxes)],
    stock: Annotated[contract.Stock, Depends(stock)],
):
    return contract.quote(prices, taxes, stock)


class WithField:
    """Sets one field of the replies of /chain; plain ASGI, the fast way to write a middleware."""

    def __init__(self, app, position):
        self.app = app
        name, value = contract.FIELDS[position]
        self.field = (name.encode(), value.encode())

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/chain":
            return await self.app(scope, receive, send)

        async def with_field(message):
            if message["type"] == "http.response.start":
                message["headers"].append(self.field)
            await send(message)

        await self.app(scope, receive, with_field)


for position in range(len(contract.FIELDS)):
    app.add_middleware(WithField, position=position)

if __name__ == "__main__":
    uvicorn.run(app, port=contract.port(), access_log=False, log_level="warning", server_header=False)
