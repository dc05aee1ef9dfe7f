-- $1: the store's id.
INSERT INTO velithon_task_meta (store_id, schema_version) VALUES (unhex($1, '-'), 0)
