"""The values of the common service, as tests/load/common/contract.rs has them."""

import json
import os

from pydantic import BaseModel, EmailStr, Field

HELLO = "Hello, World!"
GREETING = {"message": HELLO}

# The fields that the three middleware of /chain set, the innermost first.
FIELDS = [("x-inner", "1"), ("x-middle", "2"), ("x-outer", "3")]

PEOPLE = [
    ("Ada Lovelace", "ada@example.org", "London"),
    ("Grace Hopper", "grace@example.org", "New York"),
    ("Emmy Noether", "emmy@example.org", "Göttingen"),
    ("Sofya Kovalevskaya", "sofya@example.org", "Stockholm"),
]


class Note(BaseModel):
    """What /echo reads, checks and sends back."""

    title: str = Field(min_length=1, max_length=80)
    author: EmailStr
    stars: int = Field(ge=1, le=5)
    tags: list[str] = Field(max_length=16)
    text: str = Field(max_length=2000)
    written: int = Field(ge=0)
    public: bool


def account(id: int) -> dict:
    """The account with this number."""
    return {"id": id, "name": "Ada Lovelace", "email": "ada@example.org", "active": True}


def row(id: int) -> dict:
    """One row of /rows."""
    name, email, city = PEOPLE[id % len(PEOPLE)]
    return {
        "id": id,
        "name": name,
        "email": email,
        "city": city,
        "balance": id * 1.25,
        "visits": id * 7 % 100,
        "active": id % 3 != 0,
    }


ROWS = [row(id) for id in range(100)]

# The reply of /cached, made once.
CACHED = json.dumps(account(42), separators=(",", ":")).encode()


class Prices:
    """The first shared value of /chain."""

    value = 1900


class Taxes:
    """The second shared value of /chain."""

    value = 361


class Stock:
    """The third shared value of /chain."""

    value = 12


def quote(prices: Prices, taxes: Taxes, stock: Stock) -> dict:
    """The reply of /chain."""
    return {"price": prices.value, "tax": taxes.value, "left": stock.value}


def port() -> int:
    """The port to listen on, of 127.0.0.1."""
    return int(os.environ.get("PORT", "8000"))
