-- $1: the channel, $2: names of queues, as JSON.
SELECT pg_notify($1, name) FROM json_array_elements_text($2::json) AS name
