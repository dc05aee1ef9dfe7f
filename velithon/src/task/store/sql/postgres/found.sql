-- $1: the store's id.
INSERT INTO velithon_task_meta (store_id, schema_version) VALUES ($1::uuid, 0)
