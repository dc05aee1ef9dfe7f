-- Does to tasks what an operator asks. ARGV: what, then the ids. Answers for each 1 when it was done, and -1 for an unknown one.
local now = clock()
local act = {}

function act.cancel(task)
  if task.state == 'running' then
    redis.call('HSET', task.key, 'cancel', 1)
    return 1
  end
  if task.state ~= 'queued' then return 0 end
  move(task, 'cancelled')
  -- Its message stays in its list until a claim comes to it: nothing is searched for in a long list.
  if task.listed then redis.call('HINCRBY', P .. 'queue:' .. task.queue, 'ghosts', 1) end
  redis.call('ZREM', P .. 'eta:' .. task.queue, task.id)
  retire(task, now)
  return 1
end

function act.retry(task)
  if task.state ~= 'dead' and task.state ~= 'cancelled' then return 0 end
  local message = redis.call('HGET', task.key, 'message')
  if not task.listed and not message then return 0 end
  move(task, 'queued')
  redis.call('ZREM', P .. 'keep', task.id)
  redis.call('ZREM', P .. 'revoked', task.id)
  redis.call('HDEL', task.key, 'finished_at')
  redis.call('HSET', task.key, 'attempt', 0, 'crashes', 0, 'cancel', 0)
  if task.unique and not holder(task.unique, now) then redis.call('SET', P .. 'unique:' .. task.unique, task.id) end
  if task.listed then
    redis.call('HINCRBY', P .. 'queue:' .. task.queue, 'ghosts', -1)
    redis.call('HSET', task.key, 'run_at', int(now))
  else
    wait(task, now, message, now)
  end
  return 1
end

function act.purge(task)
  if task.state == 'running' then return 0 end
  if task.state == 'queued' then act.cancel(task) end
  if task.listed then
    -- What stands in a list needs its row until a claim comes to it.
    redis.call('ZREM', P .. 'state:cancelled', task.id)
    redis.call('HSET', task.key, 'purged', 1)
    return 1
  end
  forget(task)
  return 1
end

local done = {}
for at = 2, #ARGV do
  local task = row(ARGV[at])
  done[#done + 1] = task and act[ARGV[1]](task) or -1
end
return done
