-- One process at a time makes and changes tables.
SELECT pg_advisory_xact_lock(hashtextextended('velithon_tasks', 0))
