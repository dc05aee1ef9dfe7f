CREATE TABLE IF NOT EXISTS velithon_task_meta (
    store_id       BLOB    NOT NULL,
    schema_version INTEGER NOT NULL
) STRICT
