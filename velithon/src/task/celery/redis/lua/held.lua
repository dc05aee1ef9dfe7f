-- The messages of tasks that are still held, and how often they were and may be tried. ARGV: id and fence, for each.
local found = {}
for at = 1, #ARGV, 2 do
  local task = row(ARGV[at])
  if is_held(task, ARGV[at + 1]) then
    found[#found + 1] = { redis.call('HGET', task.key, 'message'), task.attempt, task.max_attempts, task.cancel == '1' and 1 or 0 }
  else
    found[#found + 1] = false
  end
end
return { int(clock()), found }
