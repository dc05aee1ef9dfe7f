"""Prints, as JSON, what Celery itself writes: messages of every kind on Redis, results of every kind, and a revocation.

The tests read a recording of it, and record again: a newer Celery that writes other fields does not pass unnoticed.
usage: BROKER=redis://.. RESULTS=redis://.. record.py
"""

import base64
import json
import os
import subprocess
import sys
import threading
import time

import celery
import kombu
import redis
from celery import chain, chord, group

from app import app, add, again, fail, now

broker = redis.Redis.from_url(os.environ["BROKER"])
results = redis.Redis.from_url(os.environ["RESULTS"])
QUEUE = "recorded"


def popped(queue=QUEUE):
    """The message that was sent last, wherever its priority put it."""
    for step in ("", "\x06\x163", "\x06\x166", "\x06\x169"):
        raw = broker.rpop(queue + step)
        if raw:
            return {"list": queue + step, "message": raw.decode()}
    raise SystemExit("nothing was sent")


def messages():
    send = lambda signature, **options: (signature.apply_async(queue=QUEUE, **options), popped())[1]
    yield "plain", send(add.s(1, 2))
    yield "keywords", send(add.s(1, y="é"))
    yield "countdown", send(add.s(1, 2), countdown=60)
    yield "expires", send(add.s(1, 2), expires=120)
    yield "priority_3", send(add.s(1, 2), priority=3)
    yield "priority_9", send(add.s(1, 2), priority=9)
    yield "priority_5", send(add.s(1, 2), priority=5)
    app.send_task("elsewhere.add", args=(1, 2), queue=QUEUE)
    yield "by_name", popped()
    yield "limits", send(add.s(1, 2), time_limit=30, soft_time_limit=20)
    yield "ignored", send(add.s(1, 2), ignore_result=True)
    yield "headers", send(add.s(1, 2), headers={"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
    yield "chain", send(chain(add.s(1, 2), add.s(3).set(queue=QUEUE), now.si().set(queue="other", priority=6)))
    yield "link", send(add.s(1, 2), link=add.s(3).set(queue=QUEUE), link_error=fail.s().set(queue=QUEUE))
    yield "compressed", send(add.s(1, 2), compression="gzip")
    yield "pickle", send(add.s(1, 2), serializer="pickle")
    yield "stamped", send(add.s(1, 2), stamped_headers=["user"], user="ada")
    group(add.s(1, 2).set(queue=QUEUE)).apply_async()
    yield "group", popped()
    chord([add.s(1, 2).set(queue=QUEUE), add.s(3, 4).set(queue=QUEUE)], now.si().set(queue=QUEUE)).apply_async()
    yield "chord", popped()
    broker.delete(QUEUE)


def revocation():
    """What a revoke says to everybody who listens."""
    heard = broker.pubsub()
    heard.subscribe("/0.celery.pidbox")
    heard.get_message(timeout=5)
    found = {}
    for name, options in [("revoke", {}), ("revoke_terminate", {"terminate": True, "signal": "SIGKILL"})]:
        app.control.revoke("6ba7b810-9dad-41d1-80b4-00c04fd430c8", **options)
        found[name] = heard.get_message(timeout=5)["data"].decode()
    app.control.revoke(["6ba7b810-9dad-41d1-80b4-00c04fd430c8", "6ba7b811-9dad-41d1-80b4-00c04fd430c8"])
    found["revoke_many"] = heard.get_message(timeout=5)["data"].decode()
    return found


def result(sent, states=("SUCCESS", "FAILURE", "REVOKED")):
    key = "celery-task-meta-" + sent.id
    for _ in range(600):
        raw = results.get(key)
        if raw and json.loads(raw)["status"] in states:
            return {"body": raw.decode(), "ttl": results.ttl(key)}
        time.sleep(0.01)
    raise SystemExit(f"no result in {states} for {sent.id}")


def ended():
    """What a worker writes about tasks that end in every way."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "app", "worker", "--pool", "solo", "--loglevel", "WARNING"],
        stdout=sys.stderr, cwd=os.path.dirname(os.path.abspath(__file__)))
    try:
        yield "success", result(add.delay(1, 2))
        yield "failure", result(fail.delay("broken"))
        yield "retry", result(again.apply_async((1,), countdown=0), states=("RETRY", "SUCCESS"))
        yield "expired", result(add.apply_async((1, 2), expires=-1))
        yield "unknown_type", result(add.delay(1, "2"))
        parent = chain(add.s(1, 2), add.s(3)).apply_async()
        yield "chain_last", result(parent)
        yield "chain_first", result(parent.parent)
        revoked = add.apply_async((1, 2), countdown=2)
        time.sleep(0.5)
        app.control.revoke(revoked.id)
        yield "revoked", result(revoked)
    finally:
        worker.terminate()
        worker.wait()


broker.flushall()
recorded = {
    "versions": {"celery": celery.__version__, "kombu": kombu.__version__},
    "messages": dict(messages()),
    "control": revocation(),
    "results": dict(ended()),
}
json.dump(recorded, sys.stdout, indent=1, sort_keys=True)
print()
