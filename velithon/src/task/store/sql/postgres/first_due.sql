-- $1: queue. When its first task is due, or was. Nothing asks a server: a claim that finds nothing holds no lock there.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now, (
    SELECT min(run_at) FROM velithon_tasks WHERE queue = $1 AND state = 'queued') AS first
