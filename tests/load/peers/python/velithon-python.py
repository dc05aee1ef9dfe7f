"""The service in velithon 0.6.10, the Python framework, behind the server it brings: granian.

Granian's own command starts its workers as processes; here the one worker runs in this process, so that the clock of
this process counts what it does.
"""

import asyncio
from typing import Annotated

import contract
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from velithon import Velithon
from velithon.di import Provide, ServiceContainer, SingletonProvider, inject
from velithon.middleware import Middleware
from velithon.middleware.base import BaseHTTPMiddleware
from velithon.params import Path
from velithon.responses import JSONResponse, PlainTextResponse, Response


class Container(ServiceContainer):
    prices = SingletonProvider(contract.Prices)
    taxes = SingletonProvider(contract.Taxes)
    stock = SingletonProvider(contract.Stock)


container = Container()


class WithField(BaseHTTPMiddleware):
    """Sets one field of the replies of /chain."""

    position = 0

    async def process_http_request(self, scope, protocol):
        if scope.path == "/chain":
            protocol.update_headers([contract.FIELDS[self.position]])
        await self.app(scope, protocol)


class Inner(WithField):
    position = 0


class Middle(WithField):
    position = 1


class Outer(WithField):
    position = 2


app = Velithon(middleware=[Middleware(Outer), Middleware(Middle), Middleware(Inner)])
app.register_container(container)


@app.get("/plaintext")
async def plaintext():
    return PlainTextResponse(contract.HELLO)


@app.get("/json")
async def greeting():
    return JSONResponse(contract.GREETING)


@app.get("/users/{id}")
async def user(id: Annotated[int, Path()]):
    return JSONResponse(contract.account(id))


@app.post("/echo")
async def echo(note: contract.Note):
    return JSONResponse(note.model_dump())


@app.get("/rows")
async def rows():
    return JSONResponse(contract.ROWS)


@app.get("/cached")
async def cached():
    return Response(contract.CACHED, media_type="application/json")


@app.get("/chain")
@inject
async def chain(
    prices: contract.Prices = Provide(container.prices),
    taxes: contract.Taxes = Provide(container.taxes),
    stock: contract.Stock = Provide(container.stock),
):
    return JSONResponse(contract.quote(prices, taxes, stock))


if __name__ == "__main__":
    app.update_log_config(log_level="ERROR")
    server = Server(app, address="127.0.0.1", port=contract.port(), interface=Interfaces.RSGI, log_enabled=False)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve())
