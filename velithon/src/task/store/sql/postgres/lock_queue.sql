-- $1: queue. Claims of a queue with limits come one after another; what follows sees what the one before did.
SELECT name FROM velithon_task_queues WHERE name = $1 FOR UPDATE
