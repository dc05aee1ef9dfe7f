-- Puts back tasks that came before their time, uncounted. ARGV: id, fence and time, for each.
local now = clock()
for at = 1, #ARGV, 3 do
  local task = row(ARGV[at])
  if is_held(task, ARGV[at + 1]) then
    redis.call('RPOP', P .. 'runs:' .. task.id)
    redis.call('HSET', task.key, 'attempt', math.max(0, task.attempt - 1))
    leave(task, 'queued', nil, tonumber(ARGV[at + 2]), now)
  end
end
return 1
