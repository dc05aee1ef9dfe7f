-- Lengthens leases. ARGV: lease, then id and fence for each. Answers 0 lost, 1 held, 2 to be stopped.
-- The entry among kombu's unacknowledged ones is made new too, so that no kombu consumer puts back what still runs.
local now, lease, renewed = clock(), tonumber(ARGV[1]), {}
for at = 2, #ARGV, 2 do
  local task = row(ARGV[at])
  if is_held(task, ARGV[at + 1]) then
    redis.call('HSET', task.key, 'lease_until', int(now + lease))
    redis.call('ZADD', P .. 'lease:' .. task.queue, now + lease, task.id)
    if task.tag then redis.call('ZADD', 'unacked_index', now / 1000000, task.tag) end
    renewed[#renewed + 1] = task.cancel == '1' and 2 or 1
  else
    renewed[#renewed + 1] = 0
  end
end
return renewed
