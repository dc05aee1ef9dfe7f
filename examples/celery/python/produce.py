"""Calls the tasks that run in Rust, one row of the matrix after the other, and says of each whether it is as it should be.

usage: BROKER=.. RESULTS=.. produce.py FOLDER
"""

import os
import sys
import time
import traceback

from celery.exceptions import TaskRevokedError

from app import app

FOLDER = sys.argv[1]
# Redis serves 0 first, RabbitMQ 9.
URGENT, IDLE = (0, 9) if os.environ["BROKER"].startswith("redis") else (9, 0)
PATIENCE = 30


def send(name, *args, **options):
    return app.send_task("rust." + name, args=args, queue="velithon", **options)


def file(name):
    return os.path.join(FOLDER, name)


def lines(path):
    return open(path).read().split() if os.path.exists(path) else []


def until(truth):
    end = time.time() + PATIENCE
    while not truth():
        assert time.time() < end, "it did not happen in time"
        time.sleep(0.02)


def raised(sent):
    try:
        return None, sent.get(timeout=PATIENCE)
    except Exception as error:
        return error, None


def ok():
    assert send("add", 1, 2).get(timeout=PATIENCE) == 3
    assert app.send_task("rust.add", kwargs={"x": 1, "y": -2}, queue="velithon").get(timeout=PATIENCE) == -1


def result():
    shape = {"name": "dré\n", "sides": [1.5, 2, 0.1], "note": None}
    expected = {"name": "dré\n", "sides": [3.0, 4.0, 0.2], "note": None}
    assert send("shape", shape, 2).get(timeout=PATIENCE) == expected


def failure():
    sent = send("fail", "broken on purpose")
    error, _ = raised(sent)
    assert type(error).__name__ == "TaskError" and "broken on purpose" in str(error), repr(error)
    assert sent.state == "FAILURE"


def retry():
    assert send("again", 2).get(timeout=PATIENCE) == 2


def eta():
    begun = time.time()
    ran = send("now", countdown=1.5).get(timeout=PATIENCE)
    assert 1.5 <= ran - begun < 10, ran - begun


def expires():
    path = file("expires")
    sent = send("note", path, "late", countdown=1, expires=0.3)
    error, _ = raised(sent)
    assert isinstance(error, TaskRevokedError), repr(error)
    assert lines(path) == []


def priority():
    path, busy = file("priority"), file("busy")
    slow = send("slow", busy, 1.5, priority=URGENT)
    until(lambda: "started" in lines(busy))
    sent = [send("note", path, name, priority=level) for name, level in (("idle", IDLE), ("urgent", URGENT))]
    for one in [slow, *sent]:
        one.get(timeout=PATIENCE)
    assert lines(path) == ["urgent", "idle"], lines(path)


def revoke():
    path = file("revoke")
    sent = send("note", path, "revoked", countdown=1)
    app.control.revoke(sent.id)
    error, _ = raised(sent)
    assert isinstance(error, TaskRevokedError), repr(error)
    assert lines(path) == []


for cell in (ok, failure, retry, eta, expires, priority, result, revoke):
    try:
        cell()
        print(cell.__name__, "ok", flush=True)
    except Exception:
        print(cell.__name__, "FAILED", flush=True)
        traceback.print_exc()
