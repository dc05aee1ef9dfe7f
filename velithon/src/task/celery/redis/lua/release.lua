-- Gives tasks back unfinished. ARGV: id and fence for each.
local now = clock()
for at = 1, #ARGV, 2 do
  local task = row(ARGV[at])
  if is_held(task, ARGV[at + 1]) then
    close_run(task, 'released', nil, now)
    redis.call('HSET', task.key, 'attempt', math.max(0, task.attempt - 1))
    leave(task, task.cancel == '1' and 'cancelled' or 'queued', nil, task.run_at, now)
  end
end
return 1
