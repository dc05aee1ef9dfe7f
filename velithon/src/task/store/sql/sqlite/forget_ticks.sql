-- $1: schedule. Its last 200 ticks are remembered.
DELETE FROM velithon_task_cron WHERE name = $1
    AND tick <= (SELECT tick FROM velithon_task_cron WHERE name = $1 ORDER BY tick DESC LIMIT 1 OFFSET 200)
