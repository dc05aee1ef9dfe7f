-- One process does not tell another; it polls.
SELECT 1 WHERE $1 IS NULL AND $2 IS NULL
